//! What calls leave behind in EC2 and at classic balancers: absent, on the way, there; and nothing where it was not read.

use super::fixture::{here, instance, now};
use crate::estate::balancer::ClassicTarget;
use crate::estate::instance::{Instance, InstanceState};
use crate::estate::{Estate, FailureKind, ReadFailure, Row, Slice, Update};
use crate::operation::call::{
    AttributeValue, ClassicInstance, ClassicMembers, Instances, Stop, TypeChange, Volume, Whom,
};
use crate::operation::trace::{Before, Trace, needs, trace};
use crate::operation::{Action, Call};

fn whom() -> Vec<Whom> {
    vec![Whom::Known("i-1".into())]
}

/// The word on a call, where its needs were answered with these rows, or not at all.
fn word<T: Row + Clone>(action: Action, rows: Option<Vec<T>>) -> &'static str {
    let call = Call::new(&here(), action);
    let mut estate = Estate::new(vec![here()]);
    for need in needs(&call, &estate) {
        let why = ReadFailure {
            kind: FailureKind::Denied,
            action: need.iam().into(),
            code: None,
            message: "no".into(),
            request_id: None,
        };
        let slice = rows.clone().map_or_else(|| Slice::failed(why, now()), |rows| Slice::read(T::rows(rows), now()));
        estate.apply(Update { whole: false, ..Update::part(need.slice(), slice) });
    }
    match trace(&call, &Before::default(), &estate, now()) {
        Trace::Absent(_) => "absent",
        Trace::Underway(_) => "underway",
        Trace::There(_) => "there",
        Trace::Theirs(_) => "theirs",
        Trace::Unclear(_) => "unclear",
    }
}

fn one(change: impl FnOnce(&mut Instance)) -> Option<Vec<Instance>> {
    let mut one = instance("i-1", "us-east-1a", None);
    change(&mut one);
    Some(vec![one])
}

#[test]
fn a_stop_a_start_and_an_end_are_told_by_the_instances_state() {
    let stop = || Action::StopInstances(Stop { instance_ids: whom(), force: false });
    let start = || Action::StartInstances(Instances { instance_ids: whom() });
    let end = || Action::TerminateInstances(Instances { instance_ids: whom() });
    let told = |action: Action, state: &str| word(action, one(|one| one.state = InstanceState::from(state)));
    for (state, stopped, started, ended) in [
        ("running", "absent", "there", "absent"),
        ("pending", "absent", "underway", "absent"),
        ("stopping", "underway", "absent", "absent"),
        ("stopped", "there", "absent", "absent"),
        ("shutting-down", "absent", "absent", "underway"),
        ("terminated", "absent", "absent", "there"),
    ] {
        let found = (told(stop(), state), told(start(), state), told(end(), state));
        assert_eq!(found, (stopped, started, ended), "{state}");
    }
    assert_eq!(word::<Instance>(end(), Some(Vec::new())), "there", "AWS forgets whom it ended");
    for action in [stop(), start(), end()] {
        assert_eq!(word::<Instance>(action, None), "unclear", "what was not read tells nothing");
    }
}

#[test]
fn a_volume_and_a_type_are_told_by_what_the_instance_has() {
    let volume = || Volume { volume_id: "vol-2".into(), instance_id: whom().remove(0), device: "/dev/sdf".into() };
    let with = || one(|one| one.volumes = Box::new(["vol-1".into(), "vol-2".into()]));
    assert_eq!(word(Action::AttachVolume(volume()), with()), "there");
    assert_eq!(word(Action::DetachVolume(volume()), with()), "absent");
    assert_eq!(word(Action::AttachVolume(volume()), one(|_| {})), "absent");
    assert_eq!(word(Action::DetachVolume(volume()), one(|_| {})), "there");
    assert_eq!(word::<Instance>(Action::DetachVolume(volume()), Some(Vec::new())), "unclear", "it is gone with all");
    let wanted = |value: &str| {
        let instance_type = AttributeValue { value: value.into() };
        Action::ModifyInstanceAttribute(TypeChange { instance_id: whom().remove(0), instance_type })
    };
    assert_eq!(word(wanted("m7g.large"), one(|_| {})), "there");
    assert_eq!(word(wanted("m7g.xlarge"), one(|_| {})), "absent");
}

#[test]
fn a_classic_balancer_tells_who_is_registered_and_who_serves() {
    let members = || ClassicMembers {
        load_balancer_name: "legacy".into(),
        instances: vec![ClassicInstance { instance_id: whom().remove(0) }],
    };
    let target = |state: &str| {
        let target = serde_json::json!({"instance": "i-1", "state": state, "reason": null, "description": null});
        Some(vec![serde_json::from_value::<ClassicTarget>(target).unwrap()])
    };
    let (join, leave) = (
        || Action::RegisterInstancesWithLoadBalancer(members()),
        || Action::DeregisterInstancesFromLoadBalancer(members()),
    );
    for (there, joined, left) in [
        (target("InService"), "there", "absent"),
        (target("OutOfService"), "underway", "absent"),
        (Some(Vec::new()), "absent", "there"),
        (None, "unclear", "unclear"),
    ] {
        assert_eq!((word(join(), there.clone()), word(leave(), there)), (joined, left));
    }
}
