//! `DescribeTargetHealth`: one target group a call, never paged.

use super::{region, target_group};
use crate::sim::wire::consistency;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::{Params, Request};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Target, TargetGroup, TargetKey, TargetReason, TargetState, TargetType, World};

/// The health of all targets, or of those that the request names.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let group = target_group(region(world, request)?, request.params.required("TargetGroupArn")?)?;
    let asked = request.params.objects("Targets");
    let with_anomalies = request.params.texts("Include").iter().any(|part| matches!(*part, "AnomalyDetection" | "All"));
    // A registration shows some seconds late (aws-domain.md A.9).
    let is_told = |target: &&Target| consistency::is_told(world.seed, target, world.now);
    if asked.is_empty() {
        let told = group.targets.values().filter(is_told);
        w.list("TargetHealthDescriptions", "member", told, |w, target| write_target(w, group, target, with_anomalies));
        return Ok(());
    }
    let keys: Vec<TargetKey> = asked.iter().map(|target| key(group, target)).collect::<Result<_, _>>()?;
    w.list("TargetHealthDescriptions", "member", &keys, |w, key| match group.targets.get(key).filter(is_told) {
        Some(target) => write_target(w, group, target, with_anomalies),
        None => write_unregistered(w, group, key),
    });
    Ok(())
}

/// What the request names: without a port it is the group's own.
fn key(group: &TargetGroup, target: &Params) -> Result<TargetKey, ApiError> {
    let port = match target.integer("Port")? {
        None => group.port,
        Some(port) => u16::try_from(port).map_err(|_| ApiError::validation(format!("'{port}' is not a valid port")))?,
    };
    Ok(TargetKey { id: target.required("Id")?.to_owned(), port })
}

fn write_target(w: &mut Writer, group: &TargetGroup, target: &Target, with_anomalies: bool) {
    w.structure("Target", |w| {
        w.text("Id", &target.key.id);
        w.integer("Port", target.key.port.into());
        // An instance's zone is not told: one has to know where the instance is (aws-domain.md A.3).
        let zone = target.zone.as_ref().filter(|_| group.target_type == TargetType::Ip);
        w.maybe_text("AvailabilityZone", zone);
    });
    write_check_port(w, group, &target.key);
    w.structure("TargetHealth", |w| {
        w.text("State", target.state.as_str());
        w.maybe_text("Reason", target.reason.map(TargetReason::as_str));
        w.maybe_text("Description", target.description.as_ref());
    });
    if with_anomalies {
        w.structure("AnomalyDetection", |w| {
            w.text("Result", "normal");
            w.text("MitigationInEffect", "no");
        });
    }
    w.structure("AdministrativeOverride", |w| {
        let (reason, description) = override_words(&target.administrative_override);
        w.text("State", &target.administrative_override);
        w.text("Reason", reason);
        w.text("Description", description);
    });
}

fn write_unregistered(w: &mut Writer, group: &TargetGroup, key: &TargetKey) {
    w.structure("Target", |w| {
        w.text("Id", &key.id);
        w.integer("Port", key.port.into());
    });
    write_check_port(w, group, key);
    w.structure("TargetHealth", |w| {
        w.text("State", TargetState::Unused.as_str());
        w.text("Reason", TargetReason::NotRegistered.as_str());
        w.text("Description", "Target is not registered to the target group");
    });
}

fn write_check_port(w: &mut Writer, group: &TargetGroup, key: &TargetKey) {
    match group.health_check.port.as_str() {
        "traffic-port" => w.text("HealthCheckPort", key.port.to_string()),
        fixed => w.text("HealthCheckPort", fixed),
    }
}

/// Reason and description that go with an override's state.
fn override_words(state: &str) -> (&'static str, &'static str) {
    match state {
        "no_override" => ("AdministrativeOverride.NoOverride", "No override is currently active on target"),
        "zonal_shift_active" => ("AdministrativeOverride.ZonalShiftActive", "Zonal shift is active on target"),
        "zonal_shift_delegated_to_dns" => {
            ("AdministrativeOverride.ZonalShiftDelegatedToDns", "Zonal shift is handled by DNS for this target")
        }
        _ => ("AdministrativeOverride.Unknown", "Override state cannot be determined"),
    }
}
