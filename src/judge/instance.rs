//! The health of an instance: its state, its status checks, its scheduled events (`aws-domain.md` A.1).

use jiff::{SignedDuration, Timestamp};

use crate::estate::Kind;
use crate::estate::group::{Group, Member};
use crate::estate::instance::{CheckStatus, Instance, InstanceState, InstanceStatus, ScheduledEvent};

use super::finding::Urgency;
use super::sight::Sight;
use super::verdict::{Assessment, Reason, Verdict};

/// How long a launch may take: from then on it is abnormal (`aws-domain.md` A.1).
const PENDING: SignedDuration = SignedDuration::from_mins(5);
/// From when before its time a scheduled event is no longer a matter of planning (`aws-domain.md` F.37).
const SOON: SignedDuration = SignedDuration::from_hours(24);
/// How long a stop may take before it hangs (`aws-domain.md` F.2).
const HANGS: SignedDuration = SignedDuration::from_mins(10);

/// How an instance stands. `status` is its status checks, where they were read.
pub fn assess(instance: &Instance, status: Option<&InstanceStatus>, sight: &Sight<'_>) -> Assessment {
    let mut assessment = Assessment::ok();
    match &instance.state {
        InstanceState::Pending => {
            let is_over = |at: &Timestamp| at.checked_add(PENDING).is_ok_and(|end| sight.has_passed(end));
            if let Some(at) = instance.launched_at.filter(is_over) {
                assessment.add(Verdict::Warning, format!("pending for {}", sight.words_since(at)));
            }
        }
        InstanceState::Running => {}
        InstanceState::Stopping | InstanceState::Stopped | InstanceState::ShuttingDown | InstanceState::Terminated => {
            // The code's side says whose doing it was: a server's is a loss, a client's is somebody's wish.
            if let Some((code, message)) =
                instance.state_reason.as_ref().filter(|(code, _)| code.starts_with("Server."))
            {
                assessment.take(off(instance, code, message));
            }
            if let Some(reason) = hanging(instance, sight) {
                assessment.take(reason);
            }
        }
        InstanceState::Other(word) => {
            assessment.add(Verdict::Unknown, format!("state {word} is not known to fournines"))
        }
    }
    if let Some(status) = status.filter(|status| instance.state == InstanceState::Running && is_told(status)) {
        let fate = Fate::of(sight.index().membership(instance.id.as_str()));
        match impaired(status, &fate, sight) {
            // What is planned for a host that is broken already is no news.
            Some(reason) => assessment.take(reason),
            None => {
                for event in status.events.iter().filter(|event| !event.is_over()) {
                    assessment.take(scheduled(event, &fate, sight));
                }
            }
        }
    }
    assessment
}

/// Whether a status holds anything to tell: few do, and only of those anything else is looked up.
fn is_told(status: &InstanceStatus) -> bool {
    status.checks().any(|(_, check)| check.status == CheckStatus::Impaired)
        || status.events.iter().any(|event| !event.is_over())
}

/// One that has been stopping for too long: its host does not let go (`aws-domain.md` F.2).
fn hanging(instance: &Instance, sight: &Sight<'_>) -> Option<Reason> {
    if instance.state != InstanceState::Stopping {
        return None;
    }
    let change = sight.last_change(Kind::Instances, instance.id.as_str(), "state")?;
    let stands = change.to.as_deref() == Some(instance.state.as_str());
    let hangs = stands && change.at.checked_add(HANGS).is_ok_and(|end| sight.has_passed(end));
    hangs.then(|| {
        Reason::new(Verdict::Warning, format!("stopping for {}: it hangs", sight.words_since(change.at)))
            .next("stop it by force (its file systems may need a check)")
            .since(Some(change.at))
    })
}

