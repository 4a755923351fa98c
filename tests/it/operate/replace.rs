//! `replace` (`aws-domain.md` C.1).

use fournines::engine::Outcome;
use fournines::estate::group::{Group, LifecycleState};
use fournines::estate::instance::Instance;
use fournines::judge::Picture;

use super::stage::{Stage, announced, east};

fn group<'a>(picture: &'a Picture, name: &str) -> &'a Group {
    picture.estate.known::<Group>(&east()).find(|group| group.name.as_str() == name).unwrap()
}

/// The calls that the account saw are those that the plan showed and the journal announced; afterwards the old one is gone, a new one
/// serves, and the group is sized as before.
#[tokio::test(start_paused = true)]
async fn a_member_is_replaced_and_the_group_is_as_before() {
    let stage = Stage::after("calm", &[], 1).await;
    let before = stage.look().await;
    let web = group(&before, "web-asg");
    let old = web.members.first().unwrap().instance.clone();
    let plan = stage.plan("replace", old.as_str(), &[]).await;
    println!("{}", serde_json::to_string_pretty(&plan.summary).unwrap());
    let shown: Vec<String> = plan.calls().map(|call| call.action.name().to_owned()).collect();
    let (ended, records) = stage.run(&plan).await;
    for record in &records {
        print!("{}", fournines::cli::run::line(record));
    }
    assert_eq!(ended.outcome, Outcome::Done, "{}", ended.detail);
    assert_eq!(announced(&records), shown);
    assert_eq!(stage.writes(), shown);
    let after = stage.look().await;
    let now = group(&after, "web-asg");
    assert_eq!((now.min, now.desired, now.max), (web.min, web.desired, web.max));
    assert!(now.members.iter().all(|member| member.instance != old));
    assert!(now.members.iter().all(|member| member.state == LifecycleState::InService));
    assert_eq!(now.members.len(), web.members.len());
    assert_eq!(now.suspended, web.suspended);
}

/// `aws-domain.md` F.19: with Launch suspended nothing is ended *to trigger a replacement*; the process is named, and what to do.
#[tokio::test(start_paused = true)]
async fn f_19_nothing_is_ended_while_the_group_cannot_launch() {
    let stage = Stage::after("calm", &[], 1).await;
    let picture = stage.look().await;
    let reports = group(&picture, "reports-asg");
    let member = reports.members.first().unwrap();
    let refusal = stage.refusal("replace", member.instance.as_str(), &[]).await;
    assert!(refusal.reason.contains("Launch"), "{refusal:?}");
    assert!(!refusal.remedy.is_empty());
    assert!(stage.writes().is_empty(), "planning changes nothing");
}

/// `aws-domain.md` F.4: the only member of a group of one is replaced launch-first, and its maximum is as it was afterwards.
#[tokio::test(start_paused = true)]
async fn f_4_the_only_member_of_a_group_is_never_ended_first() {
    let stage = Stage::after("calm", &[], 1).await;
    let before = stage.look().await;
    let alone = group(&before, "bastion-asg").clone();
    let plan = stage.plan("replace", alone.members.first().unwrap().instance.as_str(), &[]).await;
    let actions: Vec<&str> = plan.calls().map(|call| call.action.name()).collect();
    let position = |wanted: &[&str]| actions.iter().position(|action| wanted.contains(action));
    let grown = position(&["SetDesiredCapacity", "LaunchInstances"]).expect("it launches");
    let ended = position(&["TerminateInstanceInAutoScalingGroup"]).expect("it ends the old one");
    assert!(grown < ended, "{actions:?}");
    let (ran, _) = stage.run(&plan).await;
    assert_eq!(ran.outcome, Outcome::Done, "{}", ran.detail);
    let after = stage.look().await;
    let now = group(&after, "bastion-asg");
    assert_eq!((now.min, now.desired, now.max), (alone.min, alone.desired, alone.max));
}

/// `aws-domain.md` F.1: a machine of no group whose host is broken is stopped and started, never rebooted.
#[tokio::test(start_paused = true)]
async fn f_1_a_broken_host_is_left_by_stopping_and_starting_and_not_by_a_reboot() {
    let stage = Stage::after("calm", &[], 1).await;
    let picture = stage.look().await;
    let mut all = picture.estate.known::<Instance>(&east());
    let id = all.find(|instance| instance.name() == Some("ci-runner-1")).unwrap().id.clone();
    stage.account.fault(fournines::sim::fault::Fault::Host { instance: id.as_str().into() });
    // AWS itself recovers such a machine after a while; nobody waits for that here.
    stage.wait(4 * 60).await;
    let refusal = stage.refusal("reboot", id.as_str(), &[]).await;
    assert!(refusal.reason.contains("host") || refusal.reason.contains("system"), "{refusal:?}");
    let plan = stage.plan("replace", id.as_str(), &[]).await;
    let actions: Vec<&str> = plan.calls().map(|call| call.action.name()).collect();
    assert_eq!(actions, ["StopInstances", "StartInstances"]);
    let (ran, records) = stage.run(&plan).await;
    let told: String = records.iter().map(fournines::cli::run::line).collect();
    assert_eq!(ran.outcome, Outcome::Done, "{}\n{told}", ran.detail);
}
