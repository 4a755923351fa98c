//! Faults of the wire as the SDK in this process meets them: the same kinds of failure as over a network.

use std::time::Duration;

use fournines::aws::{Ask, Priority, Reader};
use fournines::estate::{FailureKind, Kind, ReadFailure, SliceId};
use fournines::id::Region;
use fournines::sim::fault::Fault;

use crate::account::Account;

/// How a read of EC2 in us-east-1 fails, if it does.
async fn failure(reader: &Reader) -> Option<ReadFailure> {
    let slice = SliceId::all(&Region::from("us-east-1"), Kind::Images);
    reader.read(&slice, &Ask::default(), Priority::Visible).await.err()
}

#[tokio::test(start_paused = true)]
async fn every_fault_of_the_wire_is_met_as_its_own_kind_of_failure_and_heals() {
    let ec2 = || "ec2".to_owned();
    let error = |code: &str| Fault::Error { service: ec2(), code: code.to_owned(), share: 1.0 };
    let table = [
        (Fault::Dead {}, FailureKind::Unreachable, None),
        (Fault::Slow { service: ec2(), s: 3600.0 }, FailureKind::Unreachable, None),
        (Fault::RegionOutage { region: "us-east-1".to_owned() }, FailureKind::Unreachable, None),
        (Fault::ExpireCredentials {}, FailureKind::Credentials, Some("RequestExpired")),
        (Fault::Throttle { service: ec2(), rate: 0.0 }, FailureKind::Throttled, Some("RequestLimitExceeded")),
        (Fault::ReadsDown { service: ec2(), zone: None }, FailureKind::Service, Some("Unavailable")),
        (error("InternalError"), FailureKind::Service, Some("InternalError")),
        (error("Weather"), FailureKind::Invalid, Some("Weather")),
    ];
    for (fault, kind, code) in table {
        let account = Account::calm(1);
        let reader = account.reader();
        account.sim.with_world(|world| world.apply(fault.clone())).unwrap();
        let met = failure(&reader).await.map(|failure| (failure.kind, failure.code));
        assert_eq!(met, Some((kind, code.map(Into::into))), "{fault:?}");
        account.sim.with_world(|world| world.heal(&fault)).unwrap();
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(failure(&reader).await, None, "{fault:?} is healed");
    }
}

#[tokio::test(start_paused = true)]
async fn half_an_answer_is_no_answer() {
    let account = Account::calm(1);
    account.sim.with_world(|world| world.apply(Fault::Cut { service: "ec2".to_owned() })).unwrap();
    let failure = failure(&account.reader()).await.unwrap();
    assert_eq!(failure.code, None, "{failure:?}");
    assert!(matches!(failure.kind, FailureKind::Malformed | FailureKind::Unreachable), "{failure:?}");
}
