//! `fournines what-if`: what is left if a zone, a region or a database goes.
//!
//! Owns: the question as typed, the document `fournines/what-if/1`, its text. Depends on: the judgement's what-if. Must stay true: a
//! name that means nothing, or two things, is refused with what there is; both forms say the same, and the exit code with them.

mod document;
mod find;
mod text;

use crate::config::Rules;
use crate::estate::Kind;
use crate::judge::{JUDGED, Metrics, Picture, Policy, WhatIf, what_if};

use super::args::{Thing, WhatIfArgs};
use super::status::AccountLabel;
use super::{Exit, Rendered};
use document::Document;
use find::Meant;

/// The kinds that the answer is made from.
pub fn kinds() -> impl Iterator<Item = Kind> {
    JUDGED.iter().chain(what_if::KINDS).copied()
}

/// Answers.
///
/// # Errors
/// Where a name means nothing here, or several things: what there is, in words.
pub fn render(picture: &Picture, rules: &Rules, asked: &WhatIfArgs) -> Result<Rendered, String> {
    let answer = answer(picture, &picture.policy, asked)?;
    let label = AccountLabel::of(&picture.estate, rules);
    let text = if asked.json {
        let document = Document::of(&answer, picture, &label);
        // Maps have text keys and no value refuses to be written, so this does not fail.
        super::document::write(&document)
    } else {
        text::text(&answer, picture, &label)
    };
    Ok(Rendered { text, notes: Vec::new(), exit: Exit::Verdict(answer.outcome.verdict()) })
}

fn answer(picture: &Picture, policy: &Policy, asked: &WhatIfArgs) -> Result<WhatIf, String> {
    let Picture { estate, judgement, taken_at: now, .. } = picture;
    let meant = match asked.thing {
        Thing::Zone => find::zones(picture, &asked.names)?,
        Thing::Region => find::region(picture, &asked.names)?,
        Thing::Database => find::database(picture, &asked.names)?,
    };
    let region = meant.region();
    let gone = || format!("nothing is known of {region} now");
    if matches!(meant, Meant::Region(_)) {
        return what_if::region(estate, judgement, policy, *now, region).ok_or_else(gone);
    }
    let judged = judgement.regions.get(region).ok_or_else(gone)?;
    let metrics = Metrics::new(estate, region, *now);
    let given = what_if::Given { estate, region, judged, metrics: &metrics, policy, now: *now };
    match &meant {
        Meant::Zones(_, zones) => Ok(what_if::zones(given, zones)),
        Meant::Database(_, id) => what_if::database(given, id).ok_or_else(gone),
        Meant::Region(_) => Err(gone()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
