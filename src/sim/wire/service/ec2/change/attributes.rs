//! `DescribeInstanceAttribute`, `ModifyInstanceAttribute`, `ModifyInstanceEventStartTime`.

use super::{instance, missing};
use crate::sim::physics::Change;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::{Params, Request};
use crate::sim::wire::service::{region, scene};
use crate::sim::wire::writer::Writer;
use crate::sim::world::World;

/// `DescribeInstanceAttribute`: one attribute, a structure with a value.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let id = instance(world, request)?;
    let attribute = request.params.text("Attribute").ok_or_else(|| missing("Attribute"))?;
    let Some(found) = region(world, request)?.instances.get(&id) else { return Ok(()) };
    w.text("instanceId", &found.id);
    let text = |w: &mut Writer, value: &str| w.structure(attribute, |w| w.text("value", value));
    let flag = |w: &mut Writer, value: bool| w.structure(attribute, |w| w.boolean("value", value));
    match attribute {
        "instanceType" => text(w, &found.instance_type),
        "disableApiTermination" => flag(w, found.termination_protection),
        "disableApiStop" => flag(w, found.stop_protection),
        "instanceInitiatedShutdownBehavior" => text(w, "stop"),
        "rootDeviceName" => text(w, &found.root_device),
        "sourceDestCheck" | "ebsOptimized" | "enaSupport" => flag(w, true),
        // Secrets have no place here.
        "userData" => w.structure("userData", |_| {}),
        other => {
            let other: String = other.chars().take(80).collect();
            let words = format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.");
            return Err(ApiError::new("InvalidParameterValue", words));
        }
    }
    Ok(())
}

/// `ModifyInstanceAttribute`: one attribute a request, in either of its two forms.
pub fn modify(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let id = instance(world, request)?;
    let change = change(&request.params)?;
    scene(world, request)?.modify_instance(&id, change)?;
    w.boolean("return", true);
    Ok(())
}

fn change(params: &Params) -> Result<Change, ApiError> {
    let value = |name: &str, short: &str| {
        let own = params.object(name).and_then(|given| given.text("Value").map(str::to_owned));
        let by_name = || params.text("Value").filter(|_| params.text("Attribute") == Some(short)).map(str::to_owned);
        own.or_else(by_name)
    };
    let flag = |text: String| text.eq_ignore_ascii_case("true");
    if let Some(kind) = value("InstanceType", "instanceType") {
        return Ok(Change::InstanceType(kind));
    }
    if let Some(on) = value("DisableApiTermination", "disableApiTermination") {
        return Ok(Change::TerminationProtection(flag(on)));
    }
    if let Some(on) = value("DisableApiStop", "disableApiStop") {
        return Ok(Change::StopProtection(flag(on)));
    }
    let words = "The simulated account can change instanceType, disableApiTermination and disableApiStop";
    Err(ApiError::new("InvalidParameterCombination", words))
}

/// `ModifyInstanceEventStartTime`.
pub fn move_event(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let id = instance(world, request)?;
    let event = request.params.text("InstanceEventId").ok_or_else(|| missing("InstanceEventId"))?;
    let at = request.params.time("NotBefore")?.ok_or_else(|| missing("NotBefore"))?;
    scene(world, request)?.move_event(&id, event, at)?;
    let found = region(world, request)?.instances.get(&id);
    let Some(found) = found.and_then(|found| found.events.iter().find(|found| found.id == event)) else {
        return Ok(());
    };
    w.structure("event", |w| {
        w.text("instanceEventId", &found.id);
        w.text("code", found.code.as_str());
        w.text("description", &found.description);
        w.time("notBefore", found.not_before);
        w.maybe_time("notAfter", found.not_after);
        w.maybe_time("notBeforeDeadline", found.not_before_deadline);
    });
    Ok(())
}
