//! Which way an instance is replaced: the decision table of `aws-domain.md` C.1, row by row.
//!
//! Owns: [`Way`] and the choice. Depends on: ground, gates. Must stay true: what is chosen says why; a way that somebody asks for is
//! held to the same facts, and refused with the one that would do.

use std::fmt;

use super::super::gates::{self, Gate};
use super::super::ground::{Ground, Here};
use super::super::plan::Refusal;
use crate::estate::balancer::TargetState;
use crate::estate::group::{Group, LifecycleState, Member};
use crate::estate::instance::{CheckStatus, Instance, InstanceState};

/// A way to replace an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The group grows by one, which must serve before the old one is drained and ended.
    LaunchFirst,
    /// The same, and the new one is launched in another zone than the old one's, which is sick.
    Elsewhere,
    /// The old one is ended and its group brings another meanwhile: nothing that serves is lost.
    TerminateFirst,
    /// The old one is put in Standby for somebody to look at, and its group brings another.
    Standby,
    /// The group is told that it is unhealthy, and does the rest.
    MarkUnhealthy,
    /// The hook that holds it is completed.
    CompleteHook,
    /// It is stopped and started, on another host.
    StopStart,
    /// A new one is launched from an image and takes its place.
    Restore,
    /// It stays, and gets a new root volume.
    RootVolume,
}

impl Way {
    /// The words of `--set way=…`, `auto` among them.
    pub const WORDS: &'static [&'static str] = &[
        "auto",
        "launch-first",
        "elsewhere",
        "terminate-first",
        "standby",
        "mark-unhealthy",
        "complete-hook",
        "stop-start",
        "restore",
        "root-volume",
    ];

    /// The way of a word; none for `auto`.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "launch-first" => Self::LaunchFirst,
            "elsewhere" => Self::Elsewhere,
            "terminate-first" => Self::TerminateFirst,
            "standby" => Self::Standby,
            "mark-unhealthy" => Self::MarkUnhealthy,
            "complete-hook" => Self::CompleteHook,
            "stop-start" => Self::StopStart,
            "restore" => Self::Restore,
            "root-volume" => Self::RootVolume,
            _ => return None,
        })
    }

    fn is_of_members(self) -> bool {
        !matches!(self, Self::StopStart | Self::Restore | Self::RootVolume)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LaunchFirst => "launch-first",
            Self::Elsewhere => "elsewhere",
            Self::TerminateFirst => "terminate-first",
            Self::Standby => "standby",
            Self::MarkUnhealthy => "mark-unhealthy",
            Self::CompleteHook => "complete-hook",
            Self::StopStart => "stop-start",
            Self::Restore => "restore",
            Self::RootVolume => "root-volume",
        })
    }
}

/// A way, and why.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The way.
    pub way: Way,
    /// Why this one.
    pub why: String,
}

impl Chosen {
    fn new(way: Way, why: impl Into<String>) -> Self {
        Self { way, why: why.into() }
    }
}

/// What is wrong with an instance, the cause before its effects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ills {
    /// AWS's side: since when, where it is told.
    pub system: Option<String>,
    /// The guest's side, where the system check passes.
    pub guest: Option<String>,
    /// Volumes complete no I/O.
    pub volumes: Option<String>,
    /// It is no healthy target.
    pub targets: Option<String>,
    /// AWS will stop or retire it.
    pub event: Option<String>,
}

impl Ills {
    /// Those of an instance, as far as they are known now. Events that are over are ghosts (`aws-domain.md` A.1).
    #[must_use]
    pub fn of(ground: &Ground<'_>, here: Here<'_, Instance>) -> Self {
        let mut ills = Self::default();
        let id = &here.thing.id;
        if let Some(status) = ground.status(here.region, id) {
            let impaired = |name: &str, check: &crate::estate::instance::Check| {
                let since = check.impaired_since.map(|at| format!(" since {at}")).unwrap_or_default();
                (check.status == CheckStatus::Impaired).then(|| format!("its {name} check is impaired{since}"))
            };
            ills.system = impaired("system", &status.system);
            ills.volumes = status.volumes.as_ref().and_then(|check| impaired("attached EBS", check));
            // The instance check turns red with the system check (`aws-domain.md` F.1).
            ills.guest = impaired("instance", &status.guest).filter(|_| ills.system.is_none());
            let event = status
                .events
                .iter()
                .find(|event| !event.is_over() && matches!(&*event.code, "instance-retirement" | "instance-stop"));
            ills.event = event.map(|event| {
                let when = event.not_before.map(|at| format!(" not before {at}")).unwrap_or_default();
                format!("AWS plans {}{when}", event.code)
            });
        }
        let targets = ground.targets_of(here.region, id).unwrap_or_default();
        ills.targets = targets.iter().find_map(|(group, own)| {
            let bad = own
                .iter()
                .find(|target| matches!(target.state, TargetState::Unhealthy | TargetState::UnhealthyDraining))?;
            let reason = bad.reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
            Some(format!("it is {} in {}{reason}", bad.state, group.name))
        });
        ills
    }

    /// The gravest, where it is broken now.
    #[must_use]
    pub fn broken(&self) -> Option<&str> {
        [&self.system, &self.volumes, &self.guest, &self.targets].into_iter().find_map(|ill| ill.as_deref())
    }
}

