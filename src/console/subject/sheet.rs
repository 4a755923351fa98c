//! All that is known of one thing, in sections of named fields.
//!
//! Owns: [`Sheet`] and how a row of the estate becomes fields. Depends on: the estate's own serialisation, so that a field added
//! to a row shows here by itself. Must stay true: what AWS did not say is `-`, what could not be read is `?` with its reason.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;

use crate::estate::group::Activity;
use crate::estate::{Kind, Row, Slice};
use crate::judge::verdict::reason_untrusted;
use crate::judge::{Assessment, Picture, age_words};

use super::relation::{self, Relation};
use super::{Subject, SubjectKind, beside, find, lately};

/// One named field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name, as the documents have it, with spaces.
    pub name: String,
    /// Its value; none where AWS said nothing.
    pub value: Option<String>,
}

/// Fields that belong together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Section {
    /// What they are.
    pub title: String,
    /// When they were read.
    pub read_at: Option<Timestamp>,
    /// Why they cannot be trusted, where they cannot.
    pub distrust: Option<String>,
    /// The fields.
    pub fields: Vec<Field>,
}

/// All that is known of one thing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// How it stands.
    pub assessment: Assessment,
    /// What people call it besides its id: an instance's name tag.
    pub name: Option<String>,
    /// In a word, where it has one besides its verdict: an instance's standing.
    pub standing: Option<String>,
    /// What to do next, and what it follows from, where that is known.
    pub advice: Vec<String>,
    /// What it is tied to.
    pub relations: Vec<Relation>,
    /// Its fields.
    pub sections: Vec<Section>,
}

impl Subject {
    /// All that is known of it; none where it is not there (any more).
    pub fn sheet(&self, picture: &Picture) -> Option<Sheet> {
        let (estate, region, id) = (&picture.estate, &self.region, self.id.as_str());
        let mut sections = Vec::new();
        macro_rules! own {
            ($finder:ident) => {
                if let Some((row, slice)) = find::$finder(estate, region, id) {
                    sections.push(section(self.kind.as_str(), row, slice, picture.taken_at));
                }
            };
        }
        match self.kind {
            SubjectKind::Instance => {
                own!(instance);
                own!(status);
            }
            SubjectKind::Group => own!(group),
            SubjectKind::TargetGroup => own!(target_group),
            SubjectKind::LoadBalancer => own!(load_balancer),
            SubjectKind::ClassicBalancer => own!(classic_balancer),
            SubjectKind::Database => own!(database),
            SubjectKind::Cluster => own!(cluster),
            SubjectKind::GlobalCluster => own!(global_cluster),
            SubjectKind::Alarm => own!(alarm),
            SubjectKind::Image => own!(image),
            SubjectKind::Template => own!(template),
            SubjectKind::Zone => own!(zone),
            SubjectKind::Shift => match id.strip_prefix("autoshift/").and_then(|rest| rest.split('/').next()) {
                Some(zone) => {
                    if let Some((row, slice)) = find::autoshift(estate, region, zone) {
                        sections.push(section("autoshift", row, slice, picture.taken_at));
                    }
                }
                None => own!(shift),
            },
        }
        if sections.is_empty() {
            return None;
        }
        match self.kind {
            SubjectKind::Instance => self.name_status_section(picture, &mut sections),
            SubjectKind::Group => sections.insert(0, activities(self, picture)),
            _ => {}
        }
        // A group's own activities say more than our readings of it.
        let after = usize::from(self.kind == SubjectKind::Group);
        sections.insert(after.min(sections.len()), lately::section(self, picture));
        sections.extend(beside::sections(self, picture));
        let assessment = relation::assess(self, picture);
        Some(Sheet {
            advice: lately::advice(self, &assessment, picture),
            assessment,
            name: match self.kind {
                SubjectKind::Instance => {
                    find::instance(estate, region, id).and_then(|(row, _)| row.name()).map(str::to_owned)
                }
                _ => None,
            },
            standing: relation::standing_of(self, picture),
            relations: relation::of(self, picture),
            sections,
        })
    }

