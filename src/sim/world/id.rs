//! Identifiers: one type for each kind of thing, so that a zone's name can never be taken for a zone's id.
//!
//! Owns: the newtypes. Knows: nothing else. Must stay true: cloning one is cheap (a reference count), because
//! relations between a hundred thousand instances are held as ids.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// Declares identifier types: text with a type, cheap to clone, ordered, and found in maps by `&str`.
macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                &*self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                &*self.0 == *other
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    )*};
}

identifiers! {
    /// An Amazon Resource Name, of any kind of resource.
    Arn;
    /// A region's name, `us-east-1`.
    RegionName;
    /// A zone's name in this account, `us-east-1a`; another account's `us-east-1a` may be another place (`aws-domain.md B.3`).
    ZoneName;
    /// A zone's id, the same place in every account: `use1-az1`.
    ZoneId;
    /// `vpc-…`.
    VpcId;
    /// `subnet-…`.
    SubnetId;
    /// `i-…`.
    InstanceId;
    /// `vol-…`.
    VolumeId;
    /// `snap-…`.
    SnapshotId;
    /// `ami-…`.
    ImageId;
    /// `lt-…`.
    TemplateId;
    /// `eipalloc-…`.
    AllocationId;
    /// An Auto Scaling group's name.
    GroupName;
    /// A classic load balancer's name.
    ClassicName;
    /// `DBInstanceIdentifier`.
    DbInstanceId;
    /// `DBClusterIdentifier`.
    DbClusterId;
    /// `GlobalClusterIdentifier`.
    GlobalClusterId;
    /// An alarm's name.
    AlarmName;
    /// A Route 53 hosted zone's id without its `/hostedzone/` prefix.
    HostedZoneId;
    /// The name of a service of the simulated company, the value of its resources' `Service` tag.
    ServiceName;
}
