//! The operations, one line each, and what all of them share: policy's word and the targets' place.
//!
//! Owns: [`OPERATIONS`], [`Operation`], [`plan`]. Depends on: the planners beside it. Must stay true: planning is a pure function; equal grounds
//! give equal plans; nothing is planned that policy denies.

use super::draft::Draft;
use super::ground::{Ground, Here};
use super::intent::{Field, Intent, TargetKind};
use super::plan::{Plan, Refusal};
use super::rules::{Effective, Subject};
use super::shifts::{cancel, extend};
use super::{back, evacuate, reboot, replace, scale, standby};
use crate::estate::SliceId;
use crate::estate::group::Group;
use crate::estate::instance::Instance;
use crate::id::{Region, ZoneId, ZoneName};

/// Something that can be done to a target.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Its name: `replace`.
    pub name: &'static str,
    /// What it does, in few words.
    pub doc: &'static str,
    /// What it is done to.
    pub target: TargetKind,
    /// How it can be done: `--set name=value`.
    pub form: &'static [Field],
    /// Plans it.
    pub plan: for<'a> fn(&'a Intent, &'a Ground<'a>) -> Result<Plan, Refusal>,
    /// What must be read first that is not read all the time.
    pub reads: fn(&Intent, &Ground<'_>) -> Vec<SliceId>,
}

/// Every operation, in the order in which they are shown.
pub const OPERATIONS: &[Operation] = &[
    replace::OPERATION,
    standby::OPERATION,
    scale::OPERATION,
    reboot::OPERATION,
    evacuate::OPERATION,
    back::OPERATION,
    extend::OPERATION,
    cancel::OPERATION,
];

/// The operation of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

/// What must be read before an intent is planned, beside what is read all the time. Asked again after that, since more may show.
#[must_use]
pub fn reads(intent: &Intent, ground: &Ground<'_>) -> Vec<SliceId> {
    find(&intent.operation).map(|operation| (operation.reads)(intent, ground)).unwrap_or_default()
}

/// Plans an intent.
///
/// # Errors
/// Why not, and what would make it possible.
pub fn plan(intent: &Intent, ground: &Ground<'_>) -> Result<Plan, Refusal> {
    let Some(operation) = find(&intent.operation) else {
        let names: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
        return Err(Refusal::new(format!("there is no operation {}", intent.operation), names.join(", ")));
    };
    let mut intent = intent.clone();
    let mut seen = std::collections::BTreeSet::new();
    intent.targets.retain(|target| seen.insert(target.clone()));
    // In a batch, a target that is skipped is not planned at all.
    if intent.targets.len() > 1 {
        let skip = intent.skip.clone();
        intent.skip.retain(|part| !intent.targets.contains(part));
        intent.targets.retain(|target| !skip.contains(target));
    }
    if intent.targets.is_empty() {
        let word = operation.target.word();
        return Err(Refusal::new("there is no target", format!("name an {word}").replace("an group", "a group")));
    }
    (operation.plan)(&intent, ground)
}

/// Why a plan that was kept may not run by what policy says today, `anew` being the same planned today; none where it may. That it
/// would look different in other ways is for its guards to judge.
#[must_use]
pub fn reason_off_policy(kept: &Plan, anew: &Plan) -> Option<Refusal> {
    if kept.account != anew.account {
        return Some(Refusal::new(
            format!("it was planned for account {}, and this is {}", kept.account, anew.account),
            "sign in to that account",
        ));
    }
    let asks = |plan: &Plan| (plan.summary.confirm.clone(), plan.summary.rules.clone());
    (asks(kept) != asks(anew)).then(|| {
        Refusal::new(
            "policy says other things of it today than when it was kept",
            format!("plan it anew: `fournines plan {} {}`", kept.operation, kept.target),
        )
    })
}

/// Policy's word on each target of an intent, and the one region that they are in.
#[derive(Debug)]
pub struct Under<'a> {
    ground: &'a Ground<'a>,
    intent: &'a Intent,
    region: Option<Region>,
    effective: Vec<Effective>,
    is_quorum: bool,
}

impl<'a> Under<'a> {
    /// Nothing said yet.
    #[must_use]
    pub fn new(ground: &'a Ground<'a>, intent: &'a Intent) -> Self {
        Self { ground, intent, region: None, effective: Vec::new(), is_quorum: false }
    }

