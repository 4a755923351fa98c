//! What each fault of the wire makes of answers.

use http::header;

use super::*;
use crate::sim::fault::Fault;
use crate::sim::world::InstanceId;

fn fault(sim: &Sim, fault: &Fault) {
    sim.with_world(|world| world.apply(fault.clone())).unwrap();
}

fn heal(sim: &Sim, fault: &Fault) {
    sim.with_world(|world| world.heal(fault)).unwrap();
}

fn ids(sim: &Sim, zone: &str) -> Vec<String> {
    sim.with_world(|world| {
        let instances = world.regions["us-east-1"].instances.values().filter(|instance| instance.zone == *zone);
        instances.map(|instance| instance.id.to_string()).collect()
    })
}

/// Status and code of an EC2 request.
fn ec2(sim: &Sim, form: &str) -> (u16, String) {
    let (status, body) = query(sim, "ec2", form);
    (status, between(&body, "Code").first().copied().unwrap_or_default().to_owned())
}

fn outcome(sim: &Sim, scope: &str, form: &str) -> Answer {
    let credential = format!("AWS4-HMAC-SHA256 Credential=x/20261121/{scope}/aws4_request, Signature=0");
    let request = http::Request::builder().method("POST").uri("/").header("authorization", credential);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    answer(sim, request.body(Bytes::from(form.to_owned())).unwrap())
}

fn by_ids<'a>(ids: impl IntoIterator<Item = &'a String>) -> String {
    let ids = ids.into_iter().enumerate().map(|(place, id)| format!("&InstanceId.{}={id}", place + 1));
    format!("Action=DescribeInstances{}", ids.collect::<String>())
}

/// The clause of aws-domain.md A.1: during the disruption of a zone only ids outside it are answered.
#[test]
fn a_dark_zone_fails_every_listing_of_instances_aws_domain_a1() {
    let sim = sim(1);
    let power = Fault::ZonePowerLoss { zone: "us-east-1a".to_owned() };
    let (dark, lit) = (ids(&sim, "us-east-1a"), ids(&sim, "us-east-1b"));
    let healthy_zone =
        "Action=DescribeInstances&MaxResults=100&Filter.1.Name=availability-zone&Filter.1.Value.1=us-east-1b";
    let refused = (500, "InternalError".to_owned());
    fault(&sim, &power);
    assert_eq!(ec2(&sim, "Action=DescribeInstances"), refused);
    assert_eq!(ec2(&sim, healthy_zone), refused, "filtered or not");
    assert_eq!(ec2(&sim, &by_ids([&lit[0], &dark[0]])), refused, "one id in the zone is enough");
    assert_eq!(ec2(&sim, &by_ids(&lit)).0, 200);
    assert_eq!(ec2(&sim, "Action=DescribeInstanceStatus").0, 200, "the clause speaks of DescribeInstances alone");
    let stale = format!("{}&InstanceId.99=i-0123456789abcdef0", by_ids(&lit));
    assert_eq!(ec2(&sim, &stale), (400, "InvalidInstanceID.NotFound".to_owned()));
    let malformed = format!("{}&InstanceId.99=i-xyz", by_ids(&dark));
    assert_eq!(ec2(&sim, &malformed), (400, "InvalidInstanceID.Malformed".to_owned()));
    heal(&sim, &power);
    assert_eq!(ec2(&sim, healthy_zone).0, 200);
}

/// aws-domain.md A.9: a new id is unknown for seconds, its tags for longer; its group knows it at once.
#[test]
fn a_new_instance_appears_late_and_its_tags_later_aws_domain_a9() {
    let sim = sim(3);
    let id = sim.with_world(|world| {
        let template = world.regions["us-east-1"].instances.values().next().unwrap().clone();
        let launch = crate::sim::physics::Launch {
            subnet: template.subnet.unwrap(),
            image: template.image,
            instance_type: template.instance_type,
            key_name: None,
            instance_profile: None,
            security_groups: Vec::new(),
            market: template.market,
            detailed_monitoring: false,
            template: None,
            group: None,
            service: None,
            tags: template.tags,
            data_volumes: Vec::new(),
            boot_s: 30,
            broken: false,
        };
        world.scene("us-east-1").unwrap().launch(launch).unwrap()
    });
    let look = |id: &InstanceId| {
        let (status, body) = query(&sim, "ec2", &format!("Action=DescribeInstances&InstanceId.1={id}"));
        let listed = query(&sim, "ec2", "Action=DescribeInstances&MaxResults=100").1.contains(id.as_str());
        assert_eq!(status == 200, listed, "found by id when listed, and not before");
        (status, body.contains("<tagSet><item>"))
    };
    assert_eq!(look(&id), (400, false));
    let mut seen = Vec::new();
    for _ in 0..20 {
        sim.advance(Duration::from_secs(1));
        seen.push(look(&id));
    }
    seen.dedup();
    let without_tags = |seen: &(u16, bool)| *seen == (200, false);
    assert!(seen.iter().any(without_tags), "{seen:?}");
    assert_eq!(seen.last(), Some(&(200, true)));
    assert!(seen.len() <= 3, "once known, always known: {seen:?}");
}

