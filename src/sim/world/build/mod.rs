//! Builds a world from its document.
//!
//! Owns: the step from a description to things with ids, ARNs and relations, already steady at the start. Knows: the
//! physics, by which instances are launched as later ones will be. Must stay true: the same document, seed and start
//! give the same world; whatever the document gets wrong is refused with its path.

mod alarms;
mod attributes;
mod balancing;
mod classic;
mod clusters;
mod databases;
mod dns;
mod fleet;
mod generate;
mod groups;
mod left;
mod members;
mod network;
mod past;
mod policies;
mod site;
mod snapshots;
mod templates;
mod trail;

use std::collections::{BTreeMap, VecDeque};

use super::document::{Format, RegionDoc, WorldDocument, WorldError};
use super::{History, Mint, Origin, Region, RegionName, SupportPlan, World, Zone, ZoneId, ZoneName, ZoneState};
use crate::sim::physics::Schedule;
use crate::sim::scenario::LoadCurve;
use site::Site;

impl World {
    /// The document of the built-in world.
    pub const BUILTIN: &str = include_str!("../builtin.toml");

    /// The built-in world: two regions, some eight services, about 120 instances.
    ///
    /// # Errors
    /// None but what [`World::from_document`] gives, which its test excludes.
    pub fn builtin(origin: Origin) -> Result<Self, WorldError> {
        Self::from_document(Self::BUILTIN, Format::Toml, origin)
    }

    /// The world that `text` describes, steady, at `origin`.
    ///
    /// # Errors
    /// [`WorldError`] with line and column, or with the path of what contradicts itself or AWS.
    pub fn from_document(text: &str, format: Format, origin: Origin) -> Result<Self, WorldError> {
        Self::of(&WorldDocument::parse(text, format)?, origin)
    }

    /// The world of a document that was read already.
    ///
    /// # Errors
    /// [`WorldError::Invalid`] with the path of what contradicts itself or AWS.
    pub fn of(document: &WorldDocument, origin: Origin) -> Result<Self, WorldError> {
        let mut world = empty(document, origin)?;
        let regions = generate::regions(document, origin.seed)?;
        // A region is what is written about it, and as many cells as its counts need.
        let mut parts: Vec<(&str, RegionDoc)> = Vec::new();
        for (name, doc) in &regions {
            let cells = generate::cells(name, doc, origin.seed);
            build_region(&mut world, name, doc, &cells)?;
            parts.push((name, doc.clone()));
            parts.extend(cells.into_iter().map(|cell| (name.as_str(), cell)));
        }
        for (name, doc) in &parts {
            databases::link_replicas(&mut world, name, doc)?;
            databases::check_uses(&world, name, doc)?;
        }
        clusters::build_globals(&mut world, document)?;
        dns::build_hosted_zones(&mut world, document)?;
        world.begin();
        Ok(world)
    }
}

fn empty(document: &WorldDocument, origin: Origin) -> Result<World, WorldError> {
    let account = document.account.clone();
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WorldError::invalid("account", format!("\"{account}\" has not twelve digits")));
    }
    let mut mint = Mint::new(origin.seed);
    let role = document.caller_role.as_deref().unwrap_or("ops");
    let session = "on-call";
    Ok(World {
        alias: document.alias.clone(),
        support: support(document)?,
        caller_arn: format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
        caller_id: format!("AROA{}:{session}", mint.letters(17)),
        account,
        now: origin.start,
        started_at: origin.start,
        seed: origin.seed,
        mint,
        regions: BTreeMap::new(),
        global_clusters: BTreeMap::new(),
        hosted_zones: BTreeMap::new(),
        load: LoadCurve::constant(),
        timeline: Default::default(),
        schedule: Schedule::default(),
        faults: Vec::new(),
        writes: 0,
        late_metrics_s: History::default(),
    })
}

fn support(document: &WorldDocument) -> Result<SupportPlan, WorldError> {
    let Some(text) = &document.support else { return Ok(SupportPlan::Basic) };
    site::word("support", text, SupportPlan::ALL, SupportPlan::as_str)
}

fn build_region(world: &mut World, name: &str, doc: &RegionDoc, cells: &[RegionDoc]) -> Result<(), WorldError> {
    let region = empty_region(name, doc)?;
    world.regions.insert(region.name.clone(), region);
    let start = world.now;
    let mut site = Site::new(world, RegionName::from(name), start)?;
    site.build_network(doc)?;
    site.build_things(doc)?;
    for cell in cells {
        site.build_network(cell)?;
        site.build_things(cell)?;
    }
    site.build_trail(doc)
}

