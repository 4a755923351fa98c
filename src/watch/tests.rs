//! The schedule, told the time.

use super::*;
use crate::estate::balancer::TargetGroup;
use crate::estate::zone::Zone;
use crate::id::Arn;

fn at(second: i64) -> Moment {
    let at = Timestamp::from_second(1_800_000_000 + second).unwrap();
    Moment { at, steady: at }
}

fn region() -> Region {
    Region::from("us-east-1")
}

fn target_group(name: &str, used: bool) -> TargetGroup {
    TargetGroup {
        arn: Arn::from(name),
        name: name.into(),
        target_type: None,
        protocol: None,
        port: None,
        load_balancers: if used { vec![Arn::from("lb")] } else { Vec::new() },
        interval_s: None,
        healthy_threshold: None,
        unhealthy_threshold: None,
        vpc: None,
    }
}

fn ids(jobs: &[Job], kind: Kind) -> Vec<String> {
    jobs.iter().filter(|job| job.id.kind == kind).map(|job| job.id.part.to_string()).collect()
}

#[test]
fn target_health_waits_for_its_groups_and_skips_the_unused() {
    let mut watch = Watch::new(Purpose::Stay, 1);
    let mut estate = Estate::new(vec![region()]);
    let first = watch.due(&estate, at(0));
    assert!(ids(&first, Kind::Targets).is_empty());
    assert!(ids(&first, Kind::Instances).is_empty(), "instances wait for the zones");
    assert!(watch.due(&estate, at(0)).is_empty(), "nothing runs twice");
    let rows = TargetGroup::rows(vec![target_group("web", true), target_group("orphan", false)]);
    let id = SliceId::all(&region(), Kind::TargetGroups);
    let update = watch.finished(&id, Ok(Found::Rows(rows)), &estate, at(1)).unwrap();
    estate.apply(update);
    assert_eq!(ids(&watch.due(&estate, at(1)), Kind::Targets), ["web"]);
}

#[test]
fn a_region_of_many_pages_is_read_zone_by_zone() {
    let mut watch = Watch::new(Purpose::Stay, 1);
    let mut estate = Estate::new(vec![region()]);
    watch.due(&estate, at(0));
    let zone = |name: &str| Zone {
        name: name.into(),
        id: format!("id-{name}").into(),
        state: "available".into(),
        zone_type: "availability-zone".into(),
        messages: Vec::new(),
    };
    let zones = SliceId::all(&region(), Kind::Zones);
    let rows = Zone::rows(vec![zone("a"), zone("b")]);
    estate.apply(watch.finished(&zones, Ok(Found::Rows(rows)), &estate, at(1)).unwrap());
    let jobs = watch.due(&estate, at(1));
    let all = jobs.iter().find(|job| job.id.kind == Kind::Instances).unwrap();
    assert!(all.ask.may_split);
    let split = watch.finished(&all.id.clone(), Ok(Found::Split), &estate, at(2)).unwrap();
    estate.apply(split);
    let b = SliceId { region: region(), kind: Kind::Instances, part: Part::Zone("b".into()) };
    let known = crate::estate::instance::Instance::rows(Vec::new());
    estate.apply(watch.finished(&b, Ok(Found::Rows(known)), &estate, at(2)).unwrap());
    let table = estate.table::<crate::estate::instance::Instance>(&region(), at(2).at);
    assert!(!table.is_complete(), "one zone of two is not the region");
    assert_eq!(ids(&watch.due(&estate, at(2)), Kind::Instances), ["a"]);
}

#[test]
fn a_denied_read_rests_and_an_outage_is_tried_again_soon() {
    for (kind, tried_again) in [(FailureKind::Unreachable, true), (FailureKind::Denied, false)] {
        let mut watch = Watch::new(Purpose::Stay, 1);
        let estate = Estate::new(vec![region()]);
        watch.due(&estate, at(0));
        let why = ReadFailure { kind, action: "x:Y".into(), code: None, message: "no".into(), request_id: None };
        let id = SliceId::all(&region(), Kind::Alarms);
        watch.finished(&id, Err(why), &estate, at(1));
        let again = watch.due(&estate, at(31)).iter().any(|job| job.id == id);
        assert_eq!(again, tried_again, "{kind:?}");
    }
}