/// What will become of an instance that is broken.
enum Fate<'a> {
    /// Its group replaces it by itself.
    Replaced(&'a Group),
    /// It is in a group that may not replace anything now.
    Kept(&'a Group),
    /// Nobody replaces it.
    Alone,
}

impl<'a> Fate<'a> {
    fn of(membership: Option<(&'a Group, &Member)>) -> Self {
        let stopping = ["Launch", "Terminate", "ReplaceUnhealthy", "HealthCheck"];
        match membership {
            Some((group, _)) if stopping.iter().any(|process| group.suspended.contains_key(*process)) => {
                Self::Kept(group)
            }
            Some((group, _)) => Self::Replaced(group),
            None => Self::Alone,
        }
    }
}

/// A failing status check. The instance check also fails when the system check does, so the first impaired one is the cause
/// (`aws-domain.md` A.1, F.1).
fn impaired(status: &InstanceStatus, fate: &Fate<'_>, sight: &Sight<'_>) -> Option<Reason> {
    let (name, check) = status.checks().find(|(_, check)| check.status == CheckStatus::Impaired)?;
    let lasting = sight.lasting(check.impaired_since);
    let whose = match name {
        "system" => ": AWS's side",
        "instance" => ": the guest's side",
        _ => ": a volume completes no I/O",
    };
    let (fate_words, next) = match (fate, name) {
        (Fate::Replaced(group), _) => (format!("; {} replaces it", group.name), None),
        (Fate::Kept(group), _) => (format!("; {} may not replace it", group.name), Some("replace it".to_owned())),
        // A stop and a start move it to another host; a reboot stays on the broken one (aws-domain.md C.1, F.1).
        (Fate::Alone, "system") => {
            ("; no group replaces it".to_owned(), Some("stop and start it (instance-store data is lost)".to_owned()))
        }
        (Fate::Alone, "instance") => ("; no group replaces it".to_owned(), Some("read its console output".to_owned())),
        (Fate::Alone, _) => ("; no group replaces it".to_owned(), Some("look at its volumes' status".to_owned())),
    };
    let words = format!("{name} status check impaired{lasting}{whose}{fate_words}");
    let reason = Reason::new(Verdict::Critical, words).urgency(Urgency::Now).since(check.impaired_since);
    Some(match next {
        Some(next) => reason.next(next),
        None => reason,
    })
}

/// A scheduled event, which can be met before its time.
fn scheduled(event: &ScheduledEvent, fate: &Fate<'_>, sight: &Sight<'_>) -> Reason {
    let when = match event.not_before {
        Some(at) if sight.has_passed(at) => format!(" since {}", at.strftime("%F %H:%MZ")),
        Some(at) => format!(" in {} ({})", sight.words_until(at), at.strftime("%F %H:%MZ")),
        None => String::new(),
    };
    let is_near = event.not_before.is_some_and(|at| at.checked_sub(SOON).is_ok_and(|from| sight.has_passed(from)));
    let urgency = if is_near { Urgency::Soon } else { Urgency::Planned };
    let next = match (&*event.code, fate) {
        ("instance-retirement" | "instance-stop", Fate::Alone) => "stop and start it before then",
        ("instance-retirement" | "instance-stop", _) => "replace it in a quiet hour, launching first",
        (_, Fate::Alone) => "meet it in a quiet hour",
        (_, _) => "nothing, or replace it in a quiet hour",
    };
    Reason::new(Verdict::Warning, format!("{} scheduled{when}", event.code))
        .next(next)
        .urgency(urgency)
        .since(event.not_before)
}

/// One that AWS switched off.
fn off(instance: &Instance, code: &str, message: &str) -> Reason {
    let reason = Reason::new(Verdict::Warning, format!("{}: {code} {message}", instance.state));
    match code {
        "Server.InsufficientInstanceCapacity" => {
            reason.next("start it as another type, or from its image in another zone; its volumes are intact")
        }
        "Server.ScheduledStop" => reason.next("start it: it comes up on another host"),
        _ => reason,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estate::Estate;
    use crate::id::Region;
    use crate::judge::Policy;
    use crate::judge::index::Index;
    use serde_json::json;

    fn assessed(instance: &Instance, status: &InstanceStatus) -> Assessment {
        let (region, policy) = (Region::from("us-east-1"), Policy::default());
        let estate = Estate::new(vec![region.clone()]);
        let now = "2026-11-21T03:14:00Z".parse().unwrap();
        let index = Index::new(&estate, &region, now);
        assess(instance, Some(status), &Sight::new(&estate, &region, &index, &policy, now))
    }

    fn instance(tags: serde_json::Value) -> Instance {
        serde_json::from_value(
            json!({"id": "i-1", "zone": "us-east-1a", "state": "running", "instance_type": "m7g.large",
            "volumes": [], "tags": tags}),
        )
        .unwrap()
    }

    fn status(system: &str, guest: &str, events: serde_json::Value) -> InstanceStatus {
        let check = |word: &str| {
            let since = (word == "impaired").then_some("2026-11-21T03:02:00Z");
            json!({"status": word, "impaired_since": since})
        };
        serde_json::from_value(
            json!({"instance": "i-1", "system": check(system), "guest": check(guest), "events": events}),
        )
        .unwrap()
    }

    #[test]
    fn a_broken_host_is_left_by_stop_and_start_and_never_rebooted_aws_domain_f1() {
        let assessment = assessed(&instance(json!([])), &status("impaired", "impaired", json!([])));
        assert_eq!(assessment.verdict, Verdict::Critical);
        assert_eq!(assessment.reasons, ["system status check impaired for 12m: AWS's side; no group replaces it"]);
        assert!(assessment.next.unwrap().starts_with("stop and start it"));
        assert_eq!(assessment.since, Some("2026-11-21T03:02:00Z".parse().unwrap()));
    }

    #[test]
    fn a_retirement_is_planned_until_a_day_before_and_a_ghost_is_none_aws_domain_f37() {
        let event = |code: &str, description: &str, at: &str| json!({"code": code, "description": description, "not_before": at});
        let ghost = event("instance-reboot", "[Completed] rebooted", "2026-11-20T00:00:00Z");
        let far = event("instance-retirement", "degraded hardware", "2026-11-22T09:14:00Z");
        let assessment = assessed(&instance(json!([])), &status("ok", "ok", json!([ghost, far])));
        assert_eq!(assessment.reasons, ["instance-retirement scheduled in 30h (2026-11-22 09:14Z)"]);
        assert_eq!((assessment.verdict, assessment.urgency), (Verdict::Warning, Urgency::Planned));
        assert_eq!(assessment.next.as_deref(), Some("stop and start it before then"));
        let near = event("instance-retirement", "degraded hardware", "2026-11-21T09:14:00Z");
        let assessment = assessed(&instance(json!([])), &status("ok", "ok", json!([near])));
        assert_eq!(assessment.urgency, Urgency::Soon);
    }
}
