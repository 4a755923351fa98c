//! What a line being typed could become.
//!
//! Owns: the offers and their order. Depends on: the registries. Must stay true: what is offered is what the line would take.

use crate::listing::{ColumnInfo, misfit};

use super::super::app::App;
use super::super::prompt::Purpose;
use super::super::screen::views;
use super::{Argument, all, is_key_only, offer_zones};

/// One thing that a line could become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The whole line.
    pub line: String,
    /// What of it is offered.
    pub word: String,
    /// What that is.
    pub doc: String,
}

/// A word on offer, under its other names too.
struct Offer {
    word: String,
    aliases: &'static [&'static str],
    doc: String,
}

impl Offer {
    fn new(word: impl Into<String>, doc: impl Into<String>) -> Self {
        Self { word: word.into(), aliases: &[], doc: doc.into() }
    }
}

/// What the line could become, the best fit first.
pub fn completions(app: &App, purpose: Purpose, line: &str) -> Vec<Completion> {
    match purpose {
        Purpose::Filter => of_filter(app, "", line, &filter_columns(app)),
        Purpose::Command => of_command(app, line.trim_start()),
        Purpose::Answer => Vec::new(),
    }
}

fn of_command(app: &App, line: &str) -> Vec<Completion> {
    let Some((name, typed)) = line.split_once(char::is_whitespace) else {
        let views =
            views().map(|view| Offer { word: view.name.to_owned(), aliases: view.aliases, doc: view.doc.to_owned() });
        let commands = all().filter(|command| !is_key_only(command)).map(|command| Offer {
            word: command.name.to_owned(),
            aliases: command.aliases,
            doc: command.doc.to_owned(),
        });
        return fitting(line, views.chain(commands), "");
    };
    let typed = typed.trim_start();
    if let Some(command) = all().find(|command| command.name == name || command.aliases.contains(&name)) {
        let columns = filter_columns(app);
        let doc = |word: &str| {
            let column = columns.iter().find(|column| column.name == word.trim_start_matches('-'));
            column.map(|column| column.doc.to_owned()).unwrap_or_default()
        };
        let (before, typed, offer) = match command.argument {
            Argument::None => return Vec::new(),
            Argument::Optional(_, offer) | Argument::Required(_, offer) => ("", typed, offer),
            // Of several, the last one is being typed.
            Argument::Several(_, offer) => {
                let (before, last) = typed.rfind(',').map_or(("", typed), |comma| typed.split_at(comma + 1));
                (before, last, offer)
            }
        };
        let offers = offer(app).into_iter().map(|word| Offer { doc: doc(&word), ..Offer::new(word, "") });
        return fitting(typed, offers, &format!("{name} {before}"));
    }
    let Some(view) = views().find(|view| view.name == name || view.aliases.contains(&name)) else { return Vec::new() };
    let columns = view.open(&app.keymap).map(|place| place.screen().filter_columns()).unwrap_or_default();
    of_filter(app, &format!("{name} "), typed, &columns)
}

/// The last term of a filter: a column's key, or a zone where zones are asked for.
fn of_filter(app: &App, before: &str, line: &str, columns: &[ColumnInfo]) -> Vec<Completion> {
    let at = line.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let (terms, last) = line.split_at_checked(at).unwrap_or(("", line));
    let (not, term) = last.strip_prefix('!').map_or(("", last), |term| ("!", term));
    let before = format!("{before}{terms}{not}");
    if let Some(zone) = term.strip_prefix("zone:") {
        return fitting(zone, offer_zones(app).into_iter().map(|zone| Offer::new(zone, "")), &format!("{before}zone:"));
    }
    if term.is_empty() || !term.chars().all(|c| c.is_ascii_alphabetic() || c == '_') {
        return Vec::new();
    }
    let keys = columns.iter().map(|column| Offer {
        word: format!("{}:", column.name),
        aliases: column.aliases,
        doc: column.doc.to_owned(),
    });
    let standings = [("is:problem", "what is not well"), ("is:stale", "what was read too long ago")];
    fitting(term, keys.chain(standings.map(|(word, doc)| Offer::new(word, doc))), &before)
}

/// Those that fit, the best first; equals stay in their order.
fn fitting(typed: &str, offers: impl IntoIterator<Item = Offer>, before: &str) -> Vec<Completion> {
    let fit = |offer: &Offer| {
        let alias = offer.aliases.iter().filter_map(|alias| misfit(typed, alias)).min();
        // An alias fits a little less than a name that fits as well.
        misfit(typed, &offer.word).into_iter().chain(alias.map(|misfit| misfit + 1)).min()
    };
    let mut ranked: Vec<(usize, Offer)> =
        offers.into_iter().filter_map(|offer| Some((if typed.is_empty() { 0 } else { fit(&offer)? }, offer))).collect();
    ranked.sort_by_key(|(misfit, _)| *misfit);
    let complete = |(_, offer): (usize, Offer)| Completion {
        line: format!("{before}{}", offer.word),
        word: offer.word,
        doc: offer.doc,
    };
    ranked.into_iter().map(complete).collect()
}

/// The columns that the visible screen's filter knows.
fn filter_columns(app: &App) -> Vec<ColumnInfo> {
    app.place().map(|place| place.screen().filter_columns()).unwrap_or_default()
}
