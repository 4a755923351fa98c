//! A group by hand, for the tests of this folder.
#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::assess;
use crate::estate::alarm::Series;
use crate::estate::balancer::Target;
use crate::estate::group::{Activity, Group, Hook, StandbyEntry};
use crate::estate::query::Query;
use crate::estate::{Estate, Row, Slice, SliceId, Update};
use crate::id::Region;
use crate::judge::Policy;
use crate::judge::index::Index;
use crate::judge::sight::Sight;
use crate::judge::verdict::Assessment;

/// A group and what is known around it.
pub(crate) struct Around {
    pub(crate) group: Json,
    pub(crate) activities: Vec<Json>,
    /// Activities of weeks ago that put members in Standby.
    pub(crate) standby: Vec<Json>,
    pub(crate) hooks: Option<Vec<Hook>>,
    pub(crate) targets: Vec<Json>,
    pub(crate) cpu: Option<f64>,
}

impl Around {
    pub(crate) fn of(group: Json) -> Self {
        Self { group, activities: Vec::new(), standby: Vec::new(), hooks: None, targets: Vec::new(), cpu: None }
    }

    /// The verdict at 03:14:00Z.
    pub(crate) fn assess(&self) -> Assessment {
        let now: Timestamp = "2026-11-21T03:14:00Z".parse().unwrap();
        let group: Group = serde_json::from_value(self.group.clone()).unwrap();
        let region = Region::from("us-east-1");
        let mut estate = Estate::new(vec![region.clone()]);
        let mut put = |id, rows| estate.apply(Update::part(id, Slice::read(rows, now)));
        put(SliceId::all(&region, Group::KIND), Group::rows(vec![group.clone()]));
        let targets: Vec<Target> = serde_json::from_value(Json::Array(self.targets.clone())).unwrap();
        put(SliceId::of(&region, Target::KIND, "tg"), Target::rows(targets));
        let activities: Vec<Activity> = serde_json::from_value(Json::Array(self.activities.clone())).unwrap();
        put(SliceId::all(&region, Activity::KIND), Activity::rows(activities));
        let old: Vec<Activity> = serde_json::from_value(Json::Array(self.standby.clone())).unwrap();
        let entries = old.iter().filter_map(Activity::standby_entry).collect();
        put(SliceId::of(&region, StandbyEntry::KIND, "web"), StandbyEntry::rows(entries));
        if let Some(hooks) = &self.hooks {
            put(SliceId::of(&region, Hook::KIND, "web"), Hook::rows(hooks.clone()));
        }
        if let Some(cpu) = self.cpu {
            let query = Query::of_group(&group.name);
            let points = vec![(now - jiff::SignedDuration::from_mins(2), cpu)];
            let series = Series { id: "all".into(), metric: query.metric, statistic: query.statistic, points };
            put(SliceId::of(&region, Series::KIND, "all"), Series::rows(vec![series]));
        }
        let (index, policy) = (Index::new(&estate, &region, now), Policy::default());
        assess(&group, &Sight::new(&estate, &region, &index, &policy, now))
    }
}

/// A group of `desired` with as many in service as said, `i-0` and so on.
pub(crate) fn group(in_service: usize, desired: usize, more: Json) -> Json {
    let members: Vec<Json> = (0..in_service).map(|n| member(&format!("i-{n}"), "InService")).collect();
    let mut group = json!({
        "name": "web", "min": 1, "desired": desired, "max": 9, "zones": [], "subnets": [], "members": members,
        "target_groups": ["tg"], "classic_balancers": [], "health_check": "EC2,ELB", "suspended": {}, "tags": [],
    });
    if let (Some(group), Some(more)) = (group.as_object_mut(), more.as_object()) {
        group.extend(more.clone());
    }
    group
}

pub(crate) fn member(id: &str, state: &str) -> Json {
    json!({"instance": id, "zone": "us-east-1a", "state": state, "healthy": true, "protected": false})
}
