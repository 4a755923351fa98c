//! `CreateOrUpdateTags` and `DeleteTags`: tags of groups.
//!
//! Must stay true: all tags of a request are set or none; a key is there once, whether members get it or not; members that are there
//! already keep what they were born with.

use super::named;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::{Params, Request};
use crate::sim::wire::service::{region, scene};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Region, World};

/// Tags of a group, and of one key and value, are no longer.
const MOST: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

struct Tag {
    group: String,
    key: String,
    value: Option<String>,
    propagates: bool,
}

/// `CreateOrUpdateTags`.
pub(super) fn set(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let tags = tags(region(world, request)?, &request.params)?;
    for tag in &tags {
        let group = named(region(world, request)?, &tag.group)?;
        let is_new = group.tags.get(&tag.key).is_none() && group.own_tags.get(&tag.key).is_none();
        if is_new && group.tags.len() + group.own_tags.len() >= MOST {
            let words = format!("You have already reached the limit of {MOST} tags for the group {}", group.name);
            return Err(ApiError::new("LimitExceeded", words));
        }
    }
    let scene = scene(world, request)?;
    for tag in tags {
        let Some(group) = scene.region.groups.get_mut(tag.group.as_str()) else { continue };
        group.tags.remove(&tag.key);
        group.own_tags.remove(&tag.key);
        let own = if tag.propagates { &mut group.tags } else { &mut group.own_tags };
        own.set(tag.key, tag.value.unwrap_or_default());
    }
    Ok(())
}

/// `DeleteTags`: where a value is given, only with that value; what is not there is no error.
pub(super) fn delete(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let tags = tags(region(world, request)?, &request.params)?;
    let scene = scene(world, request)?;
    for tag in tags {
        let Some(group) = scene.region.groups.get_mut(tag.group.as_str()) else { continue };
        for own in [&mut group.tags, &mut group.own_tags] {
            if own.get(&tag.key).is_some_and(|there| tag.value.as_deref().is_none_or(|given| given == there)) {
                own.remove(&tag.key);
            }
        }
    }
    Ok(())
}

/// The tags of a request, the groups of which are all there.
fn tags(region: &Region, params: &Params) -> Result<Vec<Tag>, ApiError> {
    let given = params.objects("Tags");
    if given.is_empty() {
        return Err(ApiError::validation("The request must contain the parameter Tags"));
    }
    given.iter().map(|tag| read(region, tag)).collect()
}

fn read(region: &Region, tag: &Params) -> Result<Tag, ApiError> {
    let kind = tag.text("ResourceType").unwrap_or("auto-scaling-group");
    if kind != "auto-scaling-group" {
        return Err(ApiError::validation(format!("{kind} is not a valid tag resource type")));
    }
    let group = named(region, tag.required("ResourceId")?)?.name.to_string();
    let key = tag.required("Key")?.to_owned();
    let value = tag.text("Value").map(str::to_owned);
    if key.starts_with("aws:") {
        return Err(ApiError::validation("Tag keys starting with 'aws:' are reserved for internal use"));
    }
    if key.is_empty() || key.chars().count() > LONGEST_KEY {
        return Err(ApiError::validation(format!("Tag keys must have 1 to {LONGEST_KEY} characters")));
    }
    if value.as_ref().is_some_and(|value| value.chars().count() > LONGEST_VALUE) {
        return Err(ApiError::validation(format!("Tag values must have at most {LONGEST_VALUE} characters")));
    }
    Ok(Tag { group, key, value, propagates: tag.boolean("PropagateAtLaunch")?.unwrap_or(false) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::Service;
    use super::super::super::probe::{ask, run, world};
    use crate::sim::world::World;

    /// Value of a tag of the group as the listing tells it, and whether it propagates.
    fn tag(world: &World, key: &str) -> Option<(Value, Value)> {
        let groups = ask(world, Service::AutoScaling, "DescribeAutoScalingGroups", json!({})).unwrap();
        let tags = groups["AutoScalingGroups"][0]["Tags"].as_array().unwrap().clone();
        let own = tags.into_iter().find(|tag| tag["Key"] == key)?;
        Some((own["Value"].clone(), own["PropagateAtLaunch"].clone()))
    }

    #[test]
    fn a_tag_is_a_groups_own_or_its_members_too_and_goes_with_its_value_alone() {
        let mut world = world();
        let groups = ask(&world, Service::AutoScaling, "DescribeAutoScalingGroups", json!({})).unwrap();
        let name = groups["AutoScalingGroups"][0]["AutoScalingGroupName"].clone();
        let mut set = |action: &str, tag: Value| {
            let mut tag = tag;
            tag["ResourceId"] = name.clone();
            tag["ResourceType"] = json!("auto-scaling-group");
            let outcome = run(&mut world, Service::AutoScaling, action, json!({ "Tags": [tag] }));
            (outcome.err(), world.clone())
        };
        let (_, world) = set("CreateOrUpdateTags", json!({"Key": "k", "Value": "1", "PropagateAtLaunch": true}));
        assert_eq!(tag(&world, "k"), Some((json!("1"), json!(true))));
        let (_, world) = set("CreateOrUpdateTags", json!({"Key": "k", "Value": "2", "PropagateAtLaunch": false}));
        assert_eq!(tag(&world, "k"), Some((json!("2"), json!(false))), "one tag a key");
        let (_, world) = set("DeleteTags", json!({"Key": "k", "Value": "1"}));
        assert!(tag(&world, "k").is_some(), "another value is another tag");
        let (_, world) = set("DeleteTags", json!({"Key": "k"}));
        assert_eq!(tag(&world, "k"), None);
        let (refusal, _) = set("CreateOrUpdateTags", json!({"Key": "k", "Value": "x".repeat(257)}));
        assert_eq!(refusal, Some((400, "ValidationError")));
    }
}
