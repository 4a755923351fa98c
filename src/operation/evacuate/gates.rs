//! What stands against leaving a zone at all (`aws-domain.md` B.2, F 6, 9, 12-14; one zone away at a time).
//!
//! Must stay true: what is refused says what would do instead; what AWS shows counts, whoever began it.

use std::collections::BTreeSet;

use super::super::plan::Refusal;
use super::TAG;
use super::place::{Place, who};
use crate::estate::balancer::{ClassicBalancer, LoadBalancer};
use crate::estate::group::Group;
use crate::estate::shift::{Autoshift, AutoshiftStatus, ShiftType};
use crate::id::ZoneName;
use crate::judge::zone::{NotZonal, ZoneVerdict};

/// Why the zone may not be left.
///
/// # Errors
/// It is the only one, or the last that is well; its trouble is not the zone's; another one is away.
pub(super) fn check(place: &Place<'_>) -> Result<(), Refusal> {
    elsewhere(place)?;
    zonal(place)?;
    one_at_a_time(place)
}

/// Something must be left that can take what leaves.
fn elsewhere(place: &Place<'_>) -> Result<(), Refusal> {
    let zone = place.zone;
    let used = used(place);
    let others: Vec<&ZoneName> = used.iter().copied().filter(|other| *other != zone).collect();
    if others.is_empty() {
        let where_ = if place.judged.zones.len() > 1 { "the account's groups and balancers use" } else { "there is" };
        return Err(Refusal::new(
            format!("{where_} one zone in {}: {zone} is all there is", place.region),
            "give groups and balancers subnets of other zones first; in a disaster another region is the way",
        ));
    }
    let well = |other: &&&ZoneName| {
        let judged = place.judged.zones.iter().find(|judged| judged.name == ***other);
        judged.is_none_or(|judged| judged.verdict != ZoneVerdict::Degraded && judged.silent_since.is_none())
    };
    if others.iter().any(|other| well(&other)) {
        return Ok(());
    }
    let names: Vec<String> = others.iter().map(|other| other.to_string()).collect();
    Err(Refusal::new(
        format!("{zone} would be the last to go: {} sick as well", are(&names)),
        "all zones bad is no zone's failure: look at releases, dependencies and the region (`fournines status`)",
    ))
}

/// `us-east-1a and us-east-1c are`.
fn are(names: &[String]) -> String {
    format!("{} {}", names.join(" and "), if names.len() == 1 { "is" } else { "are" })
}

/// Zones that groups and balancers use.
fn used<'p>(place: &Place<'p>) -> BTreeSet<&'p ZoneName> {
    let groups = place.known::<Group>().flat_map(|group| &group.zones);
    let balancers = place.known::<LoadBalancer>().flat_map(|balancer| balancer.zones.iter().map(|(zone, _)| zone));
    groups.chain(balancers).chain(place.known::<ClassicBalancer>().flat_map(|balancer| &balancer.zones)).collect()
}

/// One host, one release or trouble everywhere is not left by leaving a zone (`aws-domain.md` F.6, F.9).
fn zonal(place: &Place<'_>) -> Result<(), Refusal> {
    let Some(instead) = place.assessed.not_zonal.as_ref().filter(|_| place.assessed.verdict == ZoneVerdict::NotZonal)
    else {
        return Ok(());
    };
    let remedy = match instead {
        NotZonal::OneHost { host } => format!("replace it: `fournines plan replace {host}`"),
        NotZonal::Release { group, .. } => format!("roll {group} back to what it ran before"),
        NotZonal::OneService { service } => format!("look at what changed in {service}, and at what it depends on"),
        NotZonal::AllZones => "look at releases and shared dependencies: no zone is better than another".to_owned(),
    };
    Err(Refusal::new(format!("{}: {instead}", place.zone), remedy))
}

/// One zone of a region is away at a time, whoever began it.
fn one_at_a_time(place: &Place<'_>) -> Result<(), Refusal> {
    let name = |id: &crate::id::ZoneId| {
        let zone = place.judged.zones.iter().find(|zone| zone.id == *id);
        zone.map_or_else(|| id.to_string(), |zone| format!("{} ({id})", zone.name))
    };
    let others = place.shifts().filter(|shift| shift.away_from != *place.id);
    if let Some(shift) =
        others.into_iter().find(|shift| matches!(shift.shift_type, ShiftType::Manual | ShiftType::Autoshift))
    {
        let (away, by) = (name(&shift.away_from), owner(shift.comment.as_deref()).unwrap_or_else(|| who(shift)));
        return Err(Refusal::new(
            format!(
                "{away} is away already: {} by {by}; two zones of a region are never away at once",
                shift.resource.short()
            ),
            format!(
                "return there first (`fournines plan return {}`), or end that shift (`fournines plan cancel {}`)",
                shift.away_from, shift.id
            ),
        ));
    }
    let declared = place
        .known::<Autoshift>()
        .find(|shift| shift.status == AutoshiftStatus::Active && shift.away_from != *place.id);
    if let Some(shift) = declared {
        return Err(Refusal::new(
            format!(
                "AWS's autoshift is away from {}: two zones of a region are never away at once",
                name(&shift.away_from)
            ),
            "AWS ends it when the zone is well; only then another zone can be left",
        ));
    }
    let left = place.known::<Group>().find_map(|group| {
        let value = group.tags.get(TAG)?;
        let mut words = value.split_whitespace();
        let (operation, zone) = (words.next()?, words.next()?);
        (zone != place.id.as_str()).then(|| (group, operation.to_owned(), crate::id::ZoneId::from(zone)))
    });
    match left {
        None => Ok(()),
        Some((group, operation, zone)) => Err(Refusal::new(
            format!(
                "{} is away already: {operation} left it with {}, and two zones of a region are never away at once",
                name(&zone),
                group.name
            ),
            format!("return there first: `fournines plan return {zone}`"),
        )),
    }
}

/// `evacuate-… of ada`, where a shift's comment is ours.
fn owner(comment: Option<&str>) -> Option<String> {
    let mut words = comment?.strip_prefix("fournines ")?.split_whitespace();
    let operation = words.next()?;
    Some(match words.next() {
        Some(person) => format!("{operation} of {person}"),
        None => operation.to_owned(),
    })
}

/// What is said of a zone that is left although nobody has called it sick; none where it is.
pub(super) fn doubt(place: &Place<'_>) -> Option<(Option<bool>, String)> {
    let zone = place.zone;
    let first =
        || place.assessed.evidence.first().map(|evidence| format!(" ({})", evidence.signal)).unwrap_or_default();
    Some(match place.assessed.verdict {
        ZoneVerdict::Degraded => return None,
        ZoneVerdict::Ok => (Some(false), format!("{zone} is ok: nothing speaks against it")),
        ZoneVerdict::Suspect => (Some(false), format!("{zone} is suspect, not degraded{}", first())),
        ZoneVerdict::NotZonal => (Some(false), format!("{zone} has trouble that is not its own")),
        ZoneVerdict::Unknown => (None, format!("how {zone} stands is not known{}", first())),
    })
}