    /// What policy says of an instance, and of the group that it is in.
    ///
    /// # Errors
    /// Policy denies it, asks for what is not there, or it is in another region than the others.
    pub fn of_instance(&mut self, here: Here<'_, Instance>, group: Option<&Group>) -> Result<Effective, Refusal> {
        let instance = here.thing;
        let mut names = vec![instance.id.as_str()];
        names.extend(instance.name());
        names.extend(group.map(|group| group.name.as_str()));
        let tags = std::iter::once(&instance.tags).chain(group.map(|group| &group.tags)).collect();
        self.take(here.region, names, tags)
    }

    /// What policy says of a group.
    ///
    /// # Errors
    /// As for an instance.
    pub fn of_group(&mut self, here: Here<'_, Group>) -> Result<Effective, Refusal> {
        self.take(here.region, vec![here.thing.name.as_str()], vec![&here.thing.tags])
    }

    /// What policy says of something that has these names and no tags that are read.
    ///
    /// # Errors
    /// As for an instance.
    pub fn of_names(&mut self, region: &Region, names: Vec<&str>) -> Result<Effective, Refusal> {
        self.take(region, names, Vec::new())
    }

    /// What policy says of a zone.
    ///
    /// # Errors
    /// As for an instance.
    pub fn of_zone(&mut self, region: &Region, name: &ZoneName, id: &ZoneId) -> Result<Effective, Refusal> {
        self.take(region, vec![name.as_str(), id.as_str()], Vec::new())
    }

    fn take(
        &mut self,
        region: &Region,
        names: Vec<&str>,
        tags: Vec<&crate::estate::tag::Tags>,
    ) -> Result<Effective, Refusal> {
        if let Some(other) = self.region.as_ref().filter(|other| *other != region) {
            return Err(Refusal::new(
                format!("the targets are in {other} and in {region}"),
                "plan one region at a time",
            ));
        }
        self.region = Some(region.clone());
        let mut called = vec![self.ground.account_name];
        called.extend(self.ground.class);
        let operation: &str = &self.intent.operation;
        self.is_quorum |= self.ground.rules.is_quorum(&tags);
        let subject = Subject { operation, account: self.ground.account, called, region, names, tags };
        let effective = self.ground.rules.for_subject(&subject);
        if let Some(refusal) = effective.refusal(self.intent.reason.as_deref(), self.intent.ticket.as_deref()) {
            return Err(refusal);
        }
        self.effective.push(effective.clone());
        Ok(effective)
    }

    /// Whether one of them is a member of a quorum.
    #[must_use]
    pub fn is_quorum(&self) -> bool {
        self.is_quorum
    }

    fn least(&self, cap: impl Fn(&Effective) -> Option<usize>) -> Option<usize> {
        self.effective.iter().filter_map(cap).min()
    }

    /// How many lanes may run beside one another, where so many are wanted.
    #[must_use]
    pub fn at_once(&self, wanted: usize) -> usize {
        self.least(|effective| effective.terms.most_at_once).map_or(wanted, |most| most.min(wanted)).max(1)
    }

    /// The region, and what is typed where the target is asked for.
    ///
    /// # Errors
    /// There are more targets than policy lets one operation, or an hour, touch.
    pub fn place(&self) -> Result<(Region, String), Refusal> {
        let count = self.intent.targets.len();
        if let Some(most) = self.least(|effective| effective.terms.most_targets).filter(|most| count > *most) {
            return Err(Refusal::new(
                format!("{count} targets, and policy lets one operation touch {most}"),
                "plan fewer at a time, or change most_targets",
            ));
        }
        if let Some(most) = self.least(|effective| effective.terms.most_an_hour) {
            let lately = self.ground.touched_lately.ok_or_else(|| {
                Refusal::new(
                    "how many targets were touched in the last hour is not known: the journal could not be read",
                    "mend the state folder first: policy has most_an_hour",
                )
            })?;
            if lately + count > most {
                return Err(Refusal::new(
                    format!(
                        "{lately} targets were touched in the last hour, and policy lets {most} be: {count} more are too many"
                    ),
                    "wait, plan fewer, or change most_an_hour",
                ));
            }
        }
        let region = self.region.clone().ok_or_else(|| Refusal::new("there is no target", "name one"))?;
        let token = match self.intent.targets.as_slice() {
            [one] => one.to_string(),
            several => format!("{}-{}", self.intent.operation, several.len()),
        };
        Ok((region, token))
    }

    /// Puts policy's terms into a plan.
    pub fn tell(&self, draft: &mut Draft<'_>) {
        self.effective.iter().for_each(|effective| draft.under(effective));
    }
}
