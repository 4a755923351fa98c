//! Writes over the wire: they take effect once, whatever becomes of their answers.

use super::*;
use crate::sim::fault::Fault;
use crate::sim::world::GroupName;

/// A group of two behind nothing.
fn sim_with_group() -> Sim {
    let document = r#"
        account = "123456789012"
        [regions.us-east-1]
        network = 10
        zones = { us-east-1a = "use1-az6", us-east-1b = "use1-az4" }
        images = [{ name = "base", age = "30d" }]
        templates = [{ name = "web", instance_type = "m6i.large", versions = [{ image = "base", age = "20d" }] }]
        groups = [{ name = "web", template = "web", version = "1", min = 1, desired = 2, max = 4, age = "90d", members_age = "10d" }]
    "#;
    let origin = Origin { seed: 3, start: SimTime::from_seconds(1_795_230_862) };
    let world = World::from_document(document, Format::Toml, origin).unwrap();
    Sim::new(world, Options { speed: 0.0, scenario: Scenario::named("calm").unwrap() }, Box::new(|| Duration::ZERO))
}

fn sent(sim: &Sim, service: &str, form: &str) -> Outcome {
    let credential = format!("AWS4-HMAC-SHA256 Credential=x/20261121/us-east-1/{service}/aws4_request, Signature=0");
    let request = http::Request::builder().method("POST").uri("/").header("authorization", credential);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    answer(sim, request.body(Bytes::from(form.to_owned())).unwrap()).outcome
}

fn desired(sim: &Sim) -> u32 {
    sim.with_world(|world| world.regions["us-east-1"].groups[&GroupName::from("web")].desired)
}

const SET: &str = "Action=SetDesiredCapacity&Version=2011-01-01&AutoScalingGroupName=web&DesiredCapacity=";

/// contract.md, `lose-answer`: the write takes effect, its answer is lost; then all is well again.
#[test]
fn a_lost_answer_is_a_write_that_took_effect_once() {
    let sim = sim_with_group();
    sim.with_world(|world| world.apply(Fault::LoseAnswer { nth: 2 })).unwrap();
    assert!(matches!(sent(&sim, "autoscaling", &format!("{SET}3")), Outcome::Whole(_)));
    assert!(matches!(sent(&sim, "autoscaling", &format!("{SET}9")), Outcome::Whole(_)), "refused writes do not count");
    assert!(matches!(sent(&sim, "autoscaling", "Action=DescribeAutoScalingGroups"), Outcome::Whole(_)));
    assert!(matches!(sent(&sim, "autoscaling", &format!("{SET}4")), Outcome::Reset));
    assert_eq!(desired(&sim), 4);
    assert!(matches!(sent(&sim, "autoscaling", &format!("{SET}2")), Outcome::Whole(_)));
    let told = sim.desk().with_calls(|calls| {
        calls.iter().filter(|call| call.write).map(|call| (call.status, call.delivery)).collect::<Vec<_>>()
    });
    assert_eq!(told, [(Some(200), "whole"), (Some(400), "whole"), (Some(200), "reset"), (Some(200), "whole")]);
    let trail = sim.with_world(|world| world.regions["us-east-1"].trail.newest_first().count());
    assert!(trail >= 3, "CloudTrail knows what took effect");
}

#[test]
fn what_does_not_arrive_or_is_not_allowed_changes_nothing() {
    let table = [
        (Fault::Dead {}, None),
        (Fault::Deny { action: "autoscaling:SetDesiredCapacity".to_owned() }, Some(403)),
        (Fault::Throttle { service: "autoscaling".to_owned(), rate: 0.0 }, Some(400)),
        (
            Fault::Error { service: "autoscaling".to_owned(), code: "ResourceContention".to_owned(), share: 1.0 },
            Some(500),
        ),
        (Fault::ExpireCredentials {}, Some(403)),
    ];
    for (fault, status) in table {
        let sim = sim_with_group();
        sim.with_world(|world| world.apply(fault.clone())).unwrap();
        let got = match sent(&sim, "autoscaling", &format!("{SET}3")) {
            Outcome::Whole(response) => Some(response.status().as_u16()),
            _ => None,
        };
        assert_eq!((got, desired(&sim)), (status, 2), "{fault:?}");
    }
    let sim = sim_with_group();
    sim.with_world(|world| world.apply(Fault::ReadsDown { service: "autoscaling".to_owned(), zone: None })).unwrap();
    assert!(matches!(sent(&sim, "autoscaling", &format!("{SET}3")), Outcome::Whole(_)));
    assert_eq!(desired(&sim), 3, "writes are no reads");
}
