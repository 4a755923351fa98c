//! `DescribeInstances` by explicit ids: what still answers while a zone is in trouble (`aws-domain.md` A.1).
//!
//! Owns: batches, and what is done with one that fails as a whole. Depends on: EC2's rows. Must stay true: one id that does not
//! exist costs its batch and nothing else; the number of calls is bounded, whatever AWS answers.

use super::{ById, Found, ec2};
use crate::aws::caller::Caller;
use crate::aws::intern::Interner;
use crate::estate::instance::Instance;
use crate::estate::{FailureKind, ReadFailure, Row};
use crate::id::{InstanceId, ZoneName};

/// Ids a call: as many as `DescribeInstanceStatus` takes, and no more than one stale id may spoil.
const BATCH: usize = 100;
/// Calls of one attempt to learn zones; what is then still open waits for the next.
const MOST_CALLS: usize = 40;
/// Beyond a call a batch, calls that stale ids may cost: each names itself, or is found by halving.
const SPARE_CALLS: usize = 60;

/// The instances of these ids.
pub(super) async fn instances(caller: &Caller<'_>, by_id: &ById) -> Result<Found, ReadFailure> {
    match by_id {
        ById::InZone(ids) => in_zone(caller, ids).await,
        ById::Unplaced(ids) => place(caller, ids).await,
    }
}

/// All of one zone: the first batch that AWS does not answer for ends it, since the rest would fail the same way.
async fn in_zone(caller: &Caller<'_>, ids: &[InstanceId]) -> Result<Found, ReadFailure> {
    let mut texts = Interner::default();
    let mut rows: Vec<Instance> = Vec::with_capacity(ids.len());
    let mut missing = Vec::new();
    let mut batches: Vec<Vec<InstanceId>> = ids.chunks(BATCH).rev().map(<[InstanceId]>::to_vec).collect();
    let mut calls_left = batches.len() + SPARE_CALLS;
    while let Some(batch) = batches.pop() {
        if calls_left == 0 {
            return Err(too_many_stale(caller));
        }
        calls_left -= 1;
        match describe(caller, &batch, &mut texts).await {
            Ok(found) => rows.extend(found),
            Err(why) if is_about_ids(&why) => batches.extend(without_stale(batch, &why, &mut missing)),
            Err(why) => return Err(why),
        }
    }
    Ok(Found::Named { rows: Instance::rows(rows), missing })
}

/// The zones of ids of which nobody knows the zone. One in a silent zone costs its batch, so that is halved until each such id
/// stands alone.
async fn place(caller: &Caller<'_>, ids: &[InstanceId]) -> Result<Found, ReadFailure> {
    let mut texts = Interner::default();
    let mut zones: Vec<(InstanceId, ZoneName)> = Vec::new();
    let (mut missing, mut unanswered) = (Vec::new(), Vec::new());
    let mut batches: Vec<Vec<InstanceId>> = ids.chunks(BATCH).rev().map(<[InstanceId]>::to_vec).collect();
    for _ in 0..MOST_CALLS {
        let Some(batch) = batches.pop() else { break };
        match describe(caller, &batch, &mut texts).await {
            Ok(found) => zones.extend(found.into_iter().map(|instance| (instance.id, instance.zone))),
            Err(why) if is_about_ids(&why) => batches.extend(without_stale(batch, &why, &mut missing)),
            Err(why) if why.kind == FailureKind::Service => match batch.len() {
                0 | 1 => unanswered.extend(batch),
                _ => batches.extend(halves(batch)),
            },
            Err(why) => return Err(why),
        }
    }
    Ok(Found::Placed { zones, missing, unanswered })
}

async fn describe(caller: &Caller<'_>, ids: &[InstanceId], texts: &mut Interner) -> Result<Vec<Instance>, ReadFailure> {
    let texts_of_ids = || ids.iter().map(ToString::to_string).collect();
    let answer =
        caller.call(|| caller.clients.ec2.describe_instances().set_instance_ids(Some(texts_of_ids())).send()).await?;
    let instances = answer.reservations().iter().flat_map(|reservation| reservation.instances());
    instances.map(|instance| ec2::instance_row(caller, instance, texts)).collect()
}

/// Whether the call failed for an id that AWS does not know, or not as an id.
fn is_about_ids(why: &ReadFailure) -> bool {
    why.code.as_deref().is_some_and(|code| code.starts_with("InvalidInstanceID."))
}

/// What to ask instead of a batch that a stale id spoiled: the rest where AWS named it, else both halves.
fn without_stale(batch: Vec<InstanceId>, why: &ReadFailure, missing: &mut Vec<InstanceId>) -> Vec<Vec<InstanceId>> {
    let words = || why.message.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let (stale, rest): (Vec<InstanceId>, Vec<InstanceId>) =
        batch.into_iter().partition(|id| words().any(|word| word == id.as_str()));
    match (stale.is_empty(), rest.len()) {
        (true, 0 | 1) => {
            missing.extend(rest);
            Vec::new()
        }
        (true, _) => halves(rest),
        (false, left) => {
            missing.extend(stale);
            if left == 0 { Vec::new() } else { vec![rest] }
        }
    }
}

fn halves(mut batch: Vec<InstanceId>) -> Vec<Vec<InstanceId>> {
    let right = batch.split_off(batch.len() / 2);
    // The left half is taken first.
    vec![right, batch]
}

fn too_many_stale(caller: &Caller<'_>) -> ReadFailure {
    ReadFailure {
        kind: FailureKind::Gone,
        action: caller.action.into(),
        code: None,
        message: "too many of the ids asked for are not known to AWS".into(),
        request_id: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(count: usize) -> Vec<InstanceId> {
        (0..count).map(|n| InstanceId::from(format!("i-{n:017x}"))).collect()
    }

    fn not_found(message: &str) -> ReadFailure {
        ReadFailure {
            kind: FailureKind::Gone,
            action: "ec2:DescribeInstances".into(),
            code: Some("InvalidInstanceID.NotFound".into()),
            message: message.into(),
            request_id: None,
        }
    }

    /// One bad id fails the call (`aws-domain.md` A.1): AWS names it, or halving finds it.
    #[test]
    fn a_stale_id_costs_its_batch_and_nothing_else_aws_domain_a1() {
        let all = ids(5);
        let mut missing = Vec::new();
        let named = format!("The instance IDs '{}, {}' do not exist", all[1], all[3]);
        let left = without_stale(all.clone(), &not_found(&named), &mut missing);
        assert_eq!(missing, [all[1].clone(), all[3].clone()]);
        assert_eq!(left, [[all[0].clone(), all[2].clone(), all[4].clone()]]);

        let (mut missing, mut batches, mut calls) = (Vec::new(), vec![all.clone()], 0);
        while let Some(batch) = batches.pop() {
            calls += 1;
            if batch.contains(&all[3]) {
                batches.extend(without_stale(batch, &not_found("one does not exist"), &mut missing));
            }
        }
        assert_eq!((missing, calls), (vec![all[3].clone()], 7));
    }
}
