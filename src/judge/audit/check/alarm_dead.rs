//! Alarms that see nothing.

use crate::estate::alarm::{Alarm, AlarmState};
use crate::estate::{Kind, age};
use crate::judge::age_words;

use super::alarm_orphaned::missing_resource;
use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "alarm-dead",
    title: "the alarm has no data and can never fire",
    severity: Severity::Medium,
    explain: "An alarm without data is neither well nor red: it says INSUFFICIENT_DATA, and stays so. Counters of errors have no \
              value at all while there are none, so an alarm on one that treats missing data as missing sits there all the \
              time; others watch a metric that is published no more. Either way nobody would hear of trouble, or would hear \
              of it later.",
    source: "AWS: CloudWatch guide, missing data (aws-domain.md A.5, F.38)",
    remedy: "say what silence means (notBreaching for counters of errors, breaching for signs of life), or delete it",
    reach: Reach::Region,
    needs: &[Kind::Alarms],
    by_part: &[],
    run,
};

/// Seconds without data after which an alarm is not merely starting.
const DEAD_S: u64 = 3600;

fn run(scene: &Scene<'_>, report: &mut Report) {
    let silent = scene.rows::<Alarm>().filter(|alarm| alarm.state == AlarmState::InsufficientData);
    // What watches something that is gone is alarm-orphaned's to tell.
    for alarm in silent.filter(|alarm| missing_resource(scene, alarm).is_none()) {
        let silence = alarm.since.map(|since| age(since, scene.now));
        if silence.is_some_and(|silence| silence.as_secs() < DEAD_S) {
            continue;
        }
        let lasts = silence.map_or("for nobody knows how long".to_owned(), |s| format!("for {}", age_words(s)));
        let means = alarm.missing_data.as_deref().unwrap_or("missing");
        report.flaw(scene::alarm(alarm), format!("no data {lasts}; missing data is treated as {means}"));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            let silent = json!({"state": "INSUFFICIENT_DATA", "since": "2026-11-01T00:00:00Z"});
            world.set(EAST, Kind::Alarms, "web-5xx", silent);
        },
        subject: "web-5xx",
        evidence: &["no data for 20d", "treated as missing"],
        silent: |world| {
            let starting = json!({"state": "INSUFFICIENT_DATA", "since": "2026-11-21T03:00:00Z"});
            world.set(EAST, Kind::Alarms, "web-5xx", starting);
        },
    };
}
