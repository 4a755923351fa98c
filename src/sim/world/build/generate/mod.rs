//! Worlds by number: descriptions of regions for as many things as a document counts.
//!
//! Owns: the step from counts to descriptions, which are built as written ones are. Must stay true: equal seeds and
//! counts give equal descriptions; a region's part is cut into cells, each in a VPC of its own with room for it.

mod cell;
mod names;
mod regions;

use std::collections::BTreeMap;

use super::super::document::{GenerateDoc, RegionDoc, WorldDocument, WorldError};
use super::super::random;
use regions::REGIONS;

type Count = fn(&GenerateDoc) -> u32;

/// The most that one region is asked for, of each count.
const MOST: &[(&str, Count, u32)] = &[
    ("groups", |doc| doc.groups, 5_000),
    ("instances", |doc| doc.instances, 200_000),
    ("target_groups", |doc| doc.target_groups, 5_000),
    ("standalone", |doc| doc.standalone, 5_000),
    ("databases", |doc| doc.databases, 1_000),
    ("alarms", |doc| doc.alarms, 20_000),
];

/// The most instances of a whole world: more would not fit into the memory of a laptop.
const MOST_INSTANCES: u64 = 400_000;

/// Adds the regions that a document counts, and zones to those whose zones it leaves to AWS.
pub(super) fn regions(document: &WorldDocument, seed: u64) -> Result<BTreeMap<String, RegionDoc>, WorldError> {
    let mut regions = document.regions.clone();
    if let Some(generate) = &document.generate {
        let free: Vec<&str> =
            REGIONS.iter().map(|known| known.name).filter(|name| !regions.contains_key(*name)).collect();
        let wanted = usize::try_from(generate.regions).unwrap_or(usize::MAX);
        if wanted > free.len() {
            let message = format!("{wanted} is more than the {} regions that are left", free.len());
            return Err(WorldError::invalid("generate.regions", message));
        }
        for name in free.into_iter().take(wanted) {
            let doc = RegionDoc { generate: Some(generate.each.clone()), ..RegionDoc::default() };
            regions.insert(name.to_owned(), doc);
        }
    }
    let mut instances = 0;
    for (name, doc) in &mut regions {
        if doc.zones.is_empty() && doc.generate.is_some() {
            doc.zones = zones(name, seed);
        }
        if let Some(generate) = &doc.generate {
            check(name, generate)?;
            instances += u64::from(generate.instances);
        }
    }
    if instances > MOST_INSTANCES {
        let message = format!("{instances} instances in all are more than {MOST_INSTANCES}");
        return Err(WorldError::invalid("generate", message));
    }
    Ok(regions)
}

fn check(region: &str, doc: &GenerateDoc) -> Result<(), WorldError> {
    let path = |key: &str| format!("regions.{region}.generate.{key}");
    for (key, count, most) in MOST {
        let count = count(doc);
        if count > *most {
            return Err(WorldError::invalid(path(key), format!("{count} is more than {most}")));
        }
    }
    if doc.groups == 0 && doc.instances > 0 {
        return Err(WorldError::invalid(path("instances"), "they are members of groups: one group at least"));
    }
    if doc.alarms > 0 && doc.groups == 0 {
        return Err(WorldError::invalid(path("alarms"), "they watch groups: one group at least"));
    }
    Ok(())
}

/// The zones of a region that AWS has. Which letter means which place is another in each account (`aws-domain.md B.3`).
fn zones(region: &str, seed: u64) -> BTreeMap<String, String> {
    let Some(known) = REGIONS.iter().find(|known| known.name == region) else { return BTreeMap::new() };
    let turn = usize::try_from(1 + random::below(seed, &["zones", region], 2)).unwrap_or(1);
    let numbers = known.zones.iter().cycle().skip(turn);
    let letters = ["a", "b", "c"].iter().take(known.zones.len());
    letters
        .zip(numbers)
        .map(|(letter, number)| (format!("{region}{letter}"), format!("{}-az{number}", known.prefix)))
        .collect()
}

