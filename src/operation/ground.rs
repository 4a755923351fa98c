//! What a planner stands on: what is known, what it means, what policy says, who asks, when.
//!
//! Owns: [`Ground`] and the look-ups that planners share. Depends on: estate, judgement, rules. Must stay true: what is not
//! known now is refused to planners, never guessed; equal grounds give equal plans.

use jiff::Timestamp;

use super::away::Record;
use super::plan::Refusal;
use super::rules::Rules;
use crate::estate::balancer::{ClassicBalancer, Target, TargetGroup};
use crate::estate::group::{Group, Member};
use crate::estate::instance::{Instance, InstanceState, InstanceStatus};
use crate::estate::zone::Zone;
use crate::estate::{Estate, Row};
use crate::id::{AccountId, GroupName, InstanceId, Region, Text, ZoneId, ZoneName};
use crate::judge::Judgement;
use crate::judge::zone::ZoneVerdict;

/// What a planner stands on.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// What is known.
    pub estate: &'a Estate,
    /// What it means.
    pub judgement: &'a Judgement,
    /// What policy says of operations.
    pub rules: &'a Rules,
    /// The account.
    pub account: &'a AccountId,
    /// What it is called.
    pub account_name: &'a str,
    /// What policy calls its class: `production`.
    pub class: Option<&'a str>,
    /// Who asks.
    pub caller: &'a str,
    /// When.
    pub now: Timestamp,
    /// Names the plan, and the operation that it becomes.
    pub id: &'a Text,
    /// How many targets operations touched in the last hour, as the journal tells; none where it could not be read.
    pub touched_lately: Option<usize>,
    /// What operations did that may still be away, as their journals tell, the newest first.
    pub records: &'a [Record],
}

/// A thing and where it is.
#[derive(Debug)]
pub struct Here<'a, T> {
    /// Its region.
    pub region: &'a Region,
    /// The thing.
    pub thing: &'a T,
}

impl<T> Clone for Here<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Here<'_, T> {}

/// A zone as somebody called it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZoneCalled<'a> {
    /// Its region.
    pub region: &'a Region,
    /// This account's name for it.
    pub name: &'a ZoneName,
    /// Its physical id.
    pub id: &'a ZoneId,
    /// Whether it was called by its id.
    pub by_id: bool,
}

impl ZoneCalled<'_> {
    /// Both, for people: `us-east-1b (use1-az1)`.
    #[must_use]
    pub fn both(&self) -> String {
        format!("{} ({})", self.name, self.id)
    }

    /// What was taken for what was typed.
    #[must_use]
    pub fn told(&self) -> String {
        match self.by_id {
            true => format!("{} is {} in this account", self.id, self.name),
            false => {
                format!("{} is {} in this account: what it is called elsewhere does not matter", self.name, self.id)
            }
        }
    }
}

