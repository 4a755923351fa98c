//! The health of an instance: its state, its status checks, its scheduled events (`aws-domain.md` A.1).

use crate::estate::instance::{CheckStatus, Instance, InstanceState, InstanceStatus};

use jiff::{SignedDuration, Timestamp};

use super::sight::Sight;
use super::verdict::{Assessment, Verdict};

/// How long a launch may take: from then on it is abnormal (`aws-domain.md` A.1).
const PENDING: SignedDuration = SignedDuration::from_mins(5);

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
                assessment.add(Verdict::Warning, format!("{}: {code} {message}", instance.state));
            }
        }
        InstanceState::Other(word) => {
            assessment.add(Verdict::Unknown, format!("state {word} is not known to fournines"))
        }
    }
    if let Some(status) = status.filter(|_| instance.state == InstanceState::Running) {
        assess_checks(&mut assessment, status, sight);
    }
    assessment
}

fn assess_checks(assessment: &mut Assessment, status: &InstanceStatus, sight: &Sight<'_>) {
    // The instance check also fails when the system check does, so the first impaired one is the cause (aws-domain.md A.1).
    if let Some((name, check)) = status.checks().find(|(_, check)| check.status == CheckStatus::Impaired) {
        let since = check.impaired_since.map(|at| format!(" for {}", sight.words_since(at))).unwrap_or_default();
        assessment.add(Verdict::Critical, format!("{name} status check impaired{since}"));
    }
    for event in status.events.iter().filter(|event| !event.is_over()) {
        let when = event.not_before.map(|at| format!(" from {}", at.strftime("%F %H:%MZ"))).unwrap_or_default();
        assessment.add(Verdict::Warning, format!("{} scheduled{when}", event.code));
    }
}
