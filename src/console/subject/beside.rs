//! What reads of their own tell of one thing: attributes, listeners, hooks, refreshes, versions, events.
//!
//! Owns: which slices those are, and their sections. Depends on: estate. Must stay true: what is asked for is what is shown; a slice
//! that was not read says so.

use jiff::Timestamp;

use crate::estate::alarm::AlarmEvent;
use crate::estate::balancer::{BalancerAttributes, Listener, TargetGroupAttributes};
use crate::estate::database::DatabaseEvent;
use crate::estate::group::{Hook, Refresh, ScalingPolicy};
use crate::estate::image::LaunchTemplateVersion;
use crate::estate::{Kind, Row, SliceId};
use crate::judge::Picture;
use crate::judge::verdict::reason_untrusted;

use super::sheet::{Field, Section};
use super::{Subject, SubjectKind};

/// Lines of a section at most.
const MOST: usize = 20;

impl Subject {
    /// The slices that are read because somebody looks at this thing.
    pub fn slices_beside(&self) -> Vec<SliceId> {
        let kinds: &[Kind] = match self.kind {
            SubjectKind::TargetGroup => &[Kind::TargetGroupAttributes],
            SubjectKind::LoadBalancer => &[Kind::Listeners, Kind::BalancerAttributes],
            SubjectKind::ClassicBalancer => &[Kind::BalancerAttributes],
            SubjectKind::Group => &[Kind::Refreshes, Kind::Hooks],
            SubjectKind::Alarm => &[Kind::AlarmHistory],
            SubjectKind::Template => &[Kind::LaunchTemplateVersions],
            SubjectKind::Instance
            | SubjectKind::Database
            | SubjectKind::Cluster
            | SubjectKind::GlobalCluster
            | SubjectKind::Image
            | SubjectKind::Zone
            | SubjectKind::Shift => &[],
        };
        kinds.iter().map(|kind| SliceId::of(&self.region, *kind, self.id.as_str())).collect()
    }
}

/// Their sections, and those of what is read anyway.
pub(super) fn sections(subject: &Subject, picture: &Picture) -> Vec<Section> {
    let of = Beside { subject, picture };
    match subject.kind {
        SubjectKind::TargetGroup => vec![of.part("attributes", |row: &TargetGroupAttributes| attributes(&row.values))],
        SubjectKind::LoadBalancer => vec![
            of.part("listeners", |row: &Listener| vec![listener(row)]),
            of.part("attributes", |row: &BalancerAttributes| attributes(&row.values)),
        ],
        SubjectKind::ClassicBalancer => vec![of.part("attributes", |row: &BalancerAttributes| attributes(&row.values))],
        SubjectKind::Group => vec![
            of.part("instance refreshes", |row: &Refresh| vec![refresh(row)]),
            of.part("lifecycle hooks", |row: &Hook| vec![hook(row)]),
            of.all("scaling policies", |row: &ScalingPolicy| (row.group.as_str() == subject.id).then(|| policy(row))),
        ],
        SubjectKind::Alarm => {
            vec![
                of.part("what happened to it", |row: &AlarmEvent| vec![field(moment(row.at), row.summary.to_string())]),
            ]
        }
        SubjectKind::Template => vec![of.part("versions", |row: &LaunchTemplateVersion| vec![version(row)])],
        SubjectKind::Database | SubjectKind::Cluster => vec![of.all("events of RDS", |row: &DatabaseEvent| {
            (*row.source == *subject.id).then(|| field(moment(row.at), row.message.to_string()))
        })],
        SubjectKind::Instance
        | SubjectKind::GlobalCluster
        | SubjectKind::Image
        | SubjectKind::Zone
        | SubjectKind::Shift => Vec::new(),
    }
}

struct Beside<'a> {
    subject: &'a Subject,
    picture: &'a Picture,
}

