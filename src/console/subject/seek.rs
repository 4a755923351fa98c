//! Finding a thing by what a page or a person calls it: an ARN, an id, a name.
//!
//! Owns: how such a text is read, and where it is looked for. Depends on: the estate. Must stay true: *not there* is said only once
//! everything it could be in was read; what could not be read is named.

mod arn;

use crate::estate::alarm::Alarm;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer, TargetGroup};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::Group;
use crate::estate::image::{Image, LaunchTemplate};
use crate::estate::instance::Instance;
use crate::estate::shift::ZonalShift;
use crate::estate::zone::Zone;
use crate::estate::{Kind, Row};
use crate::id::Region;
use crate::judge::Picture;

use super::{Subject, SubjectKind};

/// What came of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// It is this.
    Found(Subject),
    /// Something that it could be in has not been read yet.
    Reading,
    /// It is one of these.
    Several(Vec<Subject>),
    /// It cannot be shown, and why: it is nowhere, elsewhere, or of a kind that is not shown.
    Refused(String),
}

/// What a text says of the thing that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted<'a> {
    /// Its kind, where the text tells.
    kind: Option<SubjectKind>,
    /// Its region, where the text tells.
    region: Option<&'a str>,
    /// Its name, id or ARN, as the account has it.
    name: &'a str,
}

/// Every kind that is looked through, and what holds it.
const WHERE: &[(SubjectKind, Kind)] = &[
    (SubjectKind::Instance, Kind::Instances),
    (SubjectKind::Group, Kind::Groups),
    (SubjectKind::TargetGroup, Kind::TargetGroups),
    (SubjectKind::LoadBalancer, Kind::LoadBalancers),
    (SubjectKind::ClassicBalancer, Kind::ClassicBalancers),
    (SubjectKind::Database, Kind::Databases),
    (SubjectKind::Cluster, Kind::Clusters),
    (SubjectKind::GlobalCluster, Kind::GlobalClusters),
    (SubjectKind::Alarm, Kind::Alarms),
    (SubjectKind::Image, Kind::Images),
    (SubjectKind::Template, Kind::LaunchTemplates),
    (SubjectKind::Zone, Kind::Zones),
    (SubjectKind::Shift, Kind::ZonalShifts),
];

/// The kinds in which that text is looked for.
pub fn kinds(text: &str) -> Vec<Kind> {
    let Ok(wanted) = read(text.trim()) else { return Vec::new() };
    candidates(&wanted).map(|(_, kind)| *kind).collect()
}

/// Looks for the thing that `text` names: an ARN, an id, a name, or `kind/name`.
pub fn seek(picture: &Picture, text: &str) -> Sought {
    let text = text.trim();
    let wanted = match read(text) {
        Ok(wanted) => wanted,
        Err(why) => return Sought::Refused(why),
    };
    if let Some(why) = reason_elsewhere(picture, text, &wanted) {
        return Sought::Refused(why);
    }
    let scope = picture.estate.scope();
    let regions: Vec<&Region> =
        scope.iter().filter(|region| wanted.region.is_none_or(|only| region.as_str() == only)).collect();
    let mut found: Vec<Subject> = Vec::new();
    for region in &regions {
        for (kind, _) in candidates(&wanted) {
            found
                .extend(ids(picture, region, *kind, wanted.name).into_iter().map(|id| Subject::new(*kind, region, id)));
        }
    }
    // A global cluster is listed in each of its regions, and is one thing.
    let mut seen_global = false;
    found.retain(|it| it.kind != SubjectKind::GlobalCluster || !std::mem::replace(&mut seen_global, true));
    match found.as_slice() {
        [one] => Sought::Found(one.clone()),
        [] => nowhere(picture, &regions, text, &wanted),
        many => Sought::Several(many.to_vec()),
    }
}

fn candidates<'a>(wanted: &'a Wanted<'_>) -> impl Iterator<Item = &'static (SubjectKind, Kind)> + use<'a> {
    // Templates are called what their groups are: one is meant only where that is said.
    let is_meant = |kind: SubjectKind| match wanted.kind {
        Some(only) => only == kind,
        None => kind != SubjectKind::Template,
    };
    WHERE.iter().filter(move |(kind, _)| is_meant(*kind))
}

