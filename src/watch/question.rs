//! What a read is asked with, and what it hangs on: zones, parents, times.
//!
//! Must stay true: a question that depends on an answer waits for it.

use jiff::{SignedDuration, Timestamp};

use crate::aws::Ask;
use crate::estate::balancer::{LoadBalancer, TargetGroup};
use crate::estate::chart::Question;
use crate::estate::zone::Zone;
use crate::estate::{Estate, Kind, Part, SliceId};
use crate::id::{Region, ZoneName};

/// The zones of a region, as far as they are known.
pub(super) fn zones_of<'a>(estate: &'a Estate, region: &Region) -> impl Iterator<Item = ZoneName> + use<'a> {
    let slice = estate.slice(&SliceId::all(region, Kind::Zones));
    slice.into_iter().flat_map(|slice| slice.rows::<Zone>()).map(|zone| zone.name.clone())
}

/// The words of a question; none while it must wait for another answer.
pub(super) fn ask(id: &SliceId, estate: &Estate, now: Timestamp) -> Option<Ask> {
    let ago = |hours| now.checked_sub(SignedDuration::from_hours(hours)).ok();
    match id.kind {
        Kind::Instances | Kind::InstanceStatuses if id.part == Part::All => {
            // A region's zones come first: they decide whether a large region can be read zone by zone.
            let zones = estate.slice(&SliceId::all(&id.region, Kind::Zones))?;
            Some(Ask { may_split: !zones.rows::<Zone>().is_empty(), ..Ask::default() })
        }
        Kind::BalancerTags => {
            let balancers = estate.slice(&SliceId::all(&id.region, Kind::LoadBalancers))?;
            let groups = estate.slice(&SliceId::all(&id.region, Kind::TargetGroups))?;
            let arns = balancers.rows::<LoadBalancer>().iter().map(|balancer| &balancer.arn);
            let arns = arns.chain(groups.rows::<TargetGroup>().iter().map(|group| &group.arn));
            Some(Ask { parents: arns.map(|arn| arn.text().clone()).collect(), ..Ask::default() })
        }
        Kind::Charts => {
            let question = Question::of_slice(id)?;
            let queries = question.queries(estate, &id.region).into_iter();
            let metrics = queries.map(|query| (query.metric, query.statistic)).collect();
            // Whole minutes: CloudWatch's periods begin there.
            let since = now.checked_sub(question.span.duration()).ok()?.as_second().div_euclid(60) * 60;
            Some(Ask { metrics, since: Timestamp::from_second(since).ok(), ..Ask::default() })
        }
        Kind::Activities => Some(Ask { since: ago(6), ..Ask::default() }),
        Kind::DatabaseEvents | Kind::HealthEvents => Some(Ask { since: ago(24), ..Ask::default() }),
        Kind::TrailEvents => Some(Ask { since: ago(1), ..Ask::default() }),
        Kind::Permissions => {
            // Who asks comes first; where that cannot be known, the read says so.
            estate.slice(&SliceId::all(&Region::global(), Kind::Identity))?;
            let caller = estate.identity().map(|identity| identity.caller.text().clone());
            Some(Ask { parents: caller.into_iter().collect(), ..Ask::default() })
        }
        _ => Some(Ask::default()),
    }
}