impl Beside<'_> {
    /// What one slice of its own tells.
    fn part<T: Row>(&self, title: &str, lines: impl Fn(&T) -> Vec<Field>) -> Section {
        let id = SliceId::of(&self.subject.region, T::KIND, self.subject.id.as_str());
        let slice = self.picture.estate.slice(&id);
        let trust = slice.map(|slice| slice.trust(T::KIND.age_limit(), self.picture.taken_at));
        let distrust = match &trust {
            Some(trust) => reason_untrusted(T::KIND.name(), trust),
            None => Some(format!("{} not read yet", T::KIND)),
        };
        let fields = slice.into_iter().flat_map(|slice| slice.rows::<T>()).flat_map(lines).take(MOST).collect();
        Section { title: title.to_owned(), read_at: slice.and_then(|slice| slice.read_at()), distrust, fields }
    }

    /// What of a whole kind is about it, the last rows first.
    fn all<T: Row>(&self, title: &str, line: impl Fn(&T) -> Option<Field>) -> Section {
        let region = &self.subject.region;
        let slices: Vec<_> = self.picture.estate.slices(region, T::KIND).collect();
        let rows = slices.iter().flat_map(|(_, slice)| slice.rows::<T>().iter().rev());
        Section {
            title: title.to_owned(),
            read_at: slices.iter().filter_map(|(_, slice)| slice.read_at()).min(),
            distrust: self.picture.judgement.reason_unread(region, T::KIND).map(str::to_owned),
            fields: rows.filter_map(line).take(MOST).collect(),
        }
    }
}

fn field(name: String, value: String) -> Field {
    Field { name, value: Some(value) }
}

fn moment(at: Timestamp) -> String {
    at.strftime("%m-%d %H:%M:%SZ").to_string()
}

fn attributes(values: &std::collections::BTreeMap<crate::id::Text, crate::id::Text>) -> Vec<Field> {
    values.iter().map(|(name, value)| field(name.to_string(), value.to_string())).collect()
}

fn listener(row: &Listener) -> Field {
    let port = row.port.map(|port| format!(":{port}")).unwrap_or_default();
    let forwards = row.forwards.iter().map(|(arn, weight)| match weight {
        Some(weight) => format!("{} {weight}", arn.short()),
        None => arn.short().to_owned(),
    });
    let forwards: Vec<String> = forwards.collect();
    let to = if forwards.is_empty() { "forwards to no target group".to_owned() } else { forwards.join(", ") };
    field(format!("{}{port}", row.protocol.as_deref().unwrap_or("?")), to)
}

fn refresh(row: &Refresh) -> Field {
    let per_cent = row.percentage.map(|done| format!(" {done}%")).unwrap_or_default();
    let left = row.instances_left.filter(|left| *left > 0).map(|left| format!(", {left} left")).unwrap_or_default();
    let why = row.reason.as_deref().map(|words| format!(": {words}")).unwrap_or_default();
    field(row.started_at.map(moment).unwrap_or_default(), format!("{}{per_cent}{left}{why}", row.status))
}

fn hook(row: &Hook) -> Field {
    let wait = row.heartbeat_s.map(|s| format!(", waits {s} s")).unwrap_or_default();
    let then = row.default_result.as_deref().map(|word| format!(", then {word}")).unwrap_or_default();
    field(row.name.to_string(), format!("{}{wait}{then}", row.transition))
}

fn policy(row: &ScalingPolicy) -> Field {
    let tracks = row.tracks.as_ref().map(|(metric, value)| format!(" {metric} at {value}")).unwrap_or_default();
    let off = if row.enabled == Some(false) { ", switched off" } else { "" };
    field(row.name.to_string(), format!("{}{tracks}{off}", row.policy_type))
}

fn version(row: &LaunchTemplateVersion) -> Field {
    let parts = [row.image.as_ref().map(|image| image.to_string()), row.instance_type.as_deref().map(str::to_owned)];
    let made = row.created_at.map(|at| format!("of {}", at.strftime("%Y-%m-%d")));
    let words = parts.into_iter().chain([made, row.description.as_deref().map(str::to_owned)]).flatten();
    field(format!("v{}", row.number), words.collect::<Vec<_>>().join(", "))
}
