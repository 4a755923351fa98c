//! Ids that a request names: well-formed, or refused; there, or refused, with each resource's own codes.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use crate::sim::wire::error::ApiError;

/// How EC2 speaks of the ids of one kind of resource.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    prefix: &'static str,
    malformed: &'static str,
    missing: &'static str,
    /// The sentence about one id that is missing, with `{}` for the id.
    sentence: &'static str,
    /// The sentence about several.
    sentences: &'static str,
}

impl Kind {
    pub const INSTANCE: Self = Self {
        prefix: "i-",
        malformed: "InvalidInstanceID.Malformed",
        missing: "InvalidInstanceID.NotFound",
        sentence: "The instance ID '{}' does not exist",
        sentences: "The instance IDs '{}' do not exist",
    };
    pub const VOLUME: Self = Self {
        prefix: "vol-",
        malformed: "InvalidParameterValue",
        missing: "InvalidVolume.NotFound",
        sentence: "The volume '{}' does not exist.",
        sentences: "The volumes '{}' do not exist.",
    };
    pub const SUBNET: Self = Self {
        prefix: "subnet-",
        malformed: "InvalidSubnetID.Malformed",
        missing: "InvalidSubnetID.NotFound",
        sentence: "The subnet ID '{}' does not exist",
        sentences: "The subnet IDs '{}' do not exist",
    };
    pub const VPC: Self = Self {
        prefix: "vpc-",
        malformed: "InvalidVpcID.Malformed",
        missing: "InvalidVpcID.NotFound",
        sentence: "The vpc ID '{}' does not exist",
        sentences: "The vpc IDs '{}' do not exist",
    };
    pub const IMAGE: Self = Self {
        prefix: "ami-",
        malformed: "InvalidAMIID.Malformed",
        missing: "InvalidAMIID.NotFound",
        sentence: "The image id '[{}]' does not exist",
        sentences: "The image ids '[{}]' do not exist",
    };
    pub const SNAPSHOT: Self = Self {
        prefix: "snap-",
        malformed: "InvalidSnapshotID.Malformed",
        missing: "InvalidSnapshot.NotFound",
        sentence: "The snapshot '{}' does not exist.",
        sentences: "The snapshots '{}' do not exist.",
    };
    pub const ALLOCATION: Self = Self {
        prefix: "eipalloc-",
        malformed: "InvalidAllocationID.Malformed",
        missing: "InvalidAllocationID.NotFound",
        sentence: "The allocation ID '{}' does not exist",
        sentences: "The allocation IDs '{}' do not exist",
    };
    pub const TEMPLATE: Self = Self {
        prefix: "lt-",
        malformed: "InvalidLaunchTemplateId.Malformed",
        missing: "InvalidLaunchTemplateId.NotFound",
        sentence: "The specified launch template, with template ID {}, does not exist.",
        sentences: "The specified launch templates, with template IDs {}, do not exist.",
    };

    pub const NAT_GATEWAY: Self = Self {
        prefix: "nat-",
        malformed: "NatGatewayMalformed",
        missing: "NatGatewayNotFound",
        sentence: "The Nat Gateway {} was not found",
        sentences: "The Nat Gateways {} were not found",
    };
    pub const ROUTE_TABLE: Self = Self {
        prefix: "rtb-",
        malformed: "InvalidRouteTableId.Malformed",
        missing: "InvalidRouteTableID.NotFound",
        sentence: "The routeTable ID '{}' does not exist",
        sentences: "The routeTable IDs '{}' do not exist",
    };

    /// The resources of these ids, once each, in ascending order of id.
    ///
    /// # Errors
    /// One malformed id, or one that is not there, refuses the whole request (`aws-domain.md` A.1).
    pub fn find<'a, K: Ord + Borrow<str>, V>(
        &self,
        map: &'a BTreeMap<K, V>,
        ids: &[&str],
    ) -> Result<Vec<&'a V>, ApiError> {
        self.find_known(map, ids, |_| true)
    }

    /// The same, where EC2 may not know of every resource yet.
    pub fn find_known<'a, K: Ord + Borrow<str>, V>(
        &self,
        map: &'a BTreeMap<K, V>,
        ids: &[&str],
        knows: impl Fn(&V) -> bool,
    ) -> Result<Vec<&'a V>, ApiError> {
        self.check_form(ids)?;
        let missing: Vec<&str> = ids.iter().copied().filter(|id| !map.get(*id).is_some_and(&knows)).collect();
        match missing.as_slice() {
            [] => {}
            [one] => return Err(ApiError::new(self.missing, self.sentence.replace("{}", one))),
            several => return Err(ApiError::new(self.missing, self.sentences.replace("{}", &several.join(", ")))),
        }
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        Ok(ids.into_iter().filter_map(|id| map.get(id)).collect())
    }

    /// Refuses what cannot be an id of this kind, before anything is looked up.
    pub fn check_form(&self, ids: &[&str]) -> Result<(), ApiError> {
        let Some(id) = ids.iter().find(|id| !self.is_well_formed(id)) else { return Ok(()) };
        let id: String = id.chars().take(80).collect();
        let words = format!("Invalid id: \"{id}\" (expecting \"{}...\")", self.prefix);
        Err(ApiError::new(self.malformed, words))
    }

    /// The prefix and eight or seventeen hexadecimal digits.
    fn is_well_formed(&self, id: &str) -> bool {
        id.strip_prefix(self.prefix).is_some_and(|digits| {
            let hexadecimal = digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
            hexadecimal && matches!(digits.len(), 8 | 17)
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::sim::wire::error::Code;

    #[test]
    fn one_bad_id_refuses_the_request() {
        let map = BTreeMap::from([("i-00000000000000001", 1), ("i-00000000000000002", 2)]);
        let find =
            |ids: &[&str]| Kind::INSTANCE.find(&map, ids).map_err(|error| (error.code, error.message.into_owned()));
        assert_eq!(find(&["i-00000000000000002", "i-00000000000000001", "i-00000000000000002"]).unwrap(), [&1, &2]);
        assert_eq!(find(&["i-00000000000000001", "i-0abc"]).unwrap_err().0, Code::Own("InvalidInstanceID.Malformed"));
        let missing = find(&["i-00000000000000001", "i-0000000000000000f"]).unwrap_err();
        assert_eq!(
            missing,
            (
                Code::Own("InvalidInstanceID.NotFound"),
                "The instance ID 'i-0000000000000000f' does not exist".to_owned()
            )
        );
    }
}