/// Reads an ARN, `kind/name`, an id whose shape tells its kind, or any name.
fn read<'a>(text: &'a str) -> Result<Wanted<'a>, String> {
    if text.starts_with("arn:") {
        return arn::read(text);
    }
    let by_word = |text: &'a str, region: Option<&'a str>| {
        let (word, name) = text.split_once('/')?;
        let (kind, _) = WHERE.iter().find(|(kind, _)| kind.as_str().replace(' ', "-") == word)?;
        Some(Wanted { kind: Some(*kind), region, name })
    };
    let in_region = || text.split_once('/').and_then(|(region, rest)| by_word(rest, Some(region)));
    let by_word = by_word(text, None).or_else(in_region);
    let shape = [("i-", SubjectKind::Instance), ("ami-", SubjectKind::Image), ("lt-", SubjectKind::Template)];
    let is_hex = |rest: &str| rest.len() >= 8 && rest.chars().all(|c| c.is_ascii_hexdigit());
    let kind = shape.iter().find(|(start, _)| text.strip_prefix(start).is_some_and(is_hex)).map(|(_, kind)| *kind);
    Ok(by_word.unwrap_or(Wanted { kind, region: None, name: text }))
}

/// The ids under which `name` is known among the things of a kind.
fn ids(picture: &Picture, region: &Region, kind: SubjectKind, name: &str) -> Vec<String> {
    let of = |text: Option<&str>| text == Some(name);
    match kind {
        SubjectKind::Instance => rows(picture, region, |row: &Instance| {
            let is_it = row.id.as_str() == name || of(row.name()) || of(row.private_address.as_deref());
            is_it.then(|| row.id.to_string())
        }),
        SubjectKind::Group => {
            rows(picture, region, |row: &Group| (row.name.as_str() == name).then(|| row.name.to_string()))
        }
        SubjectKind::TargetGroup => rows(picture, region, |row: &TargetGroup| {
            (row.arn.as_str() == name || *row.name == *name).then(|| row.arn.to_string())
        }),
        SubjectKind::LoadBalancer => rows(picture, region, |row: &LoadBalancer| {
            let is_it = row.arn.as_str() == name || *row.name == *name || of(row.dns_name.as_deref());
            is_it.then(|| row.arn.to_string())
        }),
        SubjectKind::ClassicBalancer => rows(picture, region, |row: &ClassicBalancer| {
            (row.name.as_str() == name || of(row.dns_name.as_deref())).then(|| row.name.to_string())
        }),
        SubjectKind::Database => {
            rows(picture, region, |row: &Database| (row.id.as_str() == name).then(|| row.id.to_string()))
        }
        SubjectKind::Cluster => {
            rows(picture, region, |row: &Cluster| (row.id.as_str() == name).then(|| row.id.to_string()))
        }
        SubjectKind::GlobalCluster => {
            rows(picture, region, |row: &GlobalCluster| (row.id.as_str() == name).then(|| row.id.to_string()))
        }
        SubjectKind::Alarm => {
            rows(picture, region, |row: &Alarm| (row.name.as_str() == name).then(|| row.name.to_string()))
        }
        SubjectKind::Image => {
            rows(picture, region, |row: &Image| (row.id.as_str() == name).then(|| row.id.to_string()))
        }
        SubjectKind::Template => rows(picture, region, |row: &LaunchTemplate| {
            (row.id.as_str() == name || *row.name == *name).then(|| row.id.to_string())
        }),
        SubjectKind::Zone => rows(picture, region, |row: &Zone| {
            (row.name.as_str() == name || row.id.as_str() == name).then(|| row.name.to_string())
        }),
        SubjectKind::Shift => rows(picture, region, |row: &ZonalShift| (*row.id == *name).then(|| row.id.to_string())),
    }
}

fn rows<T: Row>(picture: &Picture, region: &Region, id: impl Fn(&T) -> Option<String>) -> Vec<String> {
    let slices = picture.estate.slices(region, T::KIND);
    slices.flat_map(|(_, slice)| slice.rows::<T>()).filter_map(id).collect()
}

/// Why an ARN's thing cannot be among what is looked at.
fn reason_elsewhere(picture: &Picture, text: &str, wanted: &Wanted<'_>) -> Option<String> {
    let theirs = text.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(3)).filter(|id| !id.is_empty());
    let ours = picture.estate.identity().map(|identity| identity.account.as_str());
    if let (Some(theirs), Some(ours)) = (theirs, ours)
        && theirs != ours
    {
        return Some(format!("{} is of account {theirs}; this is {ours}: `:profile` changes to another", wanted.name));
    }
    let scope = picture.estate.scope();
    let region =
        wanted.region.filter(|region| !scope.is_empty() && scope.iter().all(|known| known.as_str() != *region))?;
    Some(format!("{} is in {region}, which is not looked at: `:scope {region}` does", wanted.name))
}

