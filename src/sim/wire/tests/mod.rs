//! The wire as a whole: requests in, answers out.

mod faults;
mod writes;

use std::time::Duration;

use super::*;
use crate::sim::time::SimTime;
use crate::sim::world::{Format, Origin, World};
use crate::sim::{Options, Scenario};

/// Two zones and twelve instances; time stands still.
fn sim(seed: u64) -> Sim {
    let mut document = String::from(
        r#"
        account = "123456789012"
        alias = "shop"
        [regions.us-east-1]
        network = 10
        zones = { us-east-1a = "use1-az6", us-east-1b = "use1-az4" }
        images = [{ name = "base", age = "30d" }]
        "#,
    );
    for number in 0..12 {
        let zone = if number % 2 == 0 { "us-east-1a" } else { "us-east-1b" };
        document += &format!(
            "[[regions.us-east-1.instances]]\nname = \"<box & {number}>\"\nzone = \"{zone}\"\nimage = \"base\"\n\
             instance_type = \"m6i.large\"\nage = \"3d\"\n"
        );
    }
    let origin = Origin { seed, start: SimTime::from_seconds(1_795_230_862) };
    let world = World::from_document(&document, Format::Toml, origin).unwrap();
    let options = Options { speed: 0.0, scenario: Scenario::named("calm").unwrap() };
    Sim::new(world, options, Box::new(|| Duration::ZERO))
}

fn send(
    sim: &Sim,
    method: &str,
    path: &str,
    scope: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let credential = format!("AWS4-HMAC-SHA256 Credential=x/20261121/{scope}/aws4_request, Signature=0");
    let mut request = http::Request::builder().method(method).uri(path).header("authorization", credential);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    answer(sim, request.body(body.into()).unwrap()).response().unwrap()
}

/// Status and body of a form sent to a service of us-east-1.
fn query(sim: &Sim, service: &str, form: &str) -> (u16, String) {
    let form = form.to_owned();
    let response = send(
        sim,
        "POST",
        "/",
        &format!("us-east-1/{service}"),
        &[("content-type", "application/x-www-form-urlencoded")],
        form,
    );
    (response.status().as_u16(), String::from_utf8(response.into_body().to_vec()).unwrap())
}

fn between<'a>(text: &'a str, tag: &str) -> Vec<&'a str> {
    text.split(&format!("<{tag}>")).skip(1).filter_map(|rest| rest.split('<').next()).collect()
}

#[test]
fn pages_of_instances_add_up() {
    let sim = sim(1);
    let (mut seen, mut token) = (0, String::new());
    for expected in [5, 5, 2] {
        let (status, body) = query(&sim, "ec2", &format!("Action=DescribeInstances&MaxResults=5{token}"));
        assert_eq!((status, body.matches("<instanceState>").count()), (200, expected));
        seen += expected;
        token = between(&body, "nextToken").first().map_or_else(String::new, |token| format!("&NextToken={token}"));
    }
    assert_eq!((seen, token.as_str()), (12, ""));
    let (_, body) =
        query(&sim, "ec2", "Action=DescribeInstances&Filter.1.Name=availability-zone-id&Filter.1.Value.1=use1-az4");
    assert_eq!(body.matches("<instanceState>").count(), 6);
    assert!(body.contains("<value>&lt;box &amp; 1&gt;</value>"), "{body}");
}

#[test]
fn each_protocol_has_its_own_form_of_error() {
    let sim = sim(1);
    let (status, body) = query(&sim, "ec2", "Action=DescribeInstances&InstanceId.1=i-0123456789abcdef0");
    assert_eq!((status, between(&body, "Code")), (400, vec!["InvalidInstanceID.NotFound"]));
    assert!(body.starts_with("<Response><Errors><Error>") && body.contains("<RequestID>"), "{body}");
    let (status, body) = query(&sim, "sts", "Action=Nonsense");
    assert_eq!((status, between(&body, "Code"), between(&body, "Type")), (400, vec!["InvalidAction"], vec!["Sender"]));
    let elsewhere = send(&sim, "POST", "/", "eu-west-1/ec2", &[], "Action=DescribeInstances");
    assert_eq!(elsewhere.status(), 401);
    let rest = send(&sim, "GET", "/nowhere", "us-east-1/arc-zonal-shift", &[], "");
    assert_eq!(
        (rest.status().as_u16(), rest.headers()["x-amzn-errortype"].as_bytes()),
        (404, b"UnknownOperationException".as_slice())
    );
    let cbor = send(
        &sim,
        "POST",
        "/service/X/operation/Nonsense",
        "us-east-1/monitoring",
        &[("smithy-protocol", "rpc-v2-cbor")],
        "",
    );
    let body: ciborium::Value = ciborium::from_reader(cbor.body().as_ref()).unwrap();
    assert_eq!(body.as_map().unwrap().first().unwrap().1, "com.amazonaws.cloudwatch#UnknownOperationException".into());
    assert_eq!(cbor.headers()["smithy-protocol"], "rpc-v2-cbor");
}

