//! `replace` (`aws-domain.md` C.1).

use fournines::engine::Outcome;
use fournines::estate::group::{Group, LifecycleState};
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
