//! A thing of the account that can be looked at: named, described, and tied to others.
//!
//! Owns: [`Subject`] and how a row of a list names one. Depends on: estate, judgement, listing. Must stay true: a relation whose
//! other end was not read is shown as such, not left out.

mod address;
mod beside;
mod find;
mod lately;
mod relation;
pub mod seek;
mod sheet;

use serde::{Deserialize, Serialize};

use crate::id::Region;
use crate::judge::Picture;
use crate::listing::RowId;
use crate::operation::intent::TargetKind;

pub use relation::Relation;
pub use sheet::{Section, Sheet};

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// An EC2 instance.
    Instance,
    /// An Auto Scaling group.
    Group,
    /// A target group.
    TargetGroup,
    /// A load balancer.
    LoadBalancer,
    /// A classic load balancer.
    ClassicBalancer,
    /// A DB instance.
    Database,
    /// A DB cluster.
    Cluster,
    /// A global cluster.
    GlobalCluster,
    /// An alarm.
    Alarm,
    /// An image.
    Image,
    /// A launch template.
    Template,
    /// A zone.
    Zone,
    /// A zonal shift.
    Shift,
}

impl SubjectKind {
    /// Every kind.
    pub const ALL: &'static [SubjectKind] = &[
        Self::Instance,
        Self::Group,
        Self::TargetGroup,
        Self::LoadBalancer,
        Self::ClassicBalancer,
        Self::Database,
        Self::Cluster,
        Self::GlobalCluster,
        Self::Alarm,
        Self::Image,
        Self::Template,
        Self::Zone,
        Self::Shift,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Group => "group",
            Self::TargetGroup => "target group",
            Self::LoadBalancer => "load balancer",
            Self::ClassicBalancer => "classic balancer",
            Self::Database => "database",
            Self::Cluster => "cluster",
            Self::GlobalCluster => "global cluster",
            Self::Alarm => "alarm",
            Self::Image => "image",
            Self::Template => "launch template",
            Self::Zone => "zone",
            Self::Shift => "zonal shift",
        }
    }

    /// The word with the article that it takes: `an instance`, `a group`.
    pub fn with_article(self) -> String {
        let word = self.as_str();
        let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        format!("{article} {word}")
    }

    /// The kind of thing that an operation of this kind of target is done to.
    pub fn of_target(target: TargetKind) -> Self {
        match target {
            TargetKind::Instance => Self::Instance,
            TargetKind::Group => Self::Group,
            TargetKind::Zone => Self::Zone,
            TargetKind::Shift => Self::Shift,
        }
    }
}

/// One thing of the account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// What kind of thing.
    pub kind: SubjectKind,
    /// Where.
    pub region: Region,
    /// Its id: a name, an id or an ARN, whichever AWS asks for.
    pub id: String,
}

impl Subject {
    /// Names a thing.
    pub fn new(kind: SubjectKind, region: &Region, id: impl Into<String>) -> Self {
        Self { kind, region: region.clone(), id: id.into() }
    }

    /// The thing that a row of `list` shows. A target is shown as its instance where it is one, else as its target group.
    pub fn of_row(list: &str, row: &RowId, picture: &Picture) -> Option<Self> {
        let simple = |kind| Some(Self::new(kind, &row.region, &*row.id));
        match list {
            "instances" => simple(SubjectKind::Instance),
            "groups" => simple(SubjectKind::Group),
            "alarms" => simple(SubjectKind::Alarm),
            "images" => simple(SubjectKind::Image),
            "zones" => simple(SubjectKind::Zone),
            "shifts" => simple(SubjectKind::Shift),
            "target-groups" => simple(SubjectKind::TargetGroup),
            "templates" => simple(SubjectKind::Template),
            "balancers" if row.id.starts_with("arn:") => simple(SubjectKind::LoadBalancer),
            "balancers" => simple(SubjectKind::ClassicBalancer),
            "databases" => Some(match row.id.split_once('/') {
                Some(("cluster", id)) => Self::new(SubjectKind::Cluster, &row.region, id),
                Some(("global", id)) => Self::new(SubjectKind::GlobalCluster, &row.region, id),
                _ => Self::new(SubjectKind::Database, &row.region, &*row.id),
            }),
            "targets" => {
                let (parent, target) = row.id.split_once(' ')?;
                let instance = target.split(':').next().unwrap_or(target);
                let is_known = find::instance(&picture.estate, &row.region, instance).is_some();
                Some(match parent.starts_with("arn:") {
                    _ if is_known => Self::new(SubjectKind::Instance, &row.region, instance),
                    true => Self::new(SubjectKind::TargetGroup, &row.region, parent),
                    false => Self::new(SubjectKind::ClassicBalancer, &row.region, parent),
                })
            }
            _ => None,
        }
    }

    /// The zone that it is or stands in, by name, where that is one.
    pub fn zone(&self, picture: &Picture) -> Option<String> {
        match self.kind {
            SubjectKind::Zone => Some(self.id.clone()),
            SubjectKind::Instance => {
                find::instance(&picture.estate, &self.region, &self.id).map(|(row, _)| row.zone.to_string())
            }
            SubjectKind::Database => {
                find::database(&picture.estate, &self.region, &self.id)?.0.zone.as_ref().map(ToString::to_string)
            }
            _ => None,
        }
    }

    /// What an instance is called by its tag.
    pub fn tag_name(&self, picture: &Picture) -> Option<String> {
        if self.kind != SubjectKind::Instance {
            return None;
        }
        find::instance(&picture.estate, &self.region, &self.id).and_then(|(row, _)| row.name()).map(str::to_owned)
    }

    /// What a person calls it: a name where the id is an ARN.
    pub fn name(&self) -> &str {
        if !self.id.starts_with("arn:") {
            return &self.id;
        }
        let resource = self.id.rsplit(':').next().unwrap_or(&self.id);
        let mut parts = resource.split('/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("loadbalancer"), Some("app" | "net" | "gwy"), Some(name)) => name,
            (Some(_), Some(name), _) => name,
            _ => resource,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_called_by_their_names() {
        let region = Region::from("us-east-1");
        for (arn, name) in [
            ("arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/checkout/73e2d6bc24d8a067", "checkout"),
            ("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/50dc6c495c0c9188", "web"),
        ] {
            assert_eq!(Subject::new(SubjectKind::TargetGroup, &region, arn).name(), name);
        }
        assert_eq!(Subject::new(SubjectKind::Group, &region, "a/b").name(), "a/b");
    }
}
