//! `journal` for people.

use crate::cli::run::line;
use crate::listing::escape;

use super::Kept;

pub(super) fn list(kept: &[Kept]) -> String {
    if kept.is_empty() {
        return "no operation was run from this machine\n".to_owned();
    }
    let mut text = format!("{:<34} {:<9} {:<20} TARGET\n", "ID", "STATE", "BEGUN (UTC)");
    for one in kept {
        let past = one.past();
        let begun = one.span().map(|(first, _)| first.strftime("%F %T").to_string()).unwrap_or_default();
        let target = past.as_ref().map_or("?", |past| &past.plan.target);
        let state = one.condition(past.as_ref()).word();
        text.push_str(&format!("{:<34} {state:<9} {begun:<20} {}\n", one.id, escape(target)));
    }
    text
}

pub(super) fn show(kept: &Kept) -> String {
    let past = kept.past();
    let mut text = format!("{}: {}", kept.id, kept.condition(past.as_ref()).word());
    if let Some(host) = kept.host().filter(|_| kept.is_written) {
        text.push_str(&format!(" on {} (process {})", host.name, host.pid));
    }
    if let Some(past) = &past {
        let plan = &past.plan;
        text.push_str(&format!("\n{} {} in {} {}\n\n", plan.operation, plan.target, plan.account, plan.region));
        for (step, past) in past.steps() {
            let state = format!("{:?}", past.state).to_lowercase();
            text.push_str(&format!("  {:<5} {state:<10} {}\n", step.id.to_string(), escape(&step.title)));
        }
    }
    text.push('\n');
    kept.reading.records.iter().for_each(|record| text.push_str(&line(record)));
    text.push_str(&format!("\n{} lines, head {}\n", kept.reading.head.seq, kept.reading.head.hash));
    text
}

pub(super) fn verify(kept: &[Kept]) -> String {
    let mut text = String::new();
    for one in kept {
        let (lines, cut) = (one.reading.head.seq, one.reading.cut.len());
        match one.reading.broken.as_slice() {
            [] => text.push_str(&format!("{}: {lines} lines, unchanged, head {}\n", one.id, one.reading.head.hash)),
            broken => broken.iter().for_each(|line| text.push_str(&format!("{}: CHANGED: {line}\n", one.id))),
        }
        if cut > 0 {
            text.push_str(&format!("{}: {cut} bytes at its end were cut short by a crash\n", one.id));
        }
    }
    if kept.is_empty() { "no operation was run from this machine\n".to_owned() } else { text }
}