/// The cells of a region: what its counts stand for, in parts that fit into one VPC each.
pub(super) fn cells(region: &str, doc: &RegionDoc, seed: u64) -> Vec<RegionDoc> {
    let Some(counts) = &doc.generate else { return Vec::new() };
    cell::all(region, doc, counts, seed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::super::super::{AlarmState, Format, Origin, SimTime, TargetState, World};
    use super::*;

    const ORIGIN: Origin = Origin { seed: 7, start: SimTime::from_seconds(1_795_230_862) };

    fn world(text: &str, seed: u64) -> Result<World, WorldError> {
        World::from_document(&format!("account = \"123456789012\"\n{text}"), Format::Toml, Origin { seed, ..ORIGIN })
    }

    const COUNTED: &str = r#"
[generate]
regions = 3
each = { instances = 40, groups = 4, target_groups = 2 }
[regions.us-west-2.generate]
instances = 300
groups = 20
target_groups = 22
standalone = 7
databases = 8
alarms = 90
"#;

    #[test]
    fn a_world_by_number_has_what_was_counted_and_is_steady() {
        let mut world = world(COUNTED, 7).unwrap();
        let names: Vec<&str> = world.regions.keys().map(|name| name.as_str()).collect();
        assert_eq!(names, ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"]);
        world.advance_to(ORIGIN.start + Duration::from_secs(1800));
        let region = &world.regions["us-west-2"];
        let members = region.instances.values().filter(|instance| instance.group.is_some()).count();
        assert_eq!(
            (members, region.instances.len(), region.groups.len(), region.target_groups.len()),
            (300, 307, 20, 22)
        );
        assert_eq!(
            (region.databases.len(), region.alarms.len(), world.regions["eu-west-1"].instances.len()),
            (8, 90, 40)
        );
        assert_eq!(region.databases.values().filter(|database| database.replica_source.is_some()).count(), 2);
        let firing = region.alarms.values().filter(|alarm| alarm.state == AlarmState::Alarm).count();
        let targets = region.target_groups.values().flat_map(|group| group.targets.values());
        let unhealthy = targets.filter(|target| target.state != TargetState::Healthy).count();
        assert_eq!((firing, unhealthy), (0, 0));
        for region in world.regions.values() {
            let ids: Vec<&str> = region.zones.values().map(|zone| zone.id.as_str()).collect();
            assert!(ids.len() >= 2 && !ids.is_sorted(), "{ids:?}: names and ids do not match");
        }
    }

    #[test]
    fn equal_seeds_and_counts_give_equal_worlds() {
        let state = |seed| crate::sim::state::document(&world(COUNTED, seed).unwrap()).to_string();
        assert_eq!(state(7), state(7));
        assert_ne!(state(7), state(8));
    }

    /// A VPC has 65,536 addresses at most: what would not fit into one, as many launches besides, goes into several.
    #[test]
    fn there_is_room_for_as_many_again() {
        let text = "account = \"1\"\n[regions.us-east-1.generate]\ninstances = 100_000\ngroups = 2_000\n";
        let regions = regions(&WorldDocument::parse(text, Format::Toml).unwrap(), 7).unwrap();
        let cells = cells("us-east-1", &regions["us-east-1"], 7);
        let members: Vec<u32> = cells.iter().map(|cell| cell.groups.iter().map(|group| group.desired).sum()).collect();
        assert_eq!((members.len(), members.iter().sum::<u32>()), (5, 100_000));
        assert!(members.iter().all(|members| *members < 3 * 16_379 / 2), "{members:?}");
        let networks: Vec<u8> = cells.iter().map(|cell| cell.network).collect();
        assert_eq!(networks, [64, 65, 66, 67, 68]);
    }

    #[test]
    fn absurd_counts_are_answered_with_their_place() {
        let rows = [
            (
                "[regions.us-east-1.generate]\ninstances = -5\n",
                "world: line 3, column 13: invalid value: integer `-5`, expected u32",
            ),
            (
                "[regions.us-east-1.generate]\ninstances = 5\n",
                "world: regions.us-east-1.generate.instances: they are members of groups",
            ),
            (
                "[regions.us-east-1.generate]\ngroups = 1\ninstances = 9_000_000\n",
                "world: regions.us-east-1.generate.instances: 9000000 is more than 200000",
            ),
            ("[generate]\nregions = 60\n", "world: generate.regions: 60 is more than the 32 regions that are left"),
            (
                "[generate]\nregions = 4\neach = { groups = 9, instances = 200_000 }\n",
                "world: generate: 800000 instances in all are more than 400000",
            ),
            (
                "[regions.moon-north-1.generate]\ngroups = 1\n",
                "world: regions.moon-north-1.zones: a region has one zone at least",
            ),
        ];
        for (text, expected) in rows {
            let message = world(text, 7).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
