//! Answers that fail, lag or are refused: what is unknown is said, nothing is lost, AWS is not pressed, and all is well again
//! after it (`aws-domain.md` F.34).

use std::time::Duration;

use fournines::clock;
use fournines::estate::balancer::Target;
use fournines::estate::database::Database;
use fournines::estate::instance::Instance;
use fournines::estate::silence::silences;
use fournines::estate::{Kind, Row};
use fournines::id::Region;
use fournines::judge::{Picture, Verdict};
use fournines::sim::fault::Fault;

use crate::account::Account;
use crate::silent_zone::{calls, status};
use crate::watching::Console;

fn east() -> Region {
    Region::from("us-east-1")
}

fn count<T: Row>(picture: &Picture) -> usize {
    picture.estate.table::<T>(&east(), picture.taken_at).known().count()
}

fn oldest<T: Row>(picture: &Picture) -> Duration {
    picture.estate.table::<T>(&east(), picture.taken_at).age().unwrap()
}

/// The limiter slows down where it is told to; ages grow, rows stay, and what is old is unknown (`aws-domain.md` F.34, A.8).
#[tokio::test(start_paused = true)]
async fn throttling_makes_ages_grow_and_no_storm_aws_domain_f34() {
    let account = Account::calm(1);
    let mut console = Console::open(&account, &["us-east-1"]);
    let before = console.after(90).await;
    let throttle = Fault::Throttle { service: "elasticloadbalancing".to_owned(), rate: 0.02 };
    account.fault(throttle.clone());
    let from = calls(&account);
    let picture = console.after(300).await;
    let elb = asked_of(&account, "elasticloadbalancing", from);
    assert!((5..200).contains(&elb), "{elb} calls in five minutes of throttling");
    assert_eq!(count::<Target>(&picture), count::<Target>(&before), "nothing is lost");
    assert!(oldest::<Target>(&picture) > Duration::from_secs(180), "{:?}", oldest::<Target>(&picture));
    assert!(picture.traffic.throttled_a_minute > 0);
    assert_ne!(picture.judgement.account.verdict, Verdict::Ok);
    let (document, exit) = status(&picture);
    let words = document["regions"][0]["errors"].to_string();
    assert!(exit >= 2 && words.contains("target-health"), "{exit}: {words}");
    account.heal(throttle);
    let picture = console.after(240).await;
    assert!(oldest::<Target>(&picture) < Duration::from_secs(90), "{:?}", oldest::<Target>(&picture));
}

fn asked_of(account: &Account, service: &str, from: usize) -> usize {
    let log: serde_json::Value = serde_json::from_str(&account.call_log()).unwrap();
    let calls = log.as_array().unwrap().iter().skip(from);
    calls.filter(|call| call["service"].as_str().is_some_and(|own| own.starts_with(service))).count()
}

/// Nobody answers, or nobody may ask: that is said on top, rows stay with their age, few calls are made, and all comes back.
#[tokio::test(start_paused = true)]
async fn nobody_answers_and_then_all_do() {
    for fault in [Fault::Dead {}, Fault::ExpireCredentials {}, Fault::Cut { service: "ec2".to_owned() }] {
        let account = Account::calm(1);
        let mut console = Console::open(&account, &["us-east-1"]);
        let before = console.after(60).await;
        account.fault(fault.clone());
        let from = account.calls.load(std::sync::atomic::Ordering::SeqCst);
        let picture = console.after(240).await;
        let made = account.calls.load(std::sync::atomic::Ordering::SeqCst) - from;
        assert!(made < 900, "{fault:?}: {made} calls in four minutes");
        assert_eq!(count::<Instance>(&picture), count::<Instance>(&before), "{fault:?}");
        assert!(silences(&picture.estate, &east()).is_empty(), "{fault:?} is no zone's silence");
        assert!(oldest::<Instance>(&picture) > Duration::from_secs(180), "{fault:?}");
        assert_eq!(status(&picture).1, 3, "{fault:?}");
        assert_eq!(picture.traffic.blind.is_some(), fault == Fault::Dead {}, "{fault:?}");
        assert_eq!(picture.traffic.credentials.is_some(), fault == Fault::ExpireCredentials {}, "{fault:?}");
        account.heal(fault.clone());
        let picture = console.after(130).await;
        assert!(picture.traffic.blind.is_none() && picture.traffic.credentials.is_none(), "{fault:?}");
        assert!(oldest::<Instance>(&picture) < Duration::from_secs(70), "{fault:?}");
        assert!(oldest::<Database>(&picture) < Duration::from_secs(70), "{fault:?}");
        assert_ne!(status(&picture).1, 3, "{fault:?}");
    }
}

/// One region of two says nothing: a single reading ends in time, tells which, and has all of the other.
#[tokio::test(start_paused = true)]
async fn a_region_that_is_out_is_unreachable_and_the_other_is_whole() {
    let account = Account::calm(1);
    account.fault(Fault::RegionOutage { region: "us-west-2".to_owned() });
    let begun = clock::monotonic();
    let picture = account.read_all().await;
    let took = clock::monotonic() - begun;
    assert!(took < Duration::from_secs(80), "{took:?}");
    let (document, exit) = status(&picture);
    let region = |name: &str| {
        let regions = document["regions"].as_array().unwrap();
        regions.iter().find(|region| region["region"] == name).unwrap().clone()
    };
    assert_eq!((&region("us-west-2")["reachable"], exit), (&false.into(), 3));
    assert_eq!(region("us-east-1")["reachable"], true);
    assert_eq!(region("us-east-1")["errors"].as_array().map(Vec::len), Some(0), "{}", region("us-east-1")["errors"]);
    assert!(silences(&picture.estate, &Region::from("us-west-2")).is_empty());
}

/// A third of EC2's answers are errors: reading goes on, in few calls, and no zone is called silent for it.
#[tokio::test(start_paused = true)]
async fn errors_by_chance_are_no_silence() {
    let account = Account::calm(1);
    account.fault(Fault::Error { service: "ec2".to_owned(), code: "InternalError".to_owned(), share: 0.3 });
    let mut console = Console::open(&account, &["us-east-1"]);
    for _ in 0..5 {
        let picture = console.after(60).await;
        assert!(silences(&picture.estate, &east()).is_empty());
        assert!(count::<Instance>(&picture) > 50);
        assert!(oldest::<Instance>(&picture) < Kind::Instances.age_limit());
    }
}
