//! Names that AWS gives to things, each a type of its own.
//!
//! Owns: the newtypes. Depends on: nothing. Must stay true: a zone's *name* (`us-east-1a`, shuffled per account) and its
//! *id* (`use1-az4`, physical) never mix (`aws-domain.md` B.3), and a clone of any of them costs a reference count.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Shared text, as AWS sent it.
pub type Text = Arc<str>;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Text);

        impl $name {
            /// Takes the name as AWS wrote it.
            pub fn new(name: impl Into<Text>) -> Self {
                Self(name.into())
            }

            /// The name as AWS wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The shared text itself.
            pub fn text(&self) -> &Text {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self(name.into())
            }
        }

        impl From<String> for $name {
            fn from(name: String) -> Self {
                Self(name.into())
            }
        }

        impl From<Text> for $name {
            fn from(name: Text) -> Self {
                Self(name)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )*};
}

names! {
    /// An account's twelve digits.
    AccountId;
    /// A region: `us-east-1`.
    Region;
    /// A zone's name in this account: `us-east-1a`.
    ZoneName;
    /// A zone's physical id, equal in every account: `use1-az4`.
    ZoneId;
    /// An EC2 instance: `i-0abc…`.
    InstanceId;
    /// An Auto Scaling group's name.
    GroupName;
    /// An Amazon Resource Name.
    Arn;
    /// An EC2 image: `ami-…`.
    ImageId;
    /// A subnet: `subnet-…`.
    SubnetId;
    /// A virtual private cloud: `vpc-…`.
    VpcId;
    /// A volume: `vol-…`.
    VolumeId;
    /// A launch template: `lt-…`.
    LaunchTemplateId;
    /// A classic load balancer's name.
    ClassicName;
    /// A DB instance's identifier.
    DatabaseId;
    /// A DB cluster's identifier.
    ClusterId;
    /// A global cluster's identifier.
    GlobalClusterId;
    /// An alarm's name.
    AlarmName;
}

impl Region {
    /// The place of what belongs to no region: identity, account alias, hosted zones.
    pub fn global() -> Self {
        Self::from("global")
    }

    /// Whether this is [`Region::global`].
    pub fn is_global(&self) -> bool {
        self.as_str() == "global"
    }
}

impl Arn {
    /// The part after the last colon, without the resource type: `loadbalancer/app/web/50dc…` gives `web`.
    ///
    /// For load balancers and target groups this is the name a person knows; for other ARNs the last segment that is not an id.
    pub fn short(&self) -> &str {
        let resource = self.resource();
        let mut parts = resource.split('/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("loadbalancer"), Some("app" | "net" | "gwy"), Some(name)) => name,
            (Some("targetgroup"), Some(name), _) => name,
            (Some(_), Some(name), None) => name,
            (Some("autoScalingGroupName"), Some(name), Some(_)) => name,
            _ => resource,
        }
    }

    /// The part after the last colon: `targetgroup/web/73e2d6bc24d8a067`.
    pub fn resource(&self) -> &str {
        self.as_str().rsplit(':').next().unwrap_or(self.as_str())
    }

    /// The region field of the ARN, where it has one.
    pub fn region(&self) -> Option<Region> {
        self.as_str().split(':').nth(3).filter(|region| !region.is_empty()).map(Region::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_gives_the_name_a_person_knows() {
        for (arn, short) in [
            ("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/50dc6c495c0c9188", "web"),
            ("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/search/50dc6c495c0c9188", "search"),
            ("arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/checkout/73e2d6bc24d8a067", "checkout"),
            ("arn:aws:rds:us-east-1:1:db:orders", "orders"),
            ("arn:aws:autoscaling:us-east-1:1:autoScalingGroup:uuid:autoScalingGroupName/web", "web"),
            ("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/legacy", "legacy"),
        ] {
            assert_eq!(Arn::from(arn).short(), short);
        }
        assert_eq!(Arn::from("arn:aws:rds:us-west-2:1:db:orders").region(), Some(Region::from("us-west-2")));
    }
}
