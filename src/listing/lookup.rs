//! What rows of one kind look up in another: the image of an instance, the template of a group, the groups of a template.
//!
//! Owns: the tables of one region, each made when the first cell asks. Depends on: estate. Must stay true: a cell costs a
//! look-up, never a walk through the region; what was not read is [`Value::Unknown`], never none.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::estate::alarm::Alarm;
use crate::estate::balancer::{BalancerAttributes, TargetGroup};
use crate::estate::group::{Activity, ActivityStatus, Group, Member, Refresh};
use crate::estate::image::{Image, LaunchTemplate, LaunchTemplateVersion};
use crate::estate::instance::Instance;
use crate::estate::{Kind, Part, Row, parents};
use crate::id::Text;

use super::place::Place;
use super::value::Value;

/// Rows by what they are asked for.
type Table<'a, T> = OnceCell<BTreeMap<&'a str, T>>;

/// The tables of one region.
#[derive(Default)]
pub(super) struct Lookups<'a> {
    images: Table<'a, &'a Image>,
    templates: Table<'a, &'a LaunchTemplate>,
    versions: OnceCell<BTreeMap<(&'a str, i64), &'a LaunchTemplateVersion>>,
    failures: Table<'a, &'a Activity>,
    refreshes: Table<'a, &'a Refresh>,
    starts: Table<'a, usize>,
    launchers: Table<'a, Vec<&'a Group>>,
    routed: Table<'a, Vec<&'a TargetGroup>>,
    attributes: Table<'a, &'a BTreeMap<Text, Text>>,
    alarms: Table<'a, &'a Alarm>,
    composites: Table<'a, &'a str>,
}

