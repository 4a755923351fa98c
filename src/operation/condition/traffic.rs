//! That traffic has left a zone, by what balancers count (`aws-domain.md` A.5, C.5).

use jiff::{SignedDuration, Timestamp};

use super::Answer;
use super::look::{Look, told};
use crate::estate::alarm::Series;
use crate::estate::{Kind, Row};
use crate::id::{Text, ZoneName};
use crate::operation::need::requests;

/// Of what was there before, the share below which traffic is gone.
const GONE: f64 = 0.1;
/// How long after a minute its value may still grow.
const GROWS: SignedDuration = SignedDuration::from_secs(60);
/// How long after a minute its value may come first: before that, no value is not zero.
const LATE: SignedDuration = SignedDuration::from_secs(180);
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// The latest whole minute after the moment that is settled says it.
pub(super) fn gone(
    look: &Look<'_>,
    balancer: &Text,
    zone: &ZoneName,
    before: f64,
    after: Timestamp,
) -> Result<Answer, String> {
    let query = requests(balancer, zone).ok_or_else(|| format!("requests of {balancer} are not counted"))?;
    let slices = look
        .estate
        .slices(look.region, Kind::Series)
        .filter(|(_, slice)| slice.trust(Series::KIND.age_limit(), look.now).is_known());
    let asked = slices.filter_map(|(_, slice)| {
        let series = slice.rows::<Series>().iter();
        let mut own = series.filter(|series| series.metric == query.metric && series.statistic == query.statistic);
        Some((own.next()?, slice.read_at()?))
    });
    let Some((series, read_at)) = asked.max_by_key(|(_, read_at)| *read_at) else {
        return Err(format!("requests of {balancer} in {zone} not read yet"));
    };
    let age = std::time::Duration::try_from(look.now.duration_since(read_at)).unwrap_or_default();
    let Some(now) = latest(&series.points, after, read_at) else {
        return Err(format!("no whole minute since {} is counted yet", after.strftime("%H:%M:%SZ")));
    };
    let holds = now <= 0.0 || now < before * GONE;
    Ok(told(holds, format!("{now:.0} a minute through {zone}; {before:.0} before"), age))
}

/// The value of the latest whole minute after a moment: zero where none came although it would have by now.
fn latest(points: &[(Timestamp, f64)], after: Timestamp, read_at: Timestamp) -> Option<f64> {
    let ends_by = |start: Timestamp, span| start.checked_add(MINUTE + span).is_ok_and(|end| end <= read_at);
    let whole = |start: Timestamp| start >= after;
    let said =
        points.iter().filter(|(start, _)| whole(*start) && ends_by(*start, GROWS)).max_by_key(|(start, _)| *start);
    // The latest minute that would have come by now.
    let settled = read_at.checked_sub(MINUTE + LATE).ok()?;
    let settled = Timestamp::from_second(settled.as_second() - settled.as_second().rem_euclid(60)).ok()?;
    match said {
        Some((start, value)) if *start >= settled || !whole(settled) => Some(*value),
        _ => whole(settled).then_some(0.0),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(60_000 + second).unwrap()
    }

    #[test]
    fn a_minute_that_may_still_come_is_not_zero_and_one_that_may_still_grow_is_not_little_aws_domain_a5() {
        let points = [(at(0), 900.0), (at(60), 400.0), (at(120), 3.0)];
        assert_eq!(latest(&points, at(70), at(200)), None, "the minute from 120 may grow");
        assert_eq!(latest(&points, at(70), at(240)), Some(3.0));
        assert_eq!(latest(&points[..2], at(70), at(300)), None, "the minute from 120 may be late");
        assert_eq!(latest(&points[..2], at(70), at(360)), Some(0.0), "it would have come");
        assert_eq!(latest(&points[..2], at(30), at(240)), Some(400.0), "a tail is told");
        assert_eq!(latest(&[], at(70), at(200)), None);
    }
}
