//! What is told under the parts: what stays, what it costs, when it ends, how to come back.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::super::plan::Note;
use super::Evacuation;
use super::grow::serving_there;
use crate::estate::group::Group;
use crate::estate::instance::{Instance, InstanceState};
use crate::judge::what_if::Right;

/// How many things of a kind are named before the rest is counted.
const NAMED: usize = 6;

impl Evacuation<'_, '_> {
    /// Adds to the notes.
    pub(super) fn note(&mut self, label: &str, text: impl Into<String>) {
        self.draft.notes.push(Note { label: label.into(), text: text.into() });
    }

    /// Everything that is told once the parts are known.
    pub(super) fn tell(&mut self) {
        self.stays();
        if self.brought > 0 {
            let word = if self.brought == 1 { "instance" } else { "instances" };
            self.note("cost", format!("+{} {word} until it is returned, and traffic between zones", self.brought));
        }
        if self.shifts_began > 0 {
            let minutes = SignedDuration::from_mins(i64::from(self.wishes.expiry_minutes));
            let back = self.place.ground.now.checked_add(minutes).ok();
            self.draft.expires_at = back;
            let at = back.map(|at| format!(", {}", at.strftime("%F %H:%MZ"))).unwrap_or_default();
            let words =
                format!("{}{at}: traffic then RETURNS BY ITSELF, healed or not; `extend` before", self.wishes.expiry);
            self.note("expiry", words);
            let lost = if self.draft.cannot_undo.is_empty() {
                String::new()
            } else {
                format!("; NOT undone: {}", self.draft.cannot_undo.join("; "))
            };
            self.note("undo", format!("cancels {} shifts, about 1 min{lost}", self.shifts_began));
        }
        if !self.draft.parts.iter().all(|part| !part.on) {
            let tagged = match self.tagged.len() {
                0 => "shift comments".to_owned(),
                1 => "shift comments, tags on 1 group".to_owned(),
                count => format!("shift comments, tags on {count} groups"),
            };
            self.note("return", format!("needs this record: journal, {tagged} (any laptop can return)"));
        }
        self.unknown();
    }

    /// What is still there afterwards.
    fn stays(&mut self) {
        let place = self.place;
        let here = |instance: &&Instance| instance.zone == *place.zone;
        let running =
            place.known::<Instance>().filter(here).filter(|each| each.state == InstanceState::Running).count();
        let kept: usize = place.known::<Group>().map(|group| serving_there(place.zone, group).count()).sum();
        self.note(
            "stays",
            format!("{running} instances in {}, {kept} in service of groups, idle: the way back", place.zone),
        );
        let alone: Vec<String> = place
            .what_if
            .casualties
            .iter()
            .filter(|each| each.what == "instance")
            .map(|each| format!("{} ({})", each.name, each.detail))
            .collect();
        if !alone.is_empty() {
            self.note(
                "stays",
                format!(
                    "{}: restore elsewhere from an image (`fournines plan replace ID --set way=restore`)",
                    several(&alone)
                ),
            );
        }
        let gone: Vec<String> = place
            .what_if
            .casualties
            .iter()
            .filter(|each| each.what == "balancer" || each.what == "group")
            .map(|each| format!("{} {} ({})", each.what, each.name, each.detail))
            .collect();
        if !gone.is_empty() {
            self.note("stays", several(&gone));
        }
        let quorum: BTreeSet<&str> = place
            .judged
            .services
            .iter()
            .filter(|judged| {
                judged.service.quorum.is_some()
                    && judged.cells.zones.get(place.zone).is_some_and(|cell| cell.total() > 0)
            })
            .map(|judged| judged.service.name.as_str())
            .collect();
        for name in quorum {
            self.note(
                "stays",
                format!("members of {name} in {}: a quorum is moved one by one, by `replace`", place.zone),
            );
        }
        let addresses = self.address_targets();
        if addresses > 0 {
            self.note(
                "stays",
                format!("{addresses} ip targets in {}: what runs behind them moves by its own means", place.zone),
            );
        }
    }

    /// Targets in the zone that are addresses and not instances.
    fn address_targets(&self) -> usize {
        let index = &self.place.judged.index;
        let own = index.targets().filter(|(number, target)| {
            target.instance().is_none() && index.zone_of_target_at(*number, target) == Some(self.place.zone)
        });
        own.count()
    }

    /// What could not be read, and what the role may not do.
    fn unknown(&mut self) {
        let what_if = self.place.what_if;
        for (_, why) in &what_if.unread {
            self.note("?", why.clone());
        }
        for gap in &what_if.gaps {
            self.note("?", gap.clone());
        }
        for needed in what_if.needed.iter().filter(|needed| needed.right == Right::Denied) {
            self.note(
                "?",
                format!("{} is denied ({}): those lanes stand, the others go", needed.action, needed.purpose),
            );
        }
    }
}

/// The first few, and how many more.
fn several(all: &[String]) -> String {
    let named: Vec<&str> = all.iter().take(NAMED).map(String::as_str).collect();
    let more = all.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    named.join(", ") + &more
}