impl<'a> Place<'a> {
    fn rows<T: Row + 'a>(&self) -> impl Iterator<Item = &'a T> + use<'a, T> {
        self.estate.known::<T>(self.region)
    }

    /// One of this account's images; another's are not read.
    pub(super) fn image(&self, id: &str) -> Option<&'a Image> {
        let images =
            self.lookups.images.get_or_init(|| self.rows().map(|row: &Image| (row.id.as_str(), row)).collect());
        images.get(id).copied()
    }

    /// A launch template, by its name or by its id.
    pub(super) fn template(&self, name: &str) -> Option<&'a LaunchTemplate> {
        let templates = self.lookups.templates.get_or_init(|| {
            let rows = || self.rows::<LaunchTemplate>();
            rows().map(|row| (&*row.name, row)).chain(rows().map(|row| (row.id.as_str(), row))).collect()
        });
        templates.get(name).copied()
    }

    /// A version of a launch template, where it was read: only versions of templates in use are, while somebody looks.
    pub(super) fn template_version(&self, template: &LaunchTemplate, number: i64) -> Option<&'a LaunchTemplateVersion> {
        let versions = self.lookups.versions.get_or_init(|| {
            let rows = self.rows::<LaunchTemplateVersion>();
            rows.map(|row| ((row.template.as_str(), row.number), row)).collect()
        });
        versions.get(&(template.id.as_str(), number)).copied()
    }

    /// What a group failed at last.
    pub(super) fn last_failure(&self, group: &str) -> Option<&'a Activity> {
        let failures = self.lookups.failures.get_or_init(|| {
            let mut last: BTreeMap<&str, &Activity> = BTreeMap::new();
            for activity in self.rows::<Activity>().filter(|activity| activity.status == ActivityStatus::Failed) {
                let newest = last.entry(activity.group.as_str()).or_insert(activity);
                if activity.started_at > newest.started_at {
                    *newest = activity;
                }
            }
            last
        });
        failures.get(group).copied()
    }

    /// The newest instance refresh of a group: none where there was none, unknown where nobody could read that.
    pub(super) fn refresh_of(&self, group: &str) -> Result<Option<&'a Refresh>, Unread> {
        let refreshes = self.lookups.refreshes.get_or_init(|| {
            let mut newest: BTreeMap<&str, &Refresh> = BTreeMap::new();
            for refresh in self.rows::<Refresh>() {
                let known = newest.entry(refresh.group.as_str()).or_insert(refresh);
                if refresh.started_at > known.started_at {
                    *known = refresh;
                }
            }
            newest
        });
        if let Some(refresh) = refreshes.get(group) {
            return Ok(Some(refresh));
        }
        // Only groups whose activities tell of a refresh are asked.
        let is_asked = || parents::of(Kind::Refreshes, self.estate, self.region).iter().any(|name| &**name == group);
        let part = Part::Of(group.into());
        if !self.trusts(Kind::Activities, Part::All) || is_asked() && !self.trusts(Kind::Refreshes, part) {
            return Err(Unread);
        }
        Ok(None)
    }

    /// How many instances were started from an image.
    pub(super) fn started_from(&self, image: &str) -> usize {
        let starts = self.lookups.starts.get_or_init(|| {
            let mut starts: BTreeMap<&str, usize> = BTreeMap::new();
            for image in self.rows::<Instance>().filter_map(|instance| instance.image.as_ref()) {
                *starts.entry(image.as_str()).or_default() += 1;
            }
            starts
        });
        starts.get(image).copied().unwrap_or(0)
    }

    /// The groups that launch from a template.
    pub(super) fn launchers(&self, template: &LaunchTemplate) -> &[&'a Group] {
        let launchers = self.lookups.launchers.get_or_init(|| {
            let mut launchers: BTreeMap<&str, Vec<&Group>> = BTreeMap::new();
            for group in self.rows::<Group>() {
                let source = group.launch_source.as_ref().filter(|source| source.version.is_some());
                if let Some(template) = source.and_then(|source| self.template(&source.name)) {
                    launchers.entry(template.id.as_str()).or_default().push(group);
                }
            }
            launchers
        });
        launchers.get(template.id.as_str()).map_or(&[], Vec::as_slice)
    }

    /// The target groups that a balancer routes to.
    pub(super) fn routed(&self, balancer: &str) -> &[&'a TargetGroup] {
        let routed = self.lookups.routed.get_or_init(|| {
            let mut routed: BTreeMap<&str, Vec<&TargetGroup>> = BTreeMap::new();
            for group in self.rows::<TargetGroup>() {
                for arn in &group.load_balancers {
                    routed.entry(arn.as_str()).or_default().push(group);
                }
            }
            routed
        });
        routed.get(balancer).map_or(&[], Vec::as_slice)
    }

    /// An attribute of a balancer: unknown where its attributes were not read, none where AWS has no such one.
    pub(super) fn attribute(&self, balancer: &str, name: &str) -> Result<Option<&'a str>, Unread> {
        let attributes = self
            .lookups
            .attributes
            .get_or_init(|| self.rows().map(|row: &BalancerAttributes| (row.of.as_str(), &row.values)).collect());
        if !self.trusts(Kind::BalancerAttributes, Part::Of(balancer.into())) {
            return Err(Unread);
        }
        Ok(attributes.get(balancer).and_then(|values| values.get(name)).map(|value| &**value))
    }

    /// The number that a group would launch now; none where it launches from no template.
    pub(super) fn wanted_version(&self, group: &Group) -> Result<Option<(&'a LaunchTemplate, i64)>, Unread> {
        let Some((name, written)) =
            group.launch_source.as_ref().and_then(|source| Some((&source.name, source.version.as_ref()?)))
        else {
            return Ok(None);
        };
        let template = self.template(name).ok_or(Unread)?;
        template.number_of(written).map(|number| Some((template, number))).ok_or(Unread)
    }

    /// An alarm by its name.
    pub(super) fn alarm(&self, name: &str) -> Option<&'a Alarm> {
        let alarms =
            self.lookups.alarms.get_or_init(|| self.rows().map(|row: &Alarm| (row.name.as_str(), row)).collect());
        alarms.get(name).copied()
    }

    /// The first composite that an alarm is part of.
    pub(super) fn composite_of(&self, name: &str) -> Option<&'a str> {
        let composites = self.lookups.composites.get_or_init(|| {
            let mut composites: BTreeMap<&str, &str> = BTreeMap::new();
            for composite in self.rows::<Alarm>() {
                for part in composite.parts() {
                    let first = composites.entry(part).or_insert(composite.name.as_str());
                    *first = (*first).min(composite.name.as_str());
                }
            }
            composites
        });
        composites.get(name).copied()
    }

    /// What of a member is not what its group would launch now: its version, image or type.
    pub(super) fn drift(&self, group: &Group, member: &Member, instance: &Instance) -> Value {
        let (template, wanted) = match self.wanted_version(group) {
            Ok(Some(wanted)) => wanted,
            Ok(None) => return Value::None,
            Err(Unread) => return Value::Unknown,
        };
        let own = member.template_version.as_deref().and_then(|version| version.parse::<i64>().ok());
        let mut words = match own {
            Some(own) if own == wanted => return Value::None,
            Some(own) => vec![format!("v{own}, now v{wanted}")],
            None => vec!["not of the template".to_owned()],
        };
        if let Some(version) = self.template_version(template, wanted) {
            let differs = |wanted: Option<&str>, own: Option<&str>| wanted.is_some_and(|wanted| Some(wanted) != own);
            let image = instance.image.as_ref().map(|image| image.as_str());
            if differs(version.image.as_ref().map(|image| image.as_str()), image) {
                words.push("other image".to_owned());
            }
            if differs(version.instance_type.as_deref(), Some(&instance.instance_type)) {
                words.push("other type".to_owned());
            }
        }
        words.join(", ").into()
    }
}

/// It was not read, or cannot be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unread;