/// It is not among what was read: because it is not there, or because something was not read.
fn nowhere(picture: &Picture, regions: &[&Region], text: &str, wanted: &Wanted<'_>) -> Sought {
    let mut failed: Vec<String> = Vec::new();
    for region in regions {
        for (_, kind) in candidates(wanted) {
            if picture.judgement.reason_unread(region, *kind).is_none() {
                continue;
            }
            let is_failing = picture.estate.slices(region, *kind).any(|(_, slice)| slice.failure().is_some());
            if !is_failing {
                return Sought::Reading;
            }
            failed.push(format!("{region} {}", kind.name()));
        }
    }
    if regions.is_empty() {
        return Sought::Reading;
    }
    let what = wanted.kind.map_or("nothing", |kind| kind.as_str());
    let no = if wanted.kind.is_some() { format!("no {what}") } else { what.to_owned() };
    let places: Vec<&str> = regions.iter().map(|region| region.as_str()).collect();
    let unread = match failed.split_first() {
        None => String::new(),
        Some((first, [])) => format!("; {first} could not be read"),
        Some((first, rest)) => format!("; {first} and {} more could not be read", rest.len()),
    };
    Sought::Refused(format!("{no} `{text}` in {}{unread}", places.join(", ")))
}

impl Subject {
    /// What opens it and nothing else: `us-east-1/group/web`.
    pub fn address(&self) -> String {
        format!("{}/{}/{}", self.region, self.kind.as_str().replace(' ', "-"), self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing::fixture::{CHECKOUT, Shop};

    #[test]
    fn a_page_s_arn_an_id_and_a_name_find_the_same_thing() {
        let picture = Shop::calm().picture();
        let found = |text: &str| match seek(&picture, text) {
            Sought::Found(subject) => format!("{} {}", subject.kind.as_str(), subject.name()),
            Sought::Reading => "reading".to_owned(),
            Sought::Several(many) => format!("{} things", many.len()),
            Sought::Refused(why) => why,
        };
        let account = "123456789012";
        for (text, wanted) in [
            ("i-0a1", "instance i-0a1"),
            ("web-1", "instance i-0a1"),
            (&format!("arn:aws:ec2:us-east-1:{account}:instance/i-0a1"), "instance i-0a1"),
            (
                &format!("arn:aws:autoscaling:us-east-1:{account}:autoScalingGroup:uuid:autoScalingGroupName/web"),
                "group web",
            ),
            (&CHECKOUT.replace(":1:", &format!(":{account}:")), "no target group"),
            ("checkout", "target group checkout"),
            ("use1-az4", "zone us-east-1b"),
            ("group/web", "group web"),
            ("i-0123456789abcdef0", "no instance `i-0123456789abcdef0` in us-east-1"),
            ("arn:aws:ec2:us-east-1:999999999999:instance/i-0a1", "i-0a1 is of account 999999999999"),
            (
                &format!("arn:aws:ec2:eu-west-1:{account}:instance/i-0a1"),
                "i-0a1 is in eu-west-1, which is not looked at",
            ),
            (&format!("arn:aws:s3:::{account}"), "fournines shows no s3"),
            ("arn:aws", "`arn:aws` is not a whole ARN"),
        ] {
            let said = found(text);
            assert!(said.starts_with(wanted), "{text}: {said}");
        }
    }

    #[test]
    #[allow(clippy::panic)]
    fn a_name_of_several_things_offers_an_address_of_each() {
        let mut shop = Shop::calm();
        shop.put::<crate::estate::alarm::Alarm>(serde_json::json!([{
            "name": "web", "alarm_type": "metric", "state": "OK", "actions": [],
        }]));
        let picture = shop.picture();
        let Sought::Several(many) = seek(&picture, "web") else { panic!("it is two things") };
        let addresses: Vec<String> = many.iter().map(Subject::address).collect();
        assert_eq!(addresses, ["us-east-1/group/web", "us-east-1/alarm/web"]);
        for (subject, address) in many.into_iter().zip(addresses) {
            assert_eq!(seek(&picture, &address), Sought::Found(subject), "{address}");
        }
    }

    #[test]
    #[allow(clippy::panic)]
    fn what_was_not_read_is_not_said_to_be_missing() {
        let shop = Shop::calm().denied(Kind::Instances, "ec2:DescribeInstances");
        let Sought::Refused(why) = seek(&shop.picture(), "i-0123456789abcdef0") else { panic!("it cannot be found") };
        assert!(why.ends_with("us-east-1 instances could not be read"), "{why}");
        let empty = crate::estate::Estate::new(vec![Region::from("us-east-1")]);
        let unread = Shop { estate: empty, ..Shop::empty() };
        assert_eq!(seek(&unread.picture(), "i-0a1"), Sought::Reading);
    }
}