impl<'a> Ground<'a> {
    /// The one thing of a kind that is meant, known now.
    ///
    /// # Errors
    /// Where there is none, several, or nobody knows.
    pub fn find<T: Row + 'a>(
        &self,
        region: Option<&Region>,
        what: &str,
        is: impl Fn(&T) -> bool,
    ) -> Result<Here<'a, T>, Refusal> {
        let mut found: Vec<Here<'a, T>> = Vec::new();
        let mut unread: Vec<&Region> = Vec::new();
        for place in self.estate.scope().iter().filter(|place| region.is_none_or(|region| region == *place)) {
            let table = self.estate.table::<T>(place, self.now);
            let mut there = table.known_with_trust().filter(|(row, _)| is(row)).peekable();
            if there.peek().is_none() && !table.is_complete() {
                unread.push(place);
            }
            for (thing, trust) in there {
                if !trust.is_known() {
                    return Err(Refusal::new(
                        format!("{what}: what is known of it is too old to act upon, or could not be read again"),
                        format!("read {} of {place} first", T::KIND),
                    ));
                }
                found.push(Here { region: place, thing });
            }
        }
        match found.as_slice() {
            [one] => Ok(*one),
            [] if unread.is_empty() => Err(Refusal::new(
                format!("there is no {what}"),
                "look it up with `fournines list`, or name its --region",
            )),
            [] => Err(Refusal::new(
                format!(
                    "{what}: {} not known now in {}",
                    T::KIND,
                    unread.iter().map(|region| region.as_str()).collect::<Vec<_>>().join(", ")
                ),
                "wait until it is read, or see `fournines status` for why it is not",
            )),
            [first, second, ..] => Err(Refusal::new(
                format!("{what} is in {} and in {}", first.region, second.region),
                "say which with --region",
            )),
        }
    }

    /// An instance by its id.
    ///
    /// # Errors
    /// Those of [`Ground::find`].
    pub fn instance(&self, region: Option<&Region>, id: &str) -> Result<Here<'a, Instance>, Refusal> {
        self.find(region, &format!("instance {id}"), |instance: &Instance| instance.id.as_str() == id)
    }

    /// A group by its name.
    ///
    /// # Errors
    /// Those of [`Ground::find`].
    pub fn group(&self, region: Option<&Region>, name: &str) -> Result<Here<'a, Group>, Refusal> {
        self.find(region, &format!("group {name}"), |group: &Group| group.name.as_str() == name)
    }

    /// The zone that a person means by a name or by an id, both told by this account's map: names are shuffled between accounts
    /// (`aws-domain.md` B.3, F.16).
    ///
    /// # Errors
    /// Those of [`Ground::find`], with the zones that there are; without the map nothing is done to any zone.
    pub fn zone_called(&self, region: Option<&Region>, text: &str) -> Result<ZoneCalled<'a>, Refusal> {
        let text = text.trim();
        let is = |zone: &Zone| zone.name.as_str() == text || zone.id.as_str() == text;
        let here = self.find(region, &format!("zone {text}"), is).map_err(|refusal| {
            let scope = self.estate.scope().iter().filter(|place| region.is_none_or(|region| region == *place));
            let zones = scope.flat_map(|place| self.estate.known::<Zone>(place));
            let there: Vec<String> = zones.map(|zone| format!("{} ({})", zone.name, zone.id)).take(12).collect();
            let is_absent = refusal.reason.starts_with("there is no") && !there.is_empty();
            let remedy =
                if is_absent { format!("zones of this account: {}", there.join(", ")) } else { refusal.remedy };
            Refusal { remedy, ..refusal }
        })?;
        let by_id = here.thing.id.as_str() == text;
        Ok(ZoneCalled { region: here.region, name: &here.thing.name, id: &here.thing.id, by_id })
    }

    /// The group that an instance is a member of; none where it is known to be in none.
    ///
    /// # Errors
    /// Where nobody knows.
    pub fn membership(&self, here: Here<'a, Instance>) -> Result<Option<(&'a Group, &'a Member)>, Refusal> {
        let table = self.estate.table::<Group>(here.region, self.now);
        let member = |group: &'a Group| {
            group.members.iter().find(|member| member.instance == here.thing.id).map(|member| (group, member))
        };
        let unknown = || {
            Refusal::new(
                format!("whether {} is in a group is not known: groups of {} not read", here.thing.id, here.region),
                "wait until groups are read, or see `fournines status` for why they are not",
            )
        };
        let groups = table.complete().ok_or_else(unknown)?;
        let found = groups.into_iter().find_map(member);
        let is_over = matches!(here.thing.state, InstanceState::Terminated | InstanceState::ShuttingDown);
        match (&found, here.thing.group().filter(|_| !is_over)) {
            // Its tag says that it is in one: the two reads are not of the same moment.
            (None, Some(name)) => Err(Refusal::new(
                format!("{} has the tag of group {name}, which does not list it", here.thing.id),
                "it joins, leaves or was detached just now: look again in a minute",
            )),
            _ => Ok(found),
        }
    }

    /// An instance's status checks; none where they are not known now.
    #[must_use]
    pub fn status(&self, region: &Region, id: &InstanceId) -> Option<&'a InstanceStatus> {
        let table = self.estate.table::<InstanceStatus>(region, self.now);
        let found = table.known_with_trust().find(|(status, _)| status.instance == *id);
        found.filter(|(_, trust)| trust.is_known()).map(|(status, _)| status)
    }

    /// The rows that belong to one parent, known now; none where they are not.
    #[must_use]
    pub fn of<T: Row + 'a>(&self, region: &Region, parent: &Text) -> Option<&'a [T]> {
        self.estate.table::<T>(region, self.now).part(&crate::estate::Part::Of(parent.clone()))
    }

    /// Rows of a kind, where all of them are known now.
    #[must_use]
    pub fn all<T: Row + 'a>(&self, region: &Region) -> Option<Vec<&'a T>> {
        Some(self.estate.table::<T>(region, self.now).complete()?.collect())
    }

    /// The target groups that an instance is a target of, with its targets there; none where not all of them are known now.
    #[must_use]
    pub fn targets_of(&self, region: &Region, id: &InstanceId) -> Option<Vec<(&'a TargetGroup, Vec<&'a Target>)>> {
        let mut own = Vec::new();
        for group in self.all::<TargetGroup>(region)? {
            // What no balancer uses carries nothing, and is not read (`aws-domain.md` A.3).
            if group.load_balancers.is_empty() {
                continue;
            }
            let targets = self.of::<Target>(region, group.arn.text())?;
            let mine: Vec<&Target> = targets.iter().filter(|target| target.id == *id.text()).collect();
            if !mine.is_empty() {
                own.push((group, mine));
            }
        }
        Some(own)
    }

    /// The classic balancers that an instance is registered with; none where they are not known now.
    #[must_use]
    pub fn classics_of(&self, region: &Region, id: &InstanceId) -> Option<Vec<&'a ClassicBalancer>> {
        let all = self.all::<ClassicBalancer>(region)?;
        Some(all.into_iter().filter(|balancer| balancer.instances.contains(id)).collect())
    }

    /// A zone's verdict.
    #[must_use]
    pub fn zone(&self, region: &Region, zone: &ZoneName) -> Option<ZoneVerdict> {
        let zones = &self.judgement.regions.get(region)?.zones;
        zones.iter().find(|judged| judged.name == *zone).map(|judged| judged.verdict)
    }

    /// Whether a zone is sick, so that nothing new may go there.
    #[must_use]
    pub fn is_sick(&self, region: &Region, zone: &ZoneName) -> bool {
        self.zone(region, zone) == Some(ZoneVerdict::Degraded)
    }

    /// When the oldest reading was made of what plans of a region rest on.
    #[must_use]
    pub fn made_from(&self, region: &Region, group: Option<&GroupName>) -> Timestamp {
        use crate::estate::Kind;
        let kinds: &[Kind] = match group {
            Some(_) => &[Kind::Groups, Kind::Instances, Kind::Activities],
            None => &[Kind::Instances, Kind::InstanceStatuses],
        };
        let slices = kinds.iter().flat_map(|kind| self.estate.slices(region, *kind));
        slices.filter_map(|(_, slice)| slice.read_at()).min().unwrap_or(self.now)
    }
}