    /// Status checks are a read of their own: named, and unknown where they could not be made.
    fn name_status_section(&self, picture: &Picture, sections: &mut Vec<Section>) {
        match sections.get_mut(1) {
            Some(status) => status.title = "status checks".to_owned(),
            None => {
                let distrust = picture.judgement.reason_unread(&self.region, Kind::InstanceStatuses);
                let word = if distrust.is_some() { "?" } else { "none: only running instances have checks" };
                let distrust = distrust.map(str::to_owned);
                let fields = vec![Field { name: "checks".to_owned(), value: Some(word.to_owned()) }];
                sections.push(Section { title: "status checks".to_owned(), read_at: None, distrust, fields });
            }
        }
    }
}

/// A row of the estate as a section.
fn section<T: Row + Serialize>(title: &str, row: &T, slice: &Slice, now: Timestamp) -> Section {
    Section {
        title: title.to_owned(),
        read_at: slice.read_at(),
        distrust: reason_untrusted(T::KIND.name(), &slice.trust(T::KIND.age_limit(), now)),
        fields: fields(row),
    }
}

/// What a group did last, the latest first.
fn activities(subject: &Subject, picture: &Picture) -> Section {
    let table = picture.estate.table::<Activity>(&subject.region, picture.taken_at);
    let mut latest: Vec<&Activity> = table.known().filter(|activity| activity.group.as_str() == subject.id).collect();
    latest.sort_by_key(|activity| std::cmp::Reverse(activity.started_at));
    let fields = latest.iter().take(10).map(|activity| {
        let age = Duration::try_from(picture.taken_at.duration_since(activity.started_at)).unwrap_or_default();
        let why = activity.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        Field {
            name: format!("{} ago", age_words(age)),
            value: Some(format!("{} {}{why}", activity.status, activity.description)),
        }
    });
    Section {
        title: "last activities".to_owned(),
        read_at: None,
        distrust: picture.judgement.reason_unread(&subject.region, Kind::Activities).map(str::to_owned),
        fields: fields.collect(),
    }
}

/// The fields of anything that serialises, in its own order.
fn fields(row: &impl Serialize) -> Vec<Field> {
    let Ok(Json::Object(object)) = serde_json::to_value(row) else { return Vec::new() };
    let mut fields = Vec::new();
    for (name, value) in object {
        // Members have their own place among the relations.
        if name == "members" {
            continue;
        }
        let name = name.replace('_', " ");
        match value {
            Json::Object(inner) if name == "tags" || inner.len() > 3 => {
                fields.extend(
                    inner.iter().map(|(key, value)| Field { name: format!("{name} {key}"), value: words(value) }),
                );
            }
            Json::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
                let pairs = name == "tags";
                fields.extend(items.iter().enumerate().map(|(n, item)| match item {
                    Json::Array(pair) if pairs => Field {
                        name: format!("tag {}", pair.first().and_then(words).unwrap_or_default()),
                        value: pair.get(1).and_then(words),
                    },
                    item => Field { name: if n == 0 { name.clone() } else { String::new() }, value: words(item) },
                }));
            }
            value => fields.push(Field { value: words(&value), name }),
        }
    }
    fields
}

/// A value in words; none where AWS said nothing.
fn words(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Json::Number(n) => Some(n.to_string()),
        Json::String(text) => Some(text.clone()),
        Json::Array(items) if items.is_empty() => None,
        Json::Array(items) => Some(items.iter().filter_map(words).collect::<Vec<_>>().join(", ")),
        Json::Object(object) if object.is_empty() => None,
        Json::Object(object) => {
            let words =
                object.iter().filter_map(|(key, value)| Some(format!("{} {}", key.replace('_', " "), words(value)?)));
            Some(words.collect::<Vec<_>>().join(" · "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_fields_and_what_aws_did_not_say_stays_absent() {
        #[derive(Serialize)]
        struct Thing {
            instance_type: &'static str,
            grace_s: Option<i32>,
            protected: bool,
            tags: Vec<(&'static str, &'static str)>,
        }
        let shown =
            fields(&Thing { instance_type: "m7g.large", grace_s: None, protected: false, tags: vec![("Name", "web")] });
        let shown: Vec<(&str, Option<&str>)> =
            shown.iter().map(|field| (field.name.as_str(), field.value.as_deref())).collect();
        assert_eq!(
            shown,
            [
                ("instance type", Some("m7g.large")),
                ("grace s", None),
                ("protected", Some("no")),
                ("tag Name", Some("web"))
            ]
        );
    }
}
