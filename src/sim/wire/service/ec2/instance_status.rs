//! `DescribeInstanceStatus`: the three checks and the scheduled events (`aws-domain.md` A.1).

use super::Scope;
use super::filter::{Field, Filters, shown, text};
use super::instances::{chosen, pager};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Check, Instance, InstanceState, ScheduledEvent, World};

/// Most ids that one request may name.
const MOST_IDS: usize = 100;

const FIELDS: &[Field<Instance>] = &[
    Field("attached-ebs-status.status", |_, i| text(i.checks.ebs.state.as_str())),
    Field("availability-zone", |_, i| text(&i.zone)),
    Field("availability-zone-id", |scope, i| text(scope.zone_id(i.zone.as_str()))),
    Field("event.code", |_, i| i.events.iter().map(|event| event.code.as_str().into()).collect()),
    Field("event.description", |_, i| i.events.iter().map(|event| event.description.as_str().into()).collect()),
    Field("event.instance-event-id", |_, i| i.events.iter().map(|event| event.id.as_str().into()).collect()),
    Field("event.not-before", |_, i| i.events.iter().map(|event| event.not_before.to_string().into()).collect()),
    Field("instance-state-code", |_, i| shown(i.state.code())),
    Field("instance-state-name", |_, i| text(i.state.as_str())),
    Field("instance-status.reachability", |_, i| i.checks.instance.state.reachability().map(text).unwrap_or_default()),
    Field("instance-status.status", |_, i| text(i.checks.instance.state.as_str())),
    Field("system-status.reachability", |_, i| i.checks.system.state.reachability().map(text).unwrap_or_default()),
    Field("system-status.status", |_, i| text(i.checks.system.state.as_str())),
];

/// `DescribeInstanceStatus`: running instances only, unless all are asked for.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, FIELDS, Some(|scope, instance| scope.instance_tags(instance)))?;
    let ids = request.params.texts("InstanceId");
    if ids.len() > MOST_IDS {
        return Err(ApiError::new(
            "InvalidParameterValue",
            format!("The maximum number of instance IDs is {MOST_IDS}"),
        ));
    }
    let all = request.params.boolean("IncludeAllInstances")?.unwrap_or(false);
    let pager = pager(request, &ids)?;
    let shown = chosen(&scope, &ids, &pager)?.filter(|instance| all || instance.state == InstanceState::Running);
    let page =
        pager.page(shown.filter(|instance| filters.pass(&scope, instance)), |instance| instance.id.as_str().into());
    w.list("instanceStatusSet", "item", page.items, |w, instance| write(w, &scope, instance));
    w.maybe_text("nextToken", page.token);
    Ok(())
}

fn write(w: &mut Writer, scope: &Scope<'_>, instance: &Instance) {
    w.text("instanceId", &instance.id);
    w.text("availabilityZone", &instance.zone);
    w.text("availabilityZoneId", scope.zone_id(instance.zone.as_str()));
    if !instance.events.is_empty() {
        w.list("eventsSet", "item", &instance.events, write_event);
    }
    w.structure("instanceState", |w| {
        w.integer("code", i64::from(instance.state.code()));
        w.text("name", instance.state.as_str());
    });
    write_check(w, "systemStatus", &instance.checks.system);
    write_check(w, "instanceStatus", &instance.checks.instance);
    write_check(w, "attachedEbsStatus", &instance.checks.ebs);
}

fn write_check(w: &mut Writer, name: &str, check: &Check) {
    w.structure(name, |w| {
        w.text("status", check.state.as_str());
        w.list("details", "item", check.state.reachability(), |w, status| {
            w.text("name", "reachability");
            w.text("status", status);
            w.maybe_time("impairedSince", check.impaired_since);
        });
    });
}

fn write_event(w: &mut Writer, event: &ScheduledEvent) {
    w.text("instanceEventId", &event.id);
    w.text("code", event.code.as_str());
    w.text("description", &event.description);
    w.time("notBefore", event.not_before);
    w.maybe_time("notAfter", event.not_after);
    w.maybe_time("notBeforeDeadline", event.not_before_deadline);
}
