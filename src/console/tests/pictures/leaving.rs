//! The shop while us-east-1b is left: its balancers shifted away, their requests going.

use super::*;

/// Balancers of it that zonal shift can move, and their requests a minute in the zone before.
const MOVED: &[(&str, &str, f64)] = &[
    ("web", "loadbalancer/app/web/50dc6c495c0c9188", 640.0),
    ("checkout", "loadbalancer/app/checkout/50dc6c495c0c9188", 300.0),
    ("search", "loadbalancer/net/search/50dc6c495c0c9188", 90.0),
    ("api", "loadbalancer/app/api/50dc6c495c0c9188", 1200.0),
];

/// All four are away for so many minutes more, since ten minutes ago; checkout's tail still comes.
pub fn left(minutes: i64) -> Arc<Picture> {
    let mut account = shop(true);
    let east = Region::from("us-east-1");
    let shift = |(name, resource, _): &(&str, &str, f64)| ZonalShift {
        id: text(name),
        resource: arn("elasticloadbalancing", &east, resource),
        away_from: "use1-az4".into(),
        status: ShiftStatus::Active,
        shift_type: ShiftType::Manual,
        expires_at: Some(now() + SignedDuration::from_mins(minutes)),
        started_at: Some(now() - SignedDuration::from_mins(10)),
        comment: Some(text("fournines op-7f3a arn:aws:iam::123456789012:user/alice")),
    };
    let managed = |(name, resource, _): &(&str, &str, f64)| ManagedResource {
        arn: arn("elasticloadbalancing", &east, resource),
        name: text(name),
        weights: EAST.iter().map(|(_, id)| ((*id).into(), if *id == "use1-az4" { 0.0 } else { 1.0 })).collect(),
        autoshift: None,
        practice_run: None,
        applied: BTreeMap::from([(text(name), text("APPLIED"))]),
    };
    account.put(&east, Part::All, MOVED.iter().map(shift).collect());
    account.put(&east, Part::All, MOVED.iter().map(managed).collect());
    let minute = |back: i64| now() - SignedDuration::from_secs(142 + 60 * back);
    let series = MOVED.iter().map(|(name, resource, before)| {
        let group = arn("elasticloadbalancing", &east, &format!("targetgroup/{name}/73e2d6bc24d8a067"));
        let balancer = arn("elasticloadbalancing", &east, resource);
        let zone = "us-east-1b".into();
        let query =
            Query::of_target_group(crate::estate::query::Measure::Requests, &balancer, &group, Some(&zone)).unwrap();
        let left = if *name == "checkout" { 40.0 } else { 0.0 };
        let points = (0..13).rev().map(|back| (minute(back), if back >= 8 { *before } else { left })).collect();
        Series { id: text("zones"), metric: query.metric, statistic: query.statistic, points }
    });
    let mut series: Vec<Series> = series.collect();
    series.sort_by(|one, other| (&one.metric, &one.statistic).cmp(&(&other.metric, &other.statistic)));
    account.put(&east, Part::Of(text("zones")), series);
    account.picture()
}
