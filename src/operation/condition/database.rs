//! Facts of databases (`aws-domain.md` A.4, A.9, C.3).

use jiff::Timestamp;

use super::Answer;
use super::look::{Found, Look, told};
use crate::estate::database::{Cluster, Database, DatabaseEvent, FailoverNews};
use crate::id::{Text, ZoneName};

fn database<'a>(look: &Look<'a>, id: &Text) -> Result<Found<'a, Database>, String> {
    look.find::<Database>(&format!("database {id}"), id, |database| database.id.text() == id)
}

fn gone(id: &Text, age: std::time::Duration) -> Answer {
    told(false, format!("there is no database {id} any more"), age)
}

pub(super) fn writer_outside(look: &Look<'_>, id: &Text, zone: &ZoneName) -> Result<Answer, String> {
    let found = database(look, id)?;
    let Some(there) = found.thing else { return Ok(gone(id, found.age)) };
    let Some(own) = &there.zone else { return Err(format!("{id}: AWS does not tell its zone")) };
    Ok(told(own != zone, format!("{id} is in {own}"), found.age))
}

pub(super) fn standby_outside(look: &Look<'_>, id: &Text, zone: &ZoneName) -> Result<Answer, String> {
    let found = database(look, id)?;
    let Some(there) = found.thing else { return Ok(gone(id, found.age)) };
    Ok(match (&there.standby_zone, there.multi_az) {
        (Some(standby), true) => told(standby != zone, format!("the standby of {id} is in {standby}"), found.age),
        (None, true) => told(false, format!("the standby of {id} is being built"), found.age),
        (_, false) => told(false, format!("{id} has no standby"), found.age),
    })
}

pub(super) fn available(look: &Look<'_>, id: &Text) -> Result<Answer, String> {
    let found = database(look, id)?;
    let Some(there) = found.thing else { return Ok(gone(id, found.age)) };
    Ok(told(&*there.status == "available", format!("{id} is {}", there.status), found.age))
}

/// What RDS said of an instance's or a cluster's failovers after a moment, the newest first.
fn news<'a>(
    look: &Look<'a>,
    id: &Text,
    after: Timestamp,
) -> Result<(Vec<&'a DatabaseEvent>, std::time::Duration), String> {
    let (events, age) = look.rows::<DatabaseEvent>(&format!("events of {id}"), id)?;
    let mut events: Vec<&DatabaseEvent> = events
        .into_iter()
        .filter(|event| event.source == *id && event.at > after && event.failover().is_some())
        .collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    Ok((events, age))
}

pub(super) fn failed_over(look: &Look<'_>, id: &Text, from: &ZoneName, after: Timestamp) -> Result<Answer, String> {
    let found = database(look, id)?;
    let Some(there) = found.thing else { return Ok(gone(id, found.age)) };
    if let Some(zone) = there.zone.as_ref().filter(|zone| *zone != from) {
        return Ok(told(true, format!("{id} is in {zone}, no longer in {from}"), found.age));
    }
    let (events, age) = news(look, id, after)?;
    let age = age.max(found.age);
    let said = |event: &DatabaseEvent| format!("{id}: {} ({})", event.message, event.at.strftime("%H:%M:%SZ"));
    Ok(match events.first() {
        Some(event) => told(event.failover() == Some(FailoverNews::Done), said(event), age),
        None => told(false, format!("{id} is {} in {from}", there.status), age),
    })
}

pub(super) fn refused(look: &Look<'_>, id: &Text, after: Timestamp) -> Result<Answer, String> {
    let (events, age) = news(look, id, after)?;
    let refusal = events.into_iter().find(|event| event.failover() == Some(FailoverNews::Refused));
    Ok(match refusal {
        Some(event) => told(true, format!("{id}: {}", event.message), age),
        None => told(false, format!("RDS does not refuse to fail {id} over"), age),
    })
}

fn cluster<'a>(look: &Look<'a>, id: &Text) -> Result<Found<'a, Cluster>, String> {
    look.find::<Cluster>(&format!("cluster {id}"), id, |cluster| cluster.id.text() == id)
}

pub(super) fn cluster_writer(look: &Look<'_>, id: &Text, member: &Text) -> Result<Answer, String> {
    let found = cluster(look, id)?;
    let Some(there) = found.thing else {
        return Ok(told(false, format!("there is no cluster {id} any more"), found.age));
    };
    Ok(match there.members.iter().find(|member| member.writer) {
        Some(writer) => {
            told(writer.database.text() == member, format!("{} writes for {id}", writer.database), found.age)
        }
        None => told(false, format!("nobody writes for {id}"), found.age),
    })
}

pub(super) fn reader_ready(look: &Look<'_>, id: &Text, member: &Text, outside: &ZoneName) -> Result<Answer, String> {
    let found = cluster(look, id)?;
    let own = found.thing.and_then(|cluster| cluster.members.iter().find(|each| each.database.text() == member));
    let Some(own) = own else { return Ok(told(false, format!("{member} is no member of {id}"), found.age)) };
    if own.writer {
        return Ok(told(false, format!("{member} writes for {id} already"), found.age));
    }
    let reader = database(look, member)?;
    let age = found.age.max(reader.age);
    let Some(there) = reader.thing else { return Ok(gone(member, age)) };
    let Some(zone) = &there.zone else { return Err(format!("{member}: AWS does not tell its zone")) };
    let holds = &*there.status == "available" && zone != outside;
    Ok(told(holds, format!("{member} is {} in {zone}", there.status), age))
}
