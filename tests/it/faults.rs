//! Faults of the wire as the SDK in this process meets them: the same kinds of failure as over a network.

use fournines::cli;
use fournines::cli::status::{AccountLabel, Format};
use fournines::config::Rules;
use fournines::estate::Kind;
use fournines::sim::fault::Fault;
use serde_json::Value;

use crate::account::Account;

/// How the reading of images fails in us-east-1: kind and code of its failure, if it fails. Nothing else can tell them, so that
/// no other way of reading stands in.
async fn failure(account: &Account) -> Option<(String, Option<String>)> {
    let picture = account.read([Kind::Images]).await;
    let label = AccountLabel::of(&picture.estate, &Rules::default());
    let status: Value = serde_json::from_str(&cli::status::render(&picture, &label, Format::Json).text).unwrap();
    let region = status["regions"].as_array().unwrap().iter().find(|region| region["region"] == "us-east-1").unwrap();
    let error = region["errors"].as_array().unwrap().iter().find(|error| error["kind"] == "images")?;
    let text = |key: &str| error[key].as_str().map(str::to_owned);
    Some((text("failure").unwrap(), text("code")))
}

#[tokio::test(start_paused = true)]
async fn every_fault_of_the_wire_is_met_as_its_own_kind_of_failure_and_heals() {
    let ec2 = || "ec2".to_owned();
    let table = [
        (Fault::Dead {}, "unreachable", None),
        (Fault::Slow { service: ec2(), s: 3600.0 }, "unreachable", None),
        (Fault::ExpireCredentials {}, "credentials", Some("RequestExpired")),
        (Fault::Throttle { service: ec2(), rate: 0.0 }, "throttled", Some("RequestLimitExceeded")),
        (Fault::ReadsDown { service: ec2(), zone: None }, "service", Some("Unavailable")),
        (
            Fault::Error { service: ec2(), code: "InternalError".to_owned(), share: 1.0 },
            "service",
            Some("InternalError"),
        ),
        (Fault::Error { service: ec2(), code: "Weather".to_owned(), share: 1.0 }, "invalid", Some("Weather")),
    ];
    let account = Account::calm(1);
    for (fault, kind, code) in table {
        account.sim.with_world(|world| world.apply(fault.clone())).unwrap();
        let met = failure(&account).await;
        account.sim.with_world(|world| world.heal(&fault)).unwrap();
        assert_eq!(met, Some((kind.to_owned(), code.map(str::to_owned))), "{fault:?}");
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        assert_eq!(failure(&account).await, None, "{fault:?} is healed");
    }
}

#[tokio::test(start_paused = true)]
async fn half_an_answer_is_no_answer() {
    let account = Account::calm(1);
    account.sim.with_world(|world| world.apply(Fault::Cut { service: "ec2".to_owned() })).unwrap();
    let (kind, code) = failure(&account).await.unwrap();
    assert!(["malformed", "unreachable"].contains(&kind.as_str()) && code.is_none(), "{kind} {code:?}");
}
