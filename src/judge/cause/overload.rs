//! More is asked than a service can do: every zone alike, its CPU at the end, requests or their time far above the usual.

use crate::judge::RegionJudgement;
use crate::judge::finding::{Finding, Urgency};
use crate::judge::survey::Survey;
use crate::judge::verdict::Verdict;
use crate::judge::words::names;

use super::trouble::Trouble;

/// Per cent of CPU from which there is none left to answer with.
const FULL: f64 = 85.0;
/// How many times the usual requests are a flood.
const FLOOD: f64 = 1.3;
/// How many times the usual time a request takes is a queue.
const QUEUE: f64 = 3.0;

pub(super) fn find(trouble: &Trouble<'_>, _: &RegionJudgement, survey: &Survey<'_>) -> Option<Finding> {
    if !trouble.is_alike() {
        return None;
    }
    let cpu = trouble.cpu.filter(|cpu| *cpu >= FULL)?;
    let times = trouble.requests.zip(trouble.usual).filter(|(_, usual)| *usual > 0.0).map(|(now, usual)| now / usual);
    let slower = trouble.latency.filter(|(_, before)| *before > 0.0).map(|(now, before)| now / before);
    let is_flood = times.is_some_and(|times| times >= FLOOD);
    let is_queue = slower.is_some_and(|slower| slower >= QUEUE);
    let fails = trouble.share() >= 0.2 || trouble.errors.is_some_and(|share| share >= 0.05);
    let is_overload = fails || (is_flood && is_queue);
    if !is_overload {
        return None;
    }
    let mut words = vec![format!("overload in all zones alike: CPU {cpu:.0} %")];
    words.extend(trouble.requests.map(|requests| match times.filter(|_| is_flood) {
        Some(times) => format!("{requests:.0} requests a minute ({times:.1} × the usual)"),
        None => format!("{requests:.0} requests a minute"),
    }));
    words.extend(trouble.latency.filter(|_| is_queue).map(|(now, before)| format!("p99 {before:.1} to {now:.1} s")));
    words.extend(Some(trouble.numbers()).filter(|numbers| !numbers.is_empty()));
    let room = trouble.service.groups.iter().filter_map(|name| survey.group(name)).map(|group| {
        if group.desired < group.max {
            format!("{} from {} to at most {}", group.name, group.desired, group.max)
        } else {
            format!("{}, whose max of {} has to be raised first", group.name, group.max)
        }
    });
    let next = format!("add capacity or shed load: {}", names(room));
    let next = next.trim_end_matches(": ").to_owned();
    let finding = Finding::new(Verdict::Critical, super::subject(trouble.service), words.join(", "));
    Some(finding.next(next).urgency(Urgency::Now).since(trouble.since))
}