/// aws-domain.md C.3, "Control vs data plane": Route 53 and IAM are changed and read in us-east-1.
#[test]
fn a_region_that_is_out_is_silent_with_what_lives_there_aws_domain_c3() {
    let sim = sim(1);
    fault(&sim, &Fault::RegionOutage { region: "us-east-1".to_owned() });
    let silent = |scope: &str, form: &str| matches!(outcome(&sim, scope, form).outcome, Outcome::Silence);
    assert!(silent("us-east-1/ec2", "Action=DescribeRegions"));
    assert!(silent("us-east-1/sts", "Action=GetCallerIdentity"));
    assert!(!silent("eu-west-1/sts", "Action=GetCallerIdentity"), "STS has an endpoint in each region");
    assert!(silent("us-east-1/iam", "Action=ListAccountAliases"));
    assert!(silent("us-east-1/route53", ""));
    let silent_calls = sim.desk().with_calls(|calls| calls.iter().filter(|call| call.delivery == "none").count());
    assert_eq!(silent_calls, 4, "what got no answer is on record too");
}

#[test]
fn slow_cut_and_dead_compose_and_heal() {
    let sim = sim(1);
    let slow = Fault::Slow { service: "ec2".to_owned(), s: 20.0 };
    let cut = Fault::Cut { service: "ec2".to_owned() };
    let ask = || outcome(&sim, "us-east-1/ec2", "Action=DescribeRegions");
    let whole = ask().response().unwrap();
    fault(&sim, &slow);
    fault(&sim, &slow.clone());
    fault(&sim, &Fault::Slow { service: "ec2".to_owned(), s: 1.5 });
    fault(&sim, &cut);
    let both = ask();
    assert_eq!(both.after, Duration::from_millis(21_500));
    let Outcome::Cut(half) = both.outcome else { panic!("{both:?}") };
    let length = |response: &Response<Bytes>| response.headers()[header::CONTENT_LENGTH].to_str().unwrap().to_owned();
    assert_eq!((half.body().len(), length(&half)), (whole.body().len() / 2, whole.body().len().to_string()));
    assert_eq!(half.headers()[header::DATE], "Sat, 21 Nov 2026 03:14:43 GMT", "as of when it leaves");
    assert!(outcome(&sim, "us-east-1/autoscaling", "Action=X").response().is_some(), "another service");
    fault(&sim, &Fault::Dead {});
    assert!(matches!(ask().outcome, Outcome::Reset));
    heal(&sim, &Fault::Dead {});
    heal(&sim, &cut);
    assert!(ask().response().is_some());
}