impl Site<'_> {
    fn build_things(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        self.build_services(doc)?;
        self.build_images(doc)?;
        self.build_templates(doc)?;
        self.build_target_groups(doc)?;
        self.build_balancers(doc)?;
        self.build_classic(doc)?;
        self.build_groups(doc)?;
        self.build_instances(doc)?;
        self.build_snapshots(doc)?;
        self.build_databases(doc)?;
        self.build_clusters(doc)?;
        self.build_past(doc)?;
        self.build_alarms(doc)?;
        self.connect_policies(doc)
    }
}

fn empty_region(name: &str, doc: &RegionDoc) -> Result<Region, WorldError> {
    let mut zones = BTreeMap::new();
    for (zone, id) in &doc.zones {
        let path = format!("regions.{name}.zones");
        if !zone.starts_with(name) {
            return Err(WorldError::invalid(path, format!("\"{zone}\" is no zone of {name}: its name must begin so")));
        }
        if zones.values().any(|other: &Zone| other.id == **id) {
            return Err(WorldError::invalid(path, format!("two zones have the id \"{id}\"")));
        }
        zones.insert(
            ZoneName::from(zone.as_str()),
            Zone {
                name: ZoneName::from(zone.as_str()),
                id: ZoneId::from(id.as_str()),
                state: ZoneState::Available,
                group_name: format!("{name}-zg-1"),
                causes: super::ZoneCauses::default(),
            },
        );
    }
    if zones.is_empty() {
        return Err(WorldError::invalid(format!("regions.{name}.zones"), "a region has one zone at least"));
    }
    Ok(Region {
        name: RegionName::from(name),
        zones,
        vpcs: BTreeMap::new(),
        subnets: BTreeMap::new(),
        route_tables: BTreeMap::new(),
        nat_gateways: BTreeMap::new(),
        addresses: BTreeMap::new(),
        images: BTreeMap::new(),
        snapshots: BTreeMap::new(),
        templates: BTreeMap::new(),
        instances: BTreeMap::new(),
        volumes: BTreeMap::new(),
        groups: BTreeMap::new(),
        balancers: BTreeMap::new(),
        target_groups: BTreeMap::new(),
        classic_balancers: BTreeMap::new(),
        databases: BTreeMap::new(),
        clusters: BTreeMap::new(),
        subnet_groups: BTreeMap::new(),
        db_events: VecDeque::new(),
        alarms: BTreeMap::new(),
        managed_resources: BTreeMap::new(),
        zonal_shifts: Vec::new(),
        autoshifts: Vec::new(),
        zone_watches: BTreeMap::new(),
        autoshift_observer: doc.autoshift_observer,
        trail: super::Trail::default(),
        notices: super::Notices::default(),
        causes: super::RegionCauses::default(),
        services: BTreeMap::new(),
        restless: super::Restless::default(),
        tokens: std::collections::VecDeque::new(),
        ledger: super::super::ledger::Ledger::default(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::{AlarmState, InstanceState, SimTime, TargetState};
    use super::*;

    const ORIGIN: Origin = Origin { seed: 7, start: SimTime::from_seconds(1_795_230_862) };

    #[test]
    fn the_builtin_world_is_one_worth_looking_at() {
        let world = World::builtin(ORIGIN).unwrap();
        let instances: usize = world.regions.values().map(|region| region.instances.len()).sum();
        let alarms: usize = world.regions.values().map(|region| region.alarms.len()).sum();
        assert!((110..=130).contains(&instances), "{instances} instances");
        assert!((38..=46).contains(&alarms), "{alarms} alarms");
        for region in world.regions.values() {
            assert_eq!(region.zones.len(), 3);
            let ids: Vec<_> = region.zones.values().map(|zone| zone.id.as_str()).collect();
            assert!(!ids.is_sorted(), "names and ids of zones must not match alphabetically");
        }
    }

    #[test]
    fn a_calm_world_begins_steady_and_stays_so() {
        let mut world = World::builtin(ORIGIN).unwrap();
        for hours in [0, 3] {
            world.advance_to(ORIGIN.start + std::time::Duration::from_secs(hours * 3600));
            for region in world.regions.values() {
                let resting = |alarm: &&crate::sim::world::Alarm| alarm.state == AlarmState::Alarm;
                let firing: Vec<_> =
                    region.alarms.values().filter(resting).map(|alarm| (&alarm.name, &alarm.reason)).collect();
                assert!(firing.is_empty(), "{hours} h: {firing:?}");
                for group in region.groups.values() {
                    assert_eq!(
                        group.in_service(),
                        usize::try_from(group.desired).unwrap(),
                        "{hours} h: {}",
                        group.name
                    );
                }
                for group in region.target_groups.values() {
                    for target in group.targets.values() {
                        assert_eq!(target.state, TargetState::Healthy, "{hours} h: {} {target:?}", group.name);
                    }
                }
                let odd = region.instances.values().filter(|instance| {
                    !matches!(
                        instance.state,
                        InstanceState::Running | InstanceState::Stopped | InstanceState::Terminated
                    )
                });
                assert_eq!(odd.count(), 0, "{hours} h");
            }
        }
    }

    #[test]
    fn equal_seeds_give_equal_worlds_whatever_the_steps() {
        let run = |seed: u64, steps: &[u64]| {
            let mut world = World::builtin(Origin { seed, ..ORIGIN }).unwrap();
            let victim =
                world.regions.values().next().unwrap().groups["web-asg"].members.keys().next().unwrap().clone();
            world.terminate_member(victim.as_str()).unwrap();
            for step in steps {
                world.advance_to(world.now + std::time::Duration::from_secs(*step));
            }
            crate::sim::state::document(&world).to_string()
        };
        let whole = run(7, &[600]);
        assert_eq!(whole, run(7, &[600]), "same seed, same world");
        assert_eq!(whole, run(7, &[30; 20]), "twenty times 30 s is 600 s");
        assert_eq!(whole, run(7, &[1, 4, 595]));
        assert_ne!(whole, run(8, &[600]), "another seed, another world");
    }

    /// A valid document in which one text is replaced by another: what is wrong is said with its path.
    #[test]
    fn contradictions_are_answered_with_their_path() {
        let rows = [
            ("account = \"123456789012\"", "account = \"12345\"", "account: \"12345\" has not twelve digits"),
            (
                "us-east-1a = \"use1-az6\"",
                "us-west-1a = \"use1-az6\"",
                "regions.us-east-1.zones: \"us-west-1a\" is no zone of us-east-1",
            ),
            (
                "zone = \"us-east-1b\"\nimage",
                "zone = \"us-east-1e\"\nimage",
                "regions.us-east-1.instances[0].zone: there is no zone \"us-east-1e\" in us-east-1; it has us-east-1a, us-east-1b, us-east-1c",
            ),
            (
                "template = \"web\"",
                "template = \"wbe\"",
                "regions.us-east-1.groups[0].template: there is no launch template called \"wbe\"; did you mean \"web\"?",
            ),
            (
                "version = \"3\"",
                "version = \"4\"",
                "regions.us-east-1.groups[0].version: template \"web\" has no version 4",
            ),
            (
                "desired = 21",
                "desired = 37",
                "regions.us-east-1.groups[0]: min 12 <= desired 37 <= max 36 does not hold",
            ),
            (
                "suspended = [\"AZRebalance\"]",
                "suspended = [\"AZRebalancing\"]",
                "regions.us-east-1.groups[5].suspended: \"AZRebalancing\" is none of Launch, Terminate",
            ),
            (
                "breach = \"> 400\"",
                "breach = \"above 400\"",
                "regions.us-east-1.alarms[0].breach: a metric alarm breaches at",
            ),
            (
                "ALARM(\"web-5xx\") OR",
                "ALARM(\"web-6xx\") OR",
                "regions.us-east-1.alarms[10].rule: there is no alarm called \"web-6xx\"",
            ),
            (
                "slow_start.duration_seconds",
                "slow_start.duration",
                "regions.us-east-1.target_groups[1].attributes: no attribute \"slow_start.duration\"; did you mean \"slow_start.duration_seconds\"?",
            ),
            (
                "standby_zone = \"us-east-1c\"",
                "standby_zone = \"us-east-1a\"",
                "regions.us-east-1.databases[0].standby_zone: the standby stands in another zone",
            ),
            (
                "uses = { orders = 0.7 }",
                "uses = { order = 0.7 }",
                "regions.us-east-1.services[1].uses: there is no database or cluster \"order\" in us-east-1; did you mean \"orders\"?",
            ),
            (
                "replica_of = \"us-east-1/orders\"",
                "replica_of = \"us-east-1/order\"",
                "regions.us-west-2.databases[0].replica_of: there is no database \"order\" in us-east-1",
            ),
            (
                "us-west-2/catalog-west\"]",
                "us-west-2/catalog\"]",
                "global_clusters[0].members: there is no cluster \"us-west-2/catalog\"",
            ),
        ];
        for (old, new, expected) in rows {
            assert!(World::BUILTIN.contains(old), "{old}");
            let error = World::from_document(&World::BUILTIN.replacen(old, new, 1), Format::Toml, ORIGIN)
                .unwrap_err()
                .to_string();
            assert!(error.starts_with(&format!("world: {expected}")), "{error}");
        }
    }

    #[test]
    fn a_world_in_json_is_the_same_world() {
        let value: serde_json::Value = toml::from_str(World::BUILTIN).unwrap();
        let json = World::from_document(&value.to_string(), Format::Json, ORIGIN).unwrap();
        let toml = World::builtin(ORIGIN).unwrap();
        assert_eq!(crate::sim::state::document(&json), crate::sim::state::document(&toml));
    }
}
