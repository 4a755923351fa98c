//! Databases: `aws-domain.md` F.28.

use super::*;

fn with(databases: Value) -> Account {
    let mut account = Account::of(&[("web", 40.0)]);
    account.town.databases(databases);
    account
}

fn writer(status: &str) -> Value {
    json!([{"id": "orders", "zone": B, "standby_zone": C, "multi_az": true, "status": status}])
}

#[test]
fn a_writer_moves_where_it_is_sick_itself_and_only_on_request_otherwise_aws_domain_f28a() {
    let plan = with(writer("available")).plan().unwrap();
    assert!(why_off(&plan, "orders").contains("healthy by its own evidence"));
    assert_eq!(row(&plan, "orders").with.as_deref(), Some("orders"));
    for account in [with(writer("available")).set("with", "orders"), with(writer("storage-full"))] {
        let plan = account.plan().unwrap();
        let [step] = steps(&plan, "orders")[..] else { panic!("{:?}", plan.steps) };
        assert_eq!(parameters(&step.calls[0])["ForceFailover"], true);
        let waits = step.until.as_ref().unwrap().condition.words();
        assert!(waits.contains("has failed over from us-east-1b"), "a change, and not `available`: {waits}");
        assert!(step.until.as_ref().unwrap().fails.is_some(), "a refusal ends the wait");
        assert!(step.guards.iter().any(|guard| guard.id.ends_with(".standby")));
    }
}

#[test]
fn in_a_power_loss_rds_moves_its_writer_itself_and_is_waited_for_first_aws_domain_f28a() {
    let mut account = with(writer("available"));
    account.silent = true;
    let plan = account.plan().unwrap();
    let [step] = steps(&plan, "orders")[..] else { panic!("{:?}", plan.steps) };
    assert!(step.calls.is_empty() && step.title.contains("--set with=orders"), "{}", step.title);
}

#[test]
fn nothing_is_failed_over_into_the_zone_aws_domain_f28b() {
    let plan = with(json!([{"id": "orders", "zone": A, "standby_zone": B, "multi_az": true}]))
        .set("with", "orders")
        .plan()
        .unwrap();
    assert!(note(&plan, "never").contains("it would move INTO it"));
    assert!(steps(&plan, "orders").is_empty());
}

#[test]
fn a_cluster_moves_to_a_ready_reader_elsewhere_or_not_at_all_aws_domain_f28c() {
    let mut account = Account::of(&[("web", 40.0)]).set("with", "catalog");
    account.town.cluster("catalog", &[(B, "db.r6g.large"), (B, "db.r6g.large")]);
    let why = why_off(&account.plan().unwrap(), "catalog");
    assert!(why.contains("create one there first"), "{why}");
    account.town.cluster("catalog", &[(B, "db.r6g.large"), (C, "db.r6g.large")]);
    let plan = account.plan().unwrap();
    let [step] = steps(&plan, "catalog")[..] else { panic!("{:?}", plan.steps) };
    assert_eq!(parameters(&step.calls[0])["TargetDBInstanceIdentifier"], "catalog-1");
    account.settings.clear();
    assert!(why_off(&account.plan().unwrap(), "catalog").contains("healthy by its own evidence"));
}
