//! Elastic addresses: whose they are.

use super::super::super::world::{Address, InstanceId, InstanceState};
use super::super::{Refused, Scene};
use super::wrong_state;

impl Scene<'_> {
    /// Points an elastic address at an instance, and returns the association.
    ///
    /// # Errors
    /// `Resource.AlreadyAssociated` where address or instance are taken and may not be taken over.
    pub fn associate_address(
        &mut self,
        allocation: &str,
        id: &InstanceId,
        reassociate: bool,
    ) -> Result<String, Refused> {
        let missing = || {
            let words = format!("The allocation ID '{allocation}' does not exist");
            Refused::new("InvalidAllocationID.NotFound", words)
        };
        let address = self.region.addresses.get(allocation).ok_or_else(missing)?;
        let instance = self.instance(id)?;
        if !matches!(instance.state, InstanceState::Running | InstanceState::Stopped | InstanceState::Stopping) {
            return Err(wrong_state(format!("The instance '{id}' is not in a valid state for this operation.")));
        }
        if let (Some(holder), Some(association)) = (&address.instance, &address.association) {
            if holder == id {
                return Ok(association.clone());
            }
            if !reassociate {
                return Err(taken(allocation, association));
            }
        } else if let Some(association) = &address.association {
            // A NAT gateway's: it is not to be had.
            return Err(taken(allocation, association));
        }
        let other = self.region.addresses.values().find(|other| other.instance.as_ref() == Some(id));
        if let Some((other, association)) = other.and_then(|other| Some((other, other.association.clone()?)))
            && !reassociate
        {
            return Err(taken(other.id.as_str(), &association));
        }
        for other in self.region.addresses.values_mut().filter(|other| other.instance.as_ref() == Some(id)) {
            let_go(other);
        }
        let association = self.mint.id("eipassoc");
        let Some(instance) = self.region.instances.get(id) else { return Err(missing()) };
        let (private_ip, interface) = (instance.private_ip, instance.interface.clone());
        let Some(address) = self.region.addresses.get_mut(allocation) else { return Err(missing()) };
        let (before, public_ip) = (address.instance.take(), address.public_ip);
        address.instance = Some(id.clone());
        (address.association, address.private_ip, address.interface) =
            (Some(association.clone()), private_ip, Some(interface));
        if let Some(before) = before.and_then(|before| self.region.instances.get_mut(&before)) {
            before.public_ip = None;
        }
        if let Some(instance) = self.region.instances.get_mut(id) {
            instance.public_ip = Some(public_ip);
        }
        Ok(association)
    }

    /// Takes an elastic address from whoever has it.
    ///
    /// # Errors
    /// `InvalidAssociationID.NotFound`.
    pub fn disassociate_address(&mut self, association: &str) -> Result<(), Refused> {
        let found =
            self.region.addresses.values_mut().find(|address| address.association.as_deref() == Some(association));
        let Some(address) = found else {
            let words = format!("The association ID '{association}' does not exist");
            return Err(Refused::new("InvalidAssociationID.NotFound", words));
        };
        let holder = address.instance.clone();
        let_go(address);
        if let Some(instance) = holder.and_then(|holder| self.region.instances.get_mut(&holder)) {
            instance.public_ip = None;
        }
        Ok(())
    }
}

fn let_go(address: &mut Address) {
    (address.instance, address.association, address.private_ip, address.interface) = (None, None, None, None);
}

fn taken(allocation: &str, association: &str) -> Refused {
    let words = format!("resource {allocation} is already associated with associate-id {association}");
    Refused::new("Resource.AlreadyAssociated", words)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::fixture::{self, REGION};
    use super::*;

    #[test]
    fn an_address_moves_only_where_it_may_be_taken_over_aws_domain_c1() {
        let mut world = fixture::world();
        let (old, new) = (world.standalone(), world.first_member());
        let address = world.here().addresses.values().find(|found| found.instance.as_ref() == Some(&old)).unwrap();
        let (allocation, ip) = (address.id.to_string(), address.public_ip);
        let refused = world.scene(REGION).unwrap().associate_address(&allocation, &new, false).unwrap_err();
        assert_eq!(refused.code, "Resource.AlreadyAssociated");
        let first = world.scene(REGION).unwrap().associate_address(&allocation, &new, true).unwrap();
        let again = world.scene(REGION).unwrap().associate_address(&allocation, &new, true).unwrap();
        assert_eq!(first, again, "twice is once");
        let public = |id: &InstanceId| world.here().instances[id].public_ip;
        assert_eq!((public(&new), public(&old)), (Some(ip), None));
        world.scene(REGION).unwrap().disassociate_address(&first).unwrap();
        assert!(world.scene(REGION).unwrap().disassociate_address(&first).is_err());
        assert_eq!(world.here().instances[&new].public_ip, None);
    }
}