#[test]
fn a_single_reading_ends_when_everything_was_tried() {
    let mut watch = Watch::new(Purpose::Once(BTreeSet::from([Kind::TargetGroups, Kind::Targets])), 1);
    let mut estate = Estate::new(vec![region()]);
    let mut rounds = 0;
    while !watch.is_done(&estate, at(rounds)) {
        for job in watch.due(&estate, at(rounds)) {
            let rows = match job.id.kind {
                Kind::TargetGroups => TargetGroup::rows(vec![target_group("web", true)]),
                Kind::Targets => Target::rows(Vec::new()),
                Kind::Identity => crate::estate::account::Identity::rows(Vec::new()),
                _ => crate::estate::account::Alias::rows(Vec::new()),
            };
            let update = watch.finished(&job.id, Ok(Found::Rows(rows)), &estate, at(rounds)).unwrap();
            estate.apply(update);
        }
        rounds += 1;
        assert!(rounds < 10, "it ends");
    }
    assert_eq!(rounds, 2, "groups, then their targets");
}

mod by_ids {
    use super::*;
    use crate::aws::ById;
    use crate::estate::instance::{Instance, InstanceStatus};
    use crate::estate::slice::Trust;
    use crate::estate::zone::Zone;
    use crate::id::InstanceId;

    fn zone_slice(zone: &str) -> SliceId {
        SliceId { region: region(), kind: Kind::Instances, part: Part::Zone(zone.into()) }
    }

    fn instance(id: &str, zone: &str) -> Instance {
        serde_json::from_value(serde_json::json!({
            "id": id, "zone": zone, "state": "running", "instance_type": "t3.small", "volumes": [], "tags": [],
        }))
        .unwrap()
    }

    fn failing(kind: FailureKind) -> ReadFailure {
        let action = "ec2:DescribeInstances".into();
        ReadFailure { kind, action, code: Some("InternalError".into()), message: "sorry".into(), request_id: None }
    }

    /// A watch with zones a and b, groups and checks read, and the region's instances known since 0.
    fn settled() -> (Watch, Estate) {
        let mut watch = Watch::new(Purpose::Stay, 1);
        let mut estate = Estate::new(vec![region()]);
        let zones = ["a", "b"].map(|name| {
            serde_json::from_value::<Zone>(serde_json::json!({
                "name": name, "id": name, "state": "available", "zone_type": "availability-zone", "messages": [],
            }))
            .unwrap()
        });
        let rows = vec![instance("i-1", "a"), instance("i-2", "b")];
        let mut take = |kind, rows| {
            watch.due(&estate, at(0));
            let id = SliceId::all(&region(), kind);
            let update = watch.finished(&id, Ok(Found::Rows(rows)), &estate, at(0)).unwrap();
            estate.apply(update);
        };
        take(Kind::Zones, Zone::rows(zones.to_vec()));
        take(Kind::Groups, crate::estate::group::Group::rows(Vec::new()));
        take(Kind::InstanceStatuses, InstanceStatus::rows(Vec::new()));
        take(Kind::Instances, Instance::rows(rows));
        (watch, estate)
    }

    fn end(watch: &mut Watch, estate: &mut Estate, id: &SliceId, outcome: Result<Found, ReadFailure>, second: i64) {
        if let Some(update) = watch.finished(id, outcome, estate, at(second)) {
            estate.apply(update);
        }
        watch.prune(estate, &region(), at(second).at);
    }

    fn statuses_again(watch: &mut Watch, estate: &mut Estate, second: i64) {
        let id = SliceId::all(&region(), Kind::InstanceStatuses);
        assert!(watch.due(estate, at(second)).iter().any(|job| job.id == id && job.ask.of_all), "all are to be named");
        end(watch, estate, &id, Ok(Found::Rows(InstanceStatus::rows(Vec::new()))), second);
    }

    fn named(rows: Vec<Instance>, missing: &[&str]) -> Result<Found, ReadFailure> {
        let missing = missing.iter().map(|id| InstanceId::from(*id)).collect();
        Ok(Found::Named { rows: Instance::rows(rows), missing })
    }

    fn asked_by_id(jobs: &[Job], zone: &str) -> Option<Vec<String>> {
        let job = jobs.iter().find(|job| job.id == zone_slice(zone))?;
        match &job.ask.by_id {
            Some(ById::InZone(ids)) => Some(ids.iter().map(ToString::to_string).collect()),
            _ => None,
        }
    }

