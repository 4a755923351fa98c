//! The health of an alarm: does it fire, and would anybody hear it (`aws-domain.md` A.5).

use crate::estate::alarm::{Alarm, AlarmState};

use super::verdict::{Assessment, Verdict};

/// How an alarm stands.
pub fn assess(alarm: &Alarm) -> Assessment {
    let mut assessment = Assessment::ok();
    match &alarm.state {
        AlarmState::Ok => {}
        AlarmState::Alarm => {
            let muted = alarm.actions_enabled == Some(false) || alarm.suppressed_by.is_some();
            assessment.add(Verdict::Critical, if muted { "fires, and its actions are off" } else { "fires" });
        }
        // What silence means is the alarm's own setting: with `missing` nobody knows, the others have said.
        AlarmState::InsufficientData => assessment.add(Verdict::Warning, "no data"),
        AlarmState::Other(word) => assessment.add(Verdict::Unknown, format!("state {word} is not known to fournines")),
    }
    if let Some(evaluation) = &alarm.evaluation {
        assessment.add(Verdict::Unknown, format!("evaluation {evaluation}: not to be trusted"));
    }
    assessment
}
