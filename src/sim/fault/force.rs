//! Putting faults in force and out of it.
//!
//! Owns: what a fault names must exist; what happens once, when a fault begins or ends. What lasts while it is in force is
//! worked out by [`super::causes`], or looked up by the wire when it answers.

use super::super::physics::Unknown;
use super::super::wire::service::Service;
use super::super::world::{RegionName, World, ZoneName};
use super::{Fault, FaultError, InForce};

impl World {
    /// Puts a fault in force. One that is in force already changes nothing.
    ///
    /// # Errors
    /// [`FaultError::Unknown`] when what should break does not exist.
    pub fn apply(&mut self, fault: Fault) -> Result<(), FaultError> {
        if self.faults.iter().any(|other| other.fault == fault) {
            return Ok(());
        }
        self.must_exist(&fault)?;
        self.begin_fault(&fault)?;
        self.faults.push(InForce { fault, since: self.now, after_writes: self.writes });
        self.settle_causes();
        Ok(())
    }

    /// Takes a fault out of force; its cause ends, and the physics does the rest.
    ///
    /// # Errors
    /// [`FaultError::NotInForce`] when it is not in force.
    pub fn heal(&mut self, fault: &Fault) -> Result<(), FaultError> {
        let place = self.faults.iter().position(|other| other.fault == *fault).ok_or(FaultError::NotInForce)?;
        self.faults.remove(place);
        self.end_fault(fault);
        self.settle_causes();
        Ok(())
    }

    /// Whether the caller's role may not do this: a service's IAM prefix and an action's name.
    #[must_use]
    pub fn denies(&self, prefix: &str, action: &str) -> bool {
        self.faults.iter().any(|other| match &other.fault {
            Fault::Deny { action: denied } => denied
                .split_once(':')
                .is_some_and(|(service, name)| service == prefix && (name == "*" || name == action)),
            _ => false,
        })
    }

    /// Counts a write that took effect, and says whether its answer is lost.
    pub fn note_write(&mut self) -> bool {
        self.writes += 1;
        let writes = self.writes;
        let due = |other: &InForce| match other.fault {
            Fault::LoseAnswer { nth } => other.after_writes + nth.max(1) == writes,
            _ => false,
        };
        let before = self.faults.len();
        self.faults.retain(|other| !due(other));
        self.faults.len() < before
    }

    /// What happens once, when a fault begins.
    fn begin_fault(&mut self, fault: &Fault) -> Result<(), FaultError> {
        match fault {
            Fault::Autoshift { zone } => self.begin_autoshift(zone),
            Fault::PracticeRun { zone } => self.begin_practice_run(zone),
            Fault::Retirement { instance } => self.announce_retirement(instance)?,
            Fault::BadRelease { group } => self.begin_release(group, false, &[], 0.0)?,
            Fault::Release { group, good, zones_first, pause_s } => {
                self.begin_release(group, *good, zones_first, *pause_s)?;
            }
            Fault::Refresh { group } => self.begin_refresh_release(group)?,
            Fault::KeyDenied { group } => self.record_key_policy(group),
            _ => {}
        }
        Ok(())
    }

    /// What happens once, when a fault ends.
    fn end_fault(&mut self, fault: &Fault) {
        match fault {
            Fault::Autoshift { zone } => self.end_autoshift(zone),
            Fault::PracticeRun { zone } => self.end_practice_run(zone),
            Fault::Retirement { instance } => self.cancel_retirement(instance),
            Fault::BadRelease { group } | Fault::Release { group, .. } => self.withdraw_release(group),
            Fault::Refresh { group } => self.withdraw_refresh(group),
            Fault::KeyDenied { group } => self.record_key_policy(group),
            _ => {}
        }
    }

    /// Whether what a fault names exists.
    ///
    /// # Errors
    /// [`Unknown`] when it does not.
    pub fn must_exist(&self, fault: &Fault) -> Result<(), Unknown> {
        let regions = || self.regions.values();
        let (kind, name, exists) = match fault {
            Fault::Autoshift { zone }
            | Fault::EbsStall { zone }
            | Fault::GrayZone { zone, .. }
            | Fault::NoCapacity { zone }
            | Fault::PracticeRun { zone }
            | Fault::ZonePowerLoss { zone } => ("zone", zone, self.zone_of_fault(zone).is_some()),
            Fault::NatGateway { zone, .. } => ("zone with a NAT gateway", zone, self.has_gateway(zone)),
            Fault::BadRelease { group }
            | Fault::KeyDenied { group }
            | Fault::Refresh { group }
            | Fault::Release { group, .. } => {
                ("group", group, regions().any(|region| region.groups.contains_key(group.as_str())))
            }
            Fault::DatabaseCrash { id }
            | Fault::Lag { id, .. }
            | Fault::ReplicaError { id }
            | Fault::StorageFull { id } => {
                ("database", id, regions().any(|region| region.databases.contains_key(id.as_str())))
            }
            Fault::Application { instance }
            | Fault::Guest { instance }
            | Fault::Host { instance }
            | Fault::Retirement { instance }
            | Fault::StuckStop { instance } => {
                ("instance", instance, regions().any(|region| region.instances.contains_key(instance.as_str())))
            }
            Fault::HealthCheck { service }
            | Fault::RetryStorm { service }
            | Fault::Load { service: Some(service), .. } => {
                ("service", service, regions().any(|region| region.services.contains_key(service.as_str())))
            }
            Fault::RegionOutage { region } => ("region", region, self.regions.contains_key(region.as_str())),
            Fault::ReadsDown { zone: Some(zone), .. } if self.zone_of_fault(zone).is_none() => ("zone", zone, false),
            Fault::Cut { service }
            | Fault::Error { service, .. }
            | Fault::ReadsDown { service, .. }
            | Fault::Slow { service, .. }
            | Fault::Throttle { service, .. } => {
                ("AWS service", service, Service::ALL.iter().any(|known| known.name() == service))
            }
            Fault::Brownout { .. }
            | Fault::Dead {}
            | Fault::Deny { .. }
            | Fault::ExpireCredentials {}
            | Fault::LateMetrics { .. }
            | Fault::LoseAnswer { .. }
            | Fault::Load { service: None, .. } => return Ok(()),
        };
        if exists { Ok(()) } else { Err(Unknown { kind, name: name.clone() }) }
    }

    /// Whether a NAT gateway stands in this zone.
    fn has_gateway(&self, zone: &str) -> bool {
        let Some((region, zone)) = self.zone_of_fault(zone) else { return false };
        let region = self.regions.get(&region);
        region.is_some_and(|region| region.nat_gateways.values().any(|gateway| gateway.zone == zone))
    }

    /// The zone that a fault names by name or id, with its region.
    #[must_use]
    pub fn zone_of_fault(&self, name_or_id: &str) -> Option<(RegionName, ZoneName)> {
        self.regions.values().find_map(|region| {
            let zone = region.zones.get(name_or_id).or_else(|| region.zone_by_id(name_or_id))?;
            Some((region.name.clone(), zone.name.clone()))
        })
    }
}