    /// `aws-domain.md` A.1: a 5xx leads on to ids, zone by zone; the paged call is probed half a minute later, once.
    #[test]
    fn a_paged_5xx_leads_on_to_ids_and_the_paged_call_is_only_probed_aws_domain_a1() {
        let (mut watch, mut estate) = settled();
        let all = SliceId::all(&region(), Kind::Instances);
        watch.due(&estate, at(40));
        end(&mut watch, &mut estate, &all, Err(failing(FailureKind::Service)), 40);
        statuses_again(&mut watch, &mut estate, 41);
        let jobs = watch.due(&estate, at(41));
        assert_eq!(asked_by_id(&jobs, "a"), Some(vec!["i-1".to_owned()]));
        assert_eq!(asked_by_id(&jobs, "b"), Some(vec!["i-2".to_owned()]));
        assert!(!jobs.iter().any(|job| job.id == all), "it is not pressed");
        assert_eq!(estate.slice(&zone_slice("b")).unwrap().rows::<Instance>().len(), 1, "memory is shared out");
        let later = watch.due(&estate, at(75));
        assert!(later.iter().any(|job| job.id == all && job.ask.is_probe));
        let rows = Instance::rows(vec![instance("i-1", "a")]);
        end(&mut watch, &mut estate, &all, Ok(Found::Rows(rows)), 76);
        assert_eq!(estate.slices(&region(), Kind::Instances).count(), 1, "the paged call is taken up again");
        end(&mut watch, &mut estate, &zone_slice("a"), named(vec![instance("i-1", "a")], &[]), 77);
        assert_eq!(estate.slices(&region(), Kind::Instances).count(), 1, "an answer of the other way is not mixed in");
    }

    /// `aws-domain.md` A.1: a time-out is no second attempt yet, and where nothing of EC2 answers there is nobody to ask by ids.
    #[test]
    fn a_first_time_out_is_borne_and_a_dead_endpoint_is_no_silence_aws_domain_a1() {
        let (mut watch, mut estate) = settled();
        let all = SliceId::all(&region(), Kind::Instances);
        watch.due(&estate, at(40));
        end(&mut watch, &mut estate, &all, Err(failing(FailureKind::Unreachable)), 55);
        assert!(asked_by_id(&watch.due(&estate, at(62)), "a").is_none());
        let checks = SliceId::all(&region(), Kind::InstanceStatuses);
        end(&mut watch, &mut estate, &checks, Err(failing(FailureKind::Unreachable)), 62);
        end(&mut watch, &mut estate, &all, Err(failing(FailureKind::Unreachable)), 77);
        assert!(asked_by_id(&watch.due(&estate, at(90)), "a").is_none());
    }

    /// `aws-domain.md` A.1, B.1: silent is the zone that fails while another answers, whichever was heard first.
    #[test]
    fn silent_is_what_fails_while_others_answer_aws_domain_b1() {
        let (mut watch, mut estate) = settled();
        watch.due(&estate, at(40));
        end(&mut watch, &mut estate, &SliceId::all(&region(), Kind::Instances), Err(failing(FailureKind::Service)), 40);
        statuses_again(&mut watch, &mut estate, 41);
        watch.due(&estate, at(41));
        end(&mut watch, &mut estate, &zone_slice("b"), Err(failing(FailureKind::Service)), 42);
        assert!(watch.due(&estate, at(49)).iter().any(|job| job.id == zone_slice("b")), "once may be chance");
        end(&mut watch, &mut estate, &zone_slice("b"), Err(failing(FailureKind::Service)), 49);
        assert!(crate::estate::silence::silences(&estate, &region()).is_empty(), "nobody has answered yet");
        end(&mut watch, &mut estate, &zone_slice("a"), named(vec![instance("i-1", "a")], &[]), 50);
        let silences = crate::estate::silence::silences(&estate, &region());
        assert_eq!(silences.len(), 1);
        assert_eq!((silences[0].zone.as_str(), silences[0].since, silences[0].last_seen), ("b", at(40).at, Some(1)));
        let trust = |zone: &str| {
            let slice = estate.slice(&zone_slice(zone)).unwrap();
            matches!(slice.trust(Kind::Instances.age_limit(), at(51).at), Trust::Fresh)
        };
        assert!(trust("a") && !trust("b"));
    }

    /// `aws-domain.md` A.9: an id that AWS does not know is asked for again after 1, 2, 4 … s, and gone after a minute.
    #[test]
    fn not_found_is_believed_only_after_a_while_aws_domain_a9() {
        let (mut watch, mut estate) = settled();
        watch.due(&estate, at(40));
        end(&mut watch, &mut estate, &SliceId::all(&region(), Kind::Instances), Err(failing(FailureKind::Service)), 40);
        statuses_again(&mut watch, &mut estate, 41);
        let count = |estate: &Estate| estate.slice(&zone_slice("a")).unwrap().rows::<Instance>().len();
        let mut second = 41;
        for round in 0..3 {
            assert_eq!(asked_by_id(&watch.due(&estate, at(second)), "a").unwrap(), ["i-1"], "round {round}");
            end(&mut watch, &mut estate, &zone_slice("a"), named(Vec::new(), &["i-1"]), second);
            assert_eq!(count(&estate), usize::from(round < 2), "{second} s");
            second += 35;
        }
    }
}
