//! What a name means: a zone by name or id, a region, a database.
//!
//! Must stay true: nothing is guessed; a name of two things is refused with the ARNs.

use std::collections::BTreeSet;

use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::id::{Arn, Region, ZoneName};
use crate::judge::Picture;
use crate::listing::{UnknownName, escape};

/// What was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meant {
    Zones(Region, Vec<ZoneName>),
    Region(Region),
    /// By its identifier.
    Database(Region, String),
}

impl Meant {
    /// Where it is.
    pub(super) fn region(&self) -> &Region {
        match self {
            Self::Zones(region, _) | Self::Region(region) | Self::Database(region, _) => region,
        }
    }
}

/// Zones of one region, by name or id.
pub(super) fn zones(picture: &Picture, names: &[String]) -> Result<Meant, String> {
    let all = || {
        let regions = picture.judgement.regions.iter();
        regions.flat_map(|(region, judged)| judged.zones.iter().map(move |zone| (region, zone)))
    };
    let mut found: BTreeSet<(&Region, &ZoneName)> = BTreeSet::new();
    for name in names {
        let here = all().filter(|(_, zone)| zone.name.as_str() == name || zone.id.as_str() == name);
        let mut here: Vec<(&Region, &ZoneName)> = here.map(|(region, zone)| (region, &zone.name)).collect();
        match (here.pop(), here.is_empty()) {
            (Some(one), true) => {
                found.insert(one);
            }
            (Some((_, other)), false) => {
                let names: Vec<&str> = here.iter().map(|(_, zone)| zone.as_str()).chain([other.as_str()]).collect();
                return Err(format!("zone `{}` is {}: name one of them", escape(name), names.join(" and ")));
            }
            (None, _) if all().next().is_none() => return Err("no zone is known: they could not be read".to_owned()),
            (None, _) => {
                let valid = all().flat_map(|(_, zone)| [zone.name.to_string(), zone.id.to_string()]);
                return Err(UnknownName::new("zone", name, valid).to_string());
            }
        }
    }
    let regions: BTreeSet<&Region> = found.iter().map(|(region, _)| *region).collect();
    match (regions.first(), regions.len()) {
        (Some(region), 1) => {
            Ok(Meant::Zones((*region).clone(), found.iter().map(|(_, zone)| (*zone).clone()).collect()))
        }
        _ => Err("zones of several regions: ask for one region at a time".to_owned()),
    }
}

/// A region that is looked at.
pub(super) fn region(picture: &Picture, names: &[String]) -> Result<Meant, String> {
    let name = only("region", names)?;
    let found = picture.judgement.regions.keys().find(|region| region.as_str() == name);
    found.cloned().map(Meant::Region).ok_or_else(|| {
        UnknownName::new("region", name, picture.judgement.regions.keys().map(ToString::to_string)).to_string()
    })
}

/// A DB instance, cluster or global cluster, by its identifier or ARN.
pub(super) fn database(picture: &Picture, names: &[String]) -> Result<Meant, String> {
    let name = only("database", names)?;
    let known = databases(picture);
    let of_name = |(_, id, arn): &&Known| id == name || arn.as_deref() == Some(name);
    let found: Vec<&Known> = known.iter().filter(of_name).collect();
    match found.as_slice() {
        [] if known.is_empty() => Err("no database is known here".to_owned()),
        [] => Err(UnknownName::new("database", name, known.iter().map(|(_, id, _)| id.clone())).to_string()),
        [(region, id, _)] => Ok(Meant::Database(region.clone(), id.clone())),
        several => {
            let words =
                several.iter().map(|(region, id, arn)| arn.clone().unwrap_or_else(|| format!("{id} in {region}")));
            Err(format!("database `{}` is {}: name its ARN", escape(name), words.collect::<Vec<_>>().join(" and ")))
        }
    }
}

/// Region, identifier, ARN.
type Known = (Region, String, Option<String>);

/// Everything that can be asked about as a database. A global cluster is asked about where it writes, and told by its region.
fn databases(picture: &Picture) -> Vec<Known> {
    let mut known = Vec::new();
    for region in picture.estate.scope() {
        let now = picture.taken_at;
        let mut add = |id: &str, arn: Option<&Arn>| {
            known.push((region.clone(), id.to_owned(), arn.map(ToString::to_string)));
        };
        picture.estate.table::<Database>(region, now).known().for_each(|row| add(row.id.as_str(), row.arn.as_ref()));
        let clusters: Vec<&Cluster> = picture.estate.table::<Cluster>(region, now).known().collect();
        clusters.iter().for_each(|row| add(row.id.as_str(), row.arn.as_ref()));
        for global in picture.estate.table::<GlobalCluster>(region, now).known() {
            let writes_here = global
                .members
                .iter()
                .filter(|member| member.writer)
                .any(|member| clusters.iter().any(|cluster| cluster.arn.as_ref() == Some(&member.cluster)));
            if writes_here {
                add(global.id.as_str(), global.arn.as_ref());
            }
        }
    }
    known
}

fn only<'a>(what: &str, names: &'a [String]) -> Result<&'a str, String> {
    match names {
        [name] => Ok(name),
        _ => Err(format!("one {what} at a time")),
    }
}
