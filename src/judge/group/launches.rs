//! Launches that fail: what AWS said, and what it means (`aws-domain.md` B.1 signal 6, C.1, F.24).

use jiff::SignedDuration;

use crate::estate::group::{Activity, ActivityStatus, Group};

use crate::judge::finding::Urgency;
use crate::judge::sight::Sight;
use crate::judge::verdict::{Reason, Verdict};
use crate::judge::words::names;

/// How long a failed launch counts that nothing came after.
pub const RECENT: SignedDuration = SignedDuration::from_hours(1);
/// Letters of AWS's sentence that are shown.
const SENTENCE: usize = 110;

/// Why launches fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The zone has no machines of the type: no sickness of the zone's.
    Capacity,
    /// `Client.InternalError`: almost always a key that Auto Scaling may not use.
    Key,
    /// The account may not have more.
    Quota,
    /// Image, template, security group or profile is missing or refused.
    Template,
    /// The subnets have no address left.
    Addresses,
    /// Something else.
    Other,
}

impl Why {
    /// Reads AWS's sentence.
    pub fn of(message: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
        if has(&["Client.InternalError"]) {
            Self::Key
        } else if has(&["do not have sufficient", "InsufficientInstanceCapacity", "Insufficient capacity"]) {
            Self::Capacity
        } else if has(&["VcpuLimitExceeded", "InstanceLimitExceeded", "quota", "vCPU limit"]) {
            Self::Quota
        } else if has(&["free addresses", "InsufficientFreeAddresses"]) {
            Self::Addresses
        } else if has(&["InvalidAMI", "AMI", "launch template", "security group", "does not exist", "not authorized"]) {
            Self::Template
        } else {
            Self::Other
        }
    }

    fn next(self) -> &'static str {
        match self {
            Self::Capacity => "launch in another zone or another type",
            Self::Key => "grant its key to Auto Scaling, then retry one",
            Self::Quota => "raise the quota, or free instances elsewhere",
            Self::Template => "mend its launch template",
            Self::Addresses => "free addresses in its subnets, or add one",
            Self::Other => "read AWS's words, then retry one",
        }
    }
}

/// The launches of a group that failed since its last that did not, the newest first.
fn failed<'a>(activities: &[&'a Activity], sight: &Sight<'_>) -> Vec<&'a Activity> {
    let is_old = |activity: &Activity| activity.started_at.checked_add(RECENT).is_ok_and(|end| sight.has_passed(end));
    activities
        .iter()
        .copied()
        .filter(|activity| activity.description.starts_with("Launching"))
        .filter(|activity| matches!(activity.status, ActivityStatus::Successful | ActivityStatus::Failed))
        .take_while(|activity| activity.status == ActivityStatus::Failed && !is_old(activity))
        .collect()
}

pub(super) fn reasons(group: &Group, sight: &Sight<'_>) -> Vec<Reason> {
    // A group that has all it wants does not suffer from a launch that once failed.
    if group.in_service().count() >= usize::try_from(group.desired).unwrap_or(0) {
        return Vec::new();
    }
    let failed = failed(sight.activities_of(&group.name), sight);
    let Some(last) = failed.first() else { return Vec::new() };
    let message = last.message.as_deref().unwrap_or(&last.description);
    let why = Why::of(message);
    let times =
        if failed.len() > 1 { format!("{} launches failed", failed.len()) } else { "a launch failed".to_owned() };
    let words = match why {
        Why::Capacity => {
            let mut zones: Vec<&str> = failed.iter().filter_map(|one| Some(one.zone.as_ref()?.as_str())).collect();
            zones.sort_unstable();
            zones.dedup();
            format!("{times}: no capacity in {}", names(zones))
        }
        Why::Key => format!("{times}, Client.InternalError: most likely its key, which Auto Scaling may not use"),
        _ => format!("{times}: {}", sentence(message)),
    };
    let since = failed.last().map(|first| first.started_at);
    vec![Reason::new(Verdict::Critical, words).next(why.next()).urgency(Urgency::Now).since(since)]
}

fn sentence(message: &str) -> String {
    let message = message.trim_end_matches("Launching EC2 instance failed.").trim();
    let cut: String = message.chars().take(SENTENCE).collect();
    if cut.len() < message.len() { format!("{cut}…") } else { cut }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixture::{Around, group};
    use super::*;
    use serde_json::json;

    fn launch(status: &str, minute: u32, message: &str) -> serde_json::Value {
        json!({"id": format!("a-{minute}"), "group": "web", "status": status, "description": "Launching a new EC2 instance: i-1",
            "cause": "", "message": message, "zone": "us-east-1c", "started_at": format!("2026-11-21T03:{minute:02}:00Z")})
    }

    #[test]
    fn an_internal_error_of_the_client_is_the_key_and_no_lack_of_capacity_aws_domain_f24() {
        let mut around = Around::of(group(5, 6, json!({})));
        around.activities = vec![
            launch(
                "Failed",
                12,
                "Instance became unhealthy while waiting: Client.InternalError: Client error on launch",
            ),
            launch("Failed", 10, "Client.InternalError: Client error on launch"),
            launch("Successful", 2, ""),
        ];
        let assessment = around.assess();
        assert_eq!(assessment.verdict, Verdict::Critical);
        assert!(
            assessment.reasons[0].starts_with("2 launches failed, Client.InternalError"),
            "{:?}",
            assessment.reasons
        );
        assert_eq!(assessment.next.as_deref(), Some("grant its key to Auto Scaling, then retry one"));
        assert_eq!(assessment.since, Some("2026-11-21T03:10:00Z".parse().unwrap()));
    }

    #[test]
    fn a_launch_that_succeeded_since_ends_it_and_capacity_names_the_zone_aws_domain_f11() {
        let no_capacity =
            "We currently do not have sufficient m6i.large capacity in the Availability Zone you requested";
        let mut around = Around::of(group(5, 6, json!({})));
        around.activities = vec![launch("Failed", 10, no_capacity)];
        assert_eq!(around.assess().reasons[0], "a launch failed: no capacity in us-east-1c");
        around.activities.insert(0, launch("Successful", 11, ""));
        assert_eq!(around.assess().verdict, Verdict::Warning, "only that it is short of one is left");
    }
}
