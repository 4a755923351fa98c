//! Which region stands in for which: the one that holds the copies of the other's data.

use std::collections::BTreeMap;

use crate::estate::database::{Database, GlobalCluster};
use crate::id::{Arn, Region};

use super::Scene;

/// The regions that stand in for others, as far as their data says, each with the region that it stands in for.
pub(super) fn stand_ins(scene: &Scene<'_>) -> BTreeMap<Region, Region> {
    let mut pairs = BTreeMap::new();
    for region in scene.regions() {
        for database in scene.rows_in::<Database>(region) {
            let source = database.replica_of.as_deref().filter(|source| source.starts_with("arn:"));
            if let Some(source) = source.and_then(|arn| Arn::from(arn).region()) {
                pairs.insert(region.clone(), source);
            }
        }
        for global in scene.rows_in::<GlobalCluster>(region) {
            let home = global.members.iter().find(|member| member.writer).and_then(|member| member.cluster.region());
            let Some(home) = home else { continue };
            let others = global.members.iter().filter(|member| !member.writer);
            pairs.extend(others.filter_map(|member| Some((member.cluster.region()?, home.clone()))));
        }
    }
    pairs.retain(|stand_in, home| stand_in != home);
    pairs
}