#[test]
fn expired_credentials_are_refused_in_each_services_own_words() {
    let sim = sim(1);
    fault(&sim, &Fault::ExpireCredentials {});
    let code = |service: &str, action: &str| {
        let (status, body) = query(&sim, service, &format!("Action={action}"));
        (status, between(&body, "Code").concat())
    };
    assert_eq!(code("ec2", "DescribeRegions"), (400, "RequestExpired".to_owned()));
    assert_eq!(code("sts", "GetCallerIdentity"), (403, "ExpiredToken".to_owned()));
    let shifts = send(&sim, "GET", "/managedresources", "us-east-1/arc-zonal-shift", &[], "");
    assert_eq!(shifts.headers()["x-amzn-errortype"], "ExpiredTokenException");
    let target = ("x-amz-target", "GraniteServiceVersion20100801.ListMetrics");
    let metrics = send(&sim, "POST", "/", "us-east-1/monitoring", &[target], "{}");
    assert_eq!(metrics.headers()["x-amzn-query-error"], "ExpiredToken;Sender");
    assert!(metrics.body().starts_with(br#"{"__type":"com.amazonaws.cloudwatch#ExpiredTokenException""#));
}

#[test]
fn a_share_of_calls_fails_with_the_code_asked_for_and_the_same_ones_again() {
    let run = |seed| {
        let sim = sim(seed);
        fault(&sim, &Fault::Error { service: "ec2".to_owned(), code: "InternalError".to_owned(), share: 0.3 });
        let answers: Vec<(u16, String)> = (0..200)
            .map(|_| {
                sim.advance(Duration::from_secs(1));
                ec2(&sim, "Action=DescribeRegions")
            })
            .collect();
        assert!(
            answers.iter().all(|(status, code)| *status == 200 || (*status, code.as_str()) == (500, "InternalError"))
        );
        answers
    };
    let failed = run(1).iter().filter(|(status, _)| *status == 500).count();
    assert!((40..=80).contains(&failed), "{failed} of 200");
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn reads_down_refuses_a_service_or_only_what_looks_into_a_zone() {
    let sim = sim(1);
    let lit = ids(&sim, "us-east-1b");
    let one_zone = Fault::ReadsDown { service: "ec2".to_owned(), zone: Some("use1-az6".to_owned()) };
    let refused = (503, "Unavailable".to_owned());
    fault(&sim, &one_zone);
    assert_eq!(ec2(&sim, "Action=DescribeInstanceStatus"), refused);
    assert_eq!(ec2(&sim, &by_ids(&lit)).0, 200);
    assert_eq!(ec2(&sim, &by_ids(&ids(&sim, "us-east-1a"))), refused);
    assert_eq!(ec2(&sim, "Action=DescribeImages").0, 200, "images are in no zone");
    fault(&sim, &Fault::ReadsDown { service: "ec2".to_owned(), zone: None });
    assert_eq!(ec2(&sim, "Action=DescribeImages"), refused);
    assert_eq!(query(&sim, "autoscaling", "Action=DescribeAutoScalingGroups").0, 200);
}

#[test]
fn a_throttle_holds_for_one_service_until_healed() {
    let sim = sim(1);
    let throttle = Fault::Throttle { service: "autoscaling".to_owned(), rate: 0.5 };
    let admitted = || {
        let statuses = (0..50).map(|_| query(&sim, "autoscaling", "Action=DescribeAutoScalingGroups").0);
        statuses.filter(|status| *status == 200).count()
    };
    fault(&sim, &throttle);
    assert_eq!(admitted(), 2);
    assert_eq!(ec2(&sim, "Action=DescribeRegions").0, 200);
    heal(&sim, &throttle);
    sim.advance(Duration::from_secs(60));
    assert_eq!(admitted(), 40);
}

/// Every pair of faults of the wire at once: each request gets an answer or is lost, and all is well after.
#[test]
fn any_two_faults_of_the_wire_compose_and_heal() {
    let ec2_is = || "ec2".to_owned();
    let faults = [
        Fault::Cut { service: ec2_is() },
        Fault::Dead {},
        Fault::Deny { action: "ec2:*".to_owned() },
        Fault::Error { service: ec2_is(), code: "Weather".to_owned(), share: 1.0 },
        Fault::ExpireCredentials {},
        Fault::ReadsDown { service: ec2_is(), zone: None },
        Fault::RegionOutage { region: "us-east-1".to_owned() },
        Fault::Slow { service: ec2_is(), s: 3.0 },
        Fault::Throttle { service: ec2_is(), rate: 0.0 },
        Fault::ZonePowerLoss { zone: "us-east-1a".to_owned() },
    ];
    let sim = sim(1);
    let ask = || outcome(&sim, "us-east-1/ec2", "Action=DescribeInstances&MaxResults=100");
    let well = |answer: &Answer| {
        let whole = matches!(&answer.outcome, Outcome::Whole(response) if response.status() == 200);
        whole && answer.after.is_zero()
    };
    for one in &faults {
        for other in faults.iter().filter(|other| *other != one) {
            fault(&sim, one);
            fault(&sim, other);
            assert!(!well(&ask()), "{one:?} with {other:?}");
            heal(&sim, one);
            assert!(!well(&ask()), "{one:?} healed, {other:?} not");
            heal(&sim, other);
            sim.advance(Duration::from_secs(10));
            assert!(well(&ask()), "{one:?} and {other:?} healed");
        }
    }
}

/// aws-domain.md C.3, "Control vs data plane": what changes things is slow or fails for a while; reads and ARC's calls are not touched.
#[test]
fn a_dark_zone_browns_out_control_planes_for_half_an_hour_and_never_arc_aws_domain_c3() {
    let sim = sim(1);
    fault(&sim, &Fault::ZonePowerLoss { zone: "us-east-1a".to_owned() });
    let lit = ids(&sim, "us-east-1b").remove(0);
    let tag = format!("Action=CreateTags&ResourceId.1={lit}&Tag.1.Key=x&Tag.1.Value=y");
    let tried = |scope: &str, form: &str| {
        let (mut failed, mut late) = (0, 0);
        for _ in 0..80 {
            let answer = outcome(&sim, scope, form);
            match &answer.outcome {
                Outcome::Whole(response) => failed += usize::from(response.status() == 503),
                _ => panic!("{scope}: an answer is lost"),
            }
            late += usize::from(answer.after > Duration::from_secs(1));
            sim.advance(Duration::from_secs(2));
        }
        (failed, late)
    };
    let (failed, late) = tried("us-east-1/ec2", &tag);
    assert!((8..=36).contains(&failed) && late > 40, "{failed} of 80 fail, {late} are late");
    assert_eq!(tried("us-east-1/ec2", "Action=DescribeSubnets"), (0, 0), "reads are not touched");
    sim.advance(Duration::from_secs(1800));
    assert_eq!(tried("us-east-1/ec2", &tag), (0, 0), "they got over it");
    fault(&sim, &Fault::Brownout { share: 1.0, s: 0.0 });
    assert_eq!(tried("us-east-1/ec2", &tag).0, 80);
    let cancel = http::Request::builder().method("DELETE").uri("/zonalshifts/00000000-0000-0000-0000-000000000000");
    let credential = "AWS4-HMAC-SHA256 Credential=x/20261121/us-east-1/arc-zonal-shift/aws4_request, Signature=0";
    let answer = answer(&sim, cancel.header("authorization", credential).body(Bytes::new()).unwrap());
    assert!(matches!(&answer.outcome, Outcome::Whole(response) if response.status() == 404), "ARC answers");
}
