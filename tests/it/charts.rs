//! Charts over the SDK: asked while somebody looks, by the minute of the hours asked for, and counted beside the budget.

use fournines::estate::Kind;
use fournines::estate::chart::{Charted, Curve, Question, Span};
use fournines::id::Region;

use crate::account::Account;
use crate::watching::Console;

#[tokio::test(start_paused = true)]
async fn a_chart_is_asked_once_a_minute_while_it_is_open_and_only_then() {
    let account = Account::calm(1);
    account.sim.advance(std::time::Duration::from_secs(4 * 3600));
    let mut console = Console::open(&account, &["us-east-1"]);
    console.after(60).await;
    let east = Region::from("us-east-1");
    let asked = Question { of: Charted::Group, id: "web-asg".into(), span: Span::ThreeHours };
    console.look_at(vec![Kind::Charts], vec![asked.slice(&east)]);
    let picture = console.after(30).await;
    let curves = picture.estate.slice(&asked.slice(&east)).expect("the chart was read").rows::<Curve>();
    let queries = asked.queries(&picture.estate, &east);
    assert_eq!(curves.len(), queries.len());
    let cpu = &curves.iter().find(|curve| queries[0].is_answered_by(&curve.0)).unwrap().0;
    assert_eq!(&*cpu.metric.name, "CPUUtilization");
    assert!((170..=180).contains(&cpu.points.len()), "three hours by the minute: {}", cpu.points.len());
    let a_time = u64::try_from(queries.len()).unwrap();
    let picture = console.after(300).await;
    let spent = &picture.traffic.metrics;
    assert!((5 * a_time..=7 * a_time).contains(&spent.charted), "{} of {a_time} a time", spent.charted);
    assert!((spent.charted_usd - spent.charted as f64 * 0.00001).abs() < 1e-9);
    assert!(spent.words().unwrap().contains("charts"));
    console.look_at(vec![Kind::Groups], Vec::new());
    let before = console.after(60).await.traffic.metrics.charted;
    let picture = console.after(600).await;
    assert_eq!(picture.traffic.metrics.charted, before, "nobody looks");
    assert!(picture.estate.slice(&asked.slice(&east)).is_none(), "and what is old is dropped");
}

#[tokio::test(start_paused = true)]
async fn a_chart_that_may_not_be_read_names_the_action() {
    let account = Account::calm(1);
    account.deny("cloudwatch:GetMetricData");
    let mut console = Console::open(&account, &["us-east-1"]);
    let east = Region::from("us-east-1");
    let asked = Question { of: Charted::Group, id: "web-asg".into(), span: Span::Hour };
    console.look_at(vec![Kind::Charts], vec![asked.slice(&east)]);
    let picture = console.after(60).await;
    let failure = picture.estate.slice(&asked.slice(&east)).and_then(|slice| slice.failure()).expect("it failed");
    assert_eq!(failure.why.iam_action(), Some("cloudwatch:GetMetricData"));
}