/// aws-domain.md A.8, in virtual time.
#[test]
fn too_many_unbounded_listings_are_refused_until_time_passes() {
    let sim = sim(1);
    let statuses: Vec<u16> = (0..51).map(|_| query(&sim, "ec2", "Action=DescribeInstances").0).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 50);
    let (status, body) = query(&sim, "ec2", "Action=DescribeInstances");
    assert_eq!((status, between(&body, "Code")), (503, vec!["RequestLimitExceeded"]));
    sim.advance(Duration::from_secs(1));
    assert_eq!(query(&sim, "ec2", "Action=DescribeInstances").0, 200);
}

#[test]
fn the_same_seed_and_requests_give_the_same_bytes() {
    let run = |seed| {
        let sim = sim(seed);
        let mut transcript = String::new();
        for form in [
            "Action=DescribeInstances&MaxResults=5",
            "Action=DescribeImages",
            "Action=Nonsense",
            "Action=DescribeRegions",
        ] {
            transcript += &query(&sim, "ec2", form).1;
            sim.advance(Duration::from_secs(7));
        }
        transcript + &sim.desk().with_calls(|calls| serde_json::to_string(&calls.iter().collect::<Vec<_>>()).unwrap())
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn every_action_answers_without_parameters() {
    let sim = sim(1);
    for action in service::all() {
        let form = format!(
            "Action={}&Version={}",
            action.name,
            if action.service.name() == "elasticloadbalancing" { "2012-06-01" } else { "" }
        );
        let scope = match action.service.name() {
            "cloudwatch" => "monitoring",
            "elasticloadbalancingv2" => "elasticloadbalancing",
            other => other,
        };
        let (status, body) = match action.route {
            None => query(&sim, scope, &form),
            Some((method, path)) => {
                let response = send(&sim, method, path, &format!("us-east-1/{scope}"), &[], "");
                (response.status().as_u16(), String::from_utf8_lossy(response.body()).into_owned())
            }
        };
        let unknown = body.contains("InvalidAction") || body.contains("UnknownOperation");
        assert!(status < 500 && !unknown, "{} {}: {status} {body}", action.service.name(), action.name);
        sim.advance(Duration::from_secs(30));
    }
}

#[test]
fn random_requests_never_break_it() {
    let sim = sim(1);
    let mut random = fastrand::Rng::with_seed(42);
    let pieces = [
        "Action",
        "=",
        "&",
        "DescribeInstances",
        "DescribeTags",
        "Filter",
        ".",
        "1",
        "Name",
        "Value",
        "member",
        "%",
        "%41",
        "tag:",
        "*",
        "NextToken",
        "MaxResults",
        "5",
        "-1",
        "99999999999",
        "{",
        "}",
        "[",
        "\"",
        "\u{0}",
        "é",
        "InstanceId",
        "i-0123456789abcdef0",
        "true",
    ];
    for _ in 0..3000 {
        let body: String = (0..random.usize(0..24)).map(|_| pieces[random.usize(0..pieces.len())]).collect();
        let body = if random.bool() { format!("Action=DescribeInstances&{body}") } else { body };
        let scope = [
            "us-east-1/ec2",
            "us-east-1/monitoring",
            "us-east-1/rds",
            "us-east-1/route53",
            "us-east-1/arc-zonal-shift",
            "",
            "/",
        ];
        let kinds = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("smithy-protocol", "rpc-v2-cbor"),
            ("x-amz-target", "A.ListMetrics"),
        ];
        let status = send(
            &sim,
            "POST",
            "/",
            scope[random.usize(0..scope.len())],
            &[kinds[random.usize(0..kinds.len())]],
            body.clone(),
        )
        .status();
        assert!(status == 200 || status.is_client_error() || status == 503, "{status} for {body}");
    }
    assert!(sim.desk().with_calls(|calls| calls.iter().count()) == 3000);
}
