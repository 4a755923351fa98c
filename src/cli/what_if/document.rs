//! The document `fournines/what-if/1`.
//!
//! Owns: its shape. Must stay true: a value nobody knows is `null`, never zero.

use jiff::Timestamp;
use serde::Serialize;

use crate::id::{AccountId, GroupName, Region, ZoneId, ZoneName};
use crate::judge::Picture;
use crate::judge::what_if::{
    Casualty, DatabaseOutlook, Needed, Projection, Question, Raise, ServiceOutlook, WhatIf, leave,
};

use super::AccountLabel;

/// The answer.
#[derive(Debug, Serialize)]
pub(super) struct Document<'a> {
    schema: &'static str,
    account: Option<&'a AccountId>,
    account_name: Option<&'a str>,
    taken_at: Timestamp,
    region: &'a Region,
    question: Asked<'a>,
    outcome: &'static str,
    /// What leaving the zone would take, in a sentence; null unless zones were asked about.
    leave: Option<String>,
    services: Vec<Service<'a>>,
    databases: Vec<Database<'a>>,
    /// What does not move.
    stays: Vec<Stays<'a>>,
    /// Zones that remain and had no capacity for a launch lately.
    no_capacity: &'a [ZoneName],
    role: Vec<RoleEntry<'a>>,
    unread: Vec<Unread<'a>>,
    assumed: &'a [String],
}

#[derive(Debug, Serialize)]
#[serde(tag = "what", rename_all = "lowercase")]
enum Asked<'a> {
    Zone { zones: Vec<Zone<'a>> },
    Region,
    Database { id: &'a str },
}

#[derive(Debug, Serialize)]
struct Zone<'a> {
    zone: &'a ZoneName,
    zone_id: Option<&'a ZoneId>,
}

#[derive(Debug, Serialize)]
struct Service<'a> {
    name: &'a str,
    carrier: &'static str,
    outcome: &'static str,
    touched: bool,
    serving: Option<usize>,
    left: Option<usize>,
    cpu: Option<f64>,
    cpu_after: Option<f64>,
    cpu_limit: f64,
    requests_per_target: Option<f64>,
    requests_per_target_after: Option<f64>,
    safe_requests_per_target: Option<f64>,
    queue_age_s: Option<f64>,
    raise: Option<RaiseEntry<'a>>,
    without_writes_s: Option<Between>,
    reasons: &'a [String],
    sentence: String,
}

#[derive(Debug, Serialize)]
struct RaiseEntry<'a> {
    by: usize,
    groups: &'a [GroupName],
    zones: &'a [ZoneName],
    under_max: Option<i64>,
    free_addresses: Option<i64>,
    obstacles: &'a [String],
}

#[derive(Debug, Serialize)]
struct Database<'a> {
    id: &'a str,
    kind: &'static str,
    service: Option<&'a str>,
    outcome: &'static str,
    without_writes_s: Option<Between>,
    moves_to: Option<&'a ZoneName>,
    detail: &'a str,
}

#[derive(Debug, Serialize)]
struct Between {
    least: u32,
    most: u32,
}

#[derive(Debug, Serialize)]
struct Stays<'a> {
    what: &'static str,
    name: &'a str,
    id: Option<&'a str>,
    zone: Option<&'a ZoneName>,
    outcome: &'static str,
    detail: &'a str,
}

#[derive(Debug, Serialize)]
struct RoleEntry<'a> {
    action: &'static str,
    purpose: &'a str,
    right: &'static str,
}

#[derive(Debug, Serialize)]
struct Unread<'a> {
    kind: &'static str,
    reason: &'a str,
}

impl<'a> Document<'a> {
    /// The answer as a document.
    pub(super) fn of(answer: &'a WhatIf, picture: &Picture, label: &'a AccountLabel) -> Self {
        let is_zones = matches!(answer.question, Question::Zones(_));
        Self {
            schema: "fournines/what-if/1",
            account: label.account.as_ref(),
            account_name: label.name.as_deref(),
            taken_at: picture.taken_at,
            region: &answer.region,
            question: asked(&answer.question),
            outcome: answer.outcome.as_str(),
            leave: is_zones.then(|| leave(answer)),
            services: answer.services.iter().map(service).collect(),
            databases: answer.databases.iter().map(database).collect(),
            stays: answer.casualties.iter().map(stays).collect(),
            no_capacity: &answer.no_capacity,
            role: answer.needed.iter().map(role).collect(),
            unread: answer.unread.iter().map(|(kind, reason)| Unread { kind: kind.name(), reason }).collect(),
            assumed: &answer.gaps,
        }
    }
}

fn asked(question: &Question) -> Asked<'_> {
    match question {
        Question::Zones(zones) => {
            Asked::Zone { zones: zones.iter().map(|(zone, id)| Zone { zone, zone_id: id.as_ref() }).collect() }
        }
        Question::Region => Asked::Region,
        Question::Database(id) => Asked::Database { id },
    }
}

fn service(outlook: &ServiceOutlook) -> Service<'_> {
    let now = |measure: Option<Projection>| measure.map(|measure| measure.now);
    let after = |measure: Option<Projection>| measure.map(|measure| measure.after);
    Service {
        name: &outlook.name,
        carrier: outlook.carrier.as_str(),
        outcome: outlook.outcome.as_str(),
        touched: outlook.touched,
        serving: outlook.serving,
        left: outlook.left,
        cpu: now(outlook.cpu),
        cpu_after: after(outlook.cpu),
        cpu_limit: outlook.cpu_limit,
        requests_per_target: now(outlook.requests),
        requests_per_target_after: after(outlook.requests),
        safe_requests_per_target: outlook.safe_requests,
        queue_age_s: outlook.queue_age_s,
        raise: outlook.raise.as_ref().map(raise),
        without_writes_s: outlook.without_writes_s.map(|(least, most)| Between { least, most }),
        reasons: &outlook.reasons,
        sentence: outlook.sentence(),
    }
}

fn raise(raise: &Raise) -> RaiseEntry<'_> {
    let Raise { by, groups, zones, under_max, free_addresses, obstacles } = raise;
    RaiseEntry { by: *by, groups, zones, under_max: *under_max, free_addresses: *free_addresses, obstacles }
}

fn database(outlook: &DatabaseOutlook) -> Database<'_> {
    Database {
        id: &outlook.id,
        kind: if outlook.is_cluster { "cluster" } else { "instance" },
        service: outlook.service.as_deref(),
        outcome: outlook.outcome.as_str(),
        without_writes_s: outlook.without_writes_s.map(|(least, most)| Between { least, most }),
        moves_to: outlook.moves_to.as_ref(),
        detail: &outlook.detail,
    }
}

fn stays(casualty: &Casualty) -> Stays<'_> {
    Stays {
        what: casualty.what,
        name: &casualty.name,
        id: casualty.id.as_deref(),
        zone: casualty.zone.as_ref(),
        outcome: casualty.outcome.as_str(),
        detail: &casualty.detail,
    }
}

fn role(needed: &Needed) -> RoleEntry<'_> {
    RoleEntry { action: needed.action, purpose: &needed.purpose, right: needed.right.as_str() }
}