/// The way for a member of a group.
///
/// # Errors
/// Where none is possible now, or not the one that is asked for.
pub fn of_member(
    ground: &Ground<'_>,
    here: Here<'_, Instance>,
    (group, member): (&Group, &Member),
    asked: Option<Way>,
    floor: usize,
) -> Result<Chosen, Refusal> {
    let gate = Gate { ground, region: here.region, group };
    let id = &here.thing.id;
    if let Some(way) = asked.filter(|way| !way.is_of_members()) {
        return Err(Refusal::new(
            format!("way={way}: {id} is a member of {}, which would replace it while it is away", group.name),
            "way=launch-first, or way=standby to keep it for a look",
        ));
    }
    if asked == Some(Way::CompleteHook) {
        return match member.state {
            LifecycleState::TerminatingWait | LifecycleState::PendingWait => {
                Ok(Chosen::new(Way::CompleteHook, format!("a hook holds it in {}", member.state)))
            }
            _ => Err(Refusal::new(
                format!("way=complete-hook: no hook holds {id}, it is {}", member.state),
                "leave out way=",
            )),
        };
    }
    gates::in_service(group, id, &member.state)?;
    gate.is_free()?;
    gate.launches()?;
    let ills = Ills::of(ground, here);
    let beside = [id.clone()].into();
    let others = gate.others(&beside);
    let needed = floor.max(usize::try_from(group.min).unwrap_or(0)).max(1);
    let has_spare = others >= needed;
    let sick = ground.is_sick(here.region, &here.thing.zone);
    if let Some(way) = asked {
        return hold_to(way, has_spare, (others, needed), &group.name);
    }
    let why = ills.broken().map(str::to_owned);
    Ok(match (sick, why) {
        (true, _) => {
            Chosen::new(Way::Elsewhere, format!("zone {} is degraded: nothing new may go there", here.thing.zone))
        }
        (false, Some(why)) if has_spare && ills.targets.is_some() => Chosen::new(
            Way::TerminateFirst,
            format!("{why}, so nothing that serves is lost; {others} others are in service and {needed} are needed"),
        ),
        (false, Some(why)) => Chosen::new(Way::LaunchFirst, format!("{why}; what replaces it serves before it goes")),
        (false, None) => {
            let why = ills.event.unwrap_or_else(|| "nothing is known to be wrong with it".to_owned());
            Chosen::new(Way::LaunchFirst, format!("{why}: what replaces it serves before it goes"))
        }
    })
}

fn hold_to(
    way: Way,
    has_spare: bool,
    (others, needed): (usize, usize),
    group: &crate::id::GroupName,
) -> Result<Chosen, Refusal> {
    let shrinks = matches!(way, Way::TerminateFirst | Way::MarkUnhealthy | Way::Standby);
    if shrinks && !has_spare {
        return Err(Refusal::new(
            format!("way={way}: {group} would keep {others} in service and {needed} are needed"),
            "way=launch-first: the new one serves before the old one goes",
        ));
    }
    Ok(Chosen::new(way, "asked for"))
}

/// The way for an instance that no group replaces.
///
/// # Errors
/// Where none is possible now, or not the one that is asked for.
pub fn of_standalone(ground: &Ground<'_>, here: Here<'_, Instance>, asked: Option<Way>) -> Result<Chosen, Refusal> {
    let instance = here.thing;
    let id = &instance.id;
    if let Some(way) = asked.filter(|way| way.is_of_members()) {
        return Err(Refusal::new(format!("way={way}: {id} is in no group"), "way=stop-start or way=restore"));
    }
    if matches!(instance.state, InstanceState::Terminated | InstanceState::ShuttingDown) {
        return match asked {
            Some(Way::Restore) => Ok(Chosen::new(Way::Restore, format!("it is {}", instance.state))),
            _ => {
                Err(Refusal::new(format!("{id} is {}", instance.state), "way=restore launches another from its image"))
            }
        };
    }
    if let Some(way) = asked {
        return Ok(Chosen::new(way, "asked for"));
    }
    let ills = Ills::of(ground, here);
    if ground.is_sick(here.region, &instance.zone) {
        return Ok(Chosen::new(
            Way::Restore,
            format!("zone {} is degraded: a start there may fail, and leave it stopped", instance.zone),
        ));
    }
    match (&instance.state, &ills) {
        (InstanceState::Stopping, _) => Ok(Chosen::new(Way::StopStart, "its stop is on the way or hangs")),
        (InstanceState::Stopped, _) => Ok(Chosen::new(Way::StopStart, "it is stopped")),
        (_, Ills { system: Some(why), .. }) => {
            Ok(Chosen::new(Way::StopStart, format!("{why}: a start finds another host, a reboot stays on this one")))
        }
        (_, Ills { volumes: Some(why), .. }) => {
            Ok(Chosen::new(Way::Restore, format!("{why}: a reboot hangs on the same volume")))
        }
        (_, Ills { event: Some(why), .. }) => Ok(Chosen::new(
            Way::StopStart,
            format!("{why}: stopped and started now, it is on another host before that"),
        )),
        (_, Ills { guest: Some(why), .. }) => Err(Refusal::new(
            format!("{why}, its host is sound: that is the guest, and a new host mends nothing"),
            format!(
                "`fournines plan reboot {id}`; or --set way=root-volume for a new root, way=restore for a new one from its image"
            ),
        )),
        _ => Err(Refusal::new(
            format!("nothing is known to be wrong with the host of {id}, and no group replaces it"),
            "say which way: --set way=stop-start, or way=restore",
        )),
    }
}
