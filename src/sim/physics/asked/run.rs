//! `RunInstances`: standalone instances, from an image or a template.
//!
//! Must stay true: a client token launches once; a launch is whole or refused.

use super::super::super::world::{InstanceId, ServiceName, Tags, VolumeId};
use super::super::{Launch, Refused, Scene};

/// Answers that are remembered by their client tokens; the oldest fall off.
pub(super) const TOKENS_KEPT: usize = 1_000;

/// What is to be launched.
#[derive(Debug, Clone)]
pub struct Order {
    /// What, and where.
    pub what: Launch,
    /// `MinCount`.
    pub least: u32,
    /// `MaxCount`.
    pub most: u32,
    /// Tags of their volumes.
    pub volume_tags: Tags,
    /// `DisableApiTermination`.
    pub protected: bool,
    /// `ClientToken`, and the whole request, by which a repeat is known.
    pub token: Option<(String, String)>,
}

impl Scene<'_> {
    /// Launches instances that belong to no group.
    ///
    /// # Errors
    /// EC2's code for what is missing: room, an address, the image, the subnet; or a token of another request.
    pub fn run_instances(&mut self, order: &Order) -> Result<Vec<InstanceId>, Refused> {
        if let Some(known) = self.known_token("RunInstances", order.token.as_ref())? {
            return Ok(known.iter().map(|id| InstanceId::from(id.as_str())).collect());
        }
        if order.least == 0 || order.least > order.most {
            return Err(Refused::new("InvalidParameterValue", "MinCount must be at least 1 and at most MaxCount"));
        }
        let free = self.region.subnets.get(&order.what.subnet).map_or(0, |subnet| subnet.free_addresses);
        if self.region.subnets.contains_key(&order.what.subnet) && free < order.least {
            let words = format!(
                "There are not enough free addresses in subnet '{}' to satisfy the requested number of instances.",
                order.what.subnet
            );
            return Err(Refused::new("InsufficientFreeAddressesInSubnet", words));
        }
        let mut ids: Vec<InstanceId> = Vec::new();
        for _ in 0..order.most.min(free.max(1)) {
            match self.launch(self.launch_of(order)) {
                Ok(id) => ids.push(id),
                Err(failure) if ids.is_empty() => {
                    let status = if failure.code() == "InsufficientInstanceCapacity" { 500 } else { 400 };
                    let words = failure.to_string().replace(" Launching EC2 instance failed.", "");
                    return Err(Refused::new(failure.code(), words).status(status));
                }
                Err(_) => break,
            }
        }
        self.dress(order, &ids);
        self.keep_token("RunInstances", order.token.as_ref(), ids.iter().map(ToString::to_string).collect());
        Ok(ids)
    }

    /// It carries the load of the service that its tag names, where there is one.
    fn launch_of(&self, order: &Order) -> Launch {
        let service = order.what.tags.get("Service").map(ServiceName::from);
        let service = service.filter(|service| self.region.services.contains_key(service));
        Launch { service, ..order.what.clone() }
    }

    /// One launch is one reservation; its volumes get their tags.
    fn dress(&mut self, order: &Order, ids: &[InstanceId]) {
        let reservation =
            ids.first().and_then(|id| self.region.instances.get(id)).map(|first| first.reservation.clone());
        for id in ids {
            let Some(instance) = self.region.instances.get_mut(id) else { continue };
            if let Some(reservation) = &reservation {
                instance.reservation.clone_from(reservation);
            }
            instance.termination_protection = order.protected;
            instance.client_token = order.token.as_ref().map(|(token, _)| token.clone());
            let volumes: Vec<VolumeId> = instance.block_devices.iter().map(|device| device.volume.clone()).collect();
            for volume in volumes {
                if let Some(volume) = self.region.volumes.get_mut(&volume) {
                    volume.tags = order.volume_tags.clone();
                }
            }
        }
    }

    /// What a token brought before, if it did.
    pub(super) fn known_token(
        &self,
        action: &str,
        token: Option<&(String, String)>,
    ) -> Result<Option<Vec<String>>, Refused> {
        let Some((token, request)) = token else { return Ok(None) };
        let found = self.region.tokens.iter().find(|known| known.action == action && known.token == *token);
        match found {
            None => Ok(None),
            Some(known) if known.request == *request => Ok(Some(known.brought.clone())),
            Some(_) => Err(Refused::new(
                "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
            )),
        }
    }

    pub(super) fn keep_token(&mut self, action: &'static str, token: Option<&(String, String)>, brought: Vec<String>) {
        let Some((token, request)) = token else { return };
        if self.region.tokens.len() == TOKENS_KEPT {
            self.region.tokens.pop_front();
        }
        let (token, request) = (token.clone(), request.clone());
        self.region.tokens.push_back(super::super::super::world::TokenAnswer { action, token, request, brought });
    }
}
