//! `[[accepted]]`: risks that somebody bears until a day.
//!
//! Must stay true: an acceptance without an owner, a reason and an end is refused, and so is one of a check that does not exist:
//! it would hide nothing, or hide something for ever.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use toml::Spanned;

use crate::judge::audit::{CHECKS, find};
use crate::judge::policy::AcceptedRisk;
use crate::listing::UnknownName;

use super::super::document::Document;
use super::super::error::ConfigError;
use super::super::origin::{Entry, Setting};
use super::check_word;

/// What one `[[accepted]]` may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    check: Option<Spanned<String>>,
    subject: Option<Spanned<String>>,
    owner: Option<Spanned<String>>,
    reason: Option<Spanned<String>>,
    until: Option<Spanned<toml::Value>>,
}

/// The risk that a table accepts.
pub(super) fn accept<T>(
    document: &Document<'_, T>,
    table: &Spanned<Keys>,
) -> Result<Setting<AcceptedRisk>, ConfigError> {
    let keys = table.get_ref();
    let word = |key: &Option<Spanned<String>>, name: &str, asks: &str| match key {
        None => Err(document.error(table, format!("an accepted risk needs `{name}`: {asks}"))),
        Some(word) => check_word(word.get_ref().trim().to_owned())
            .map_err(|message| document.error(word, format!("{name}: {message}"))),
    };
    let check = word(&keys.check, "check", "which check found it")?;
    if let Some(at) = keys.check.as_ref().filter(|_| find(&check).is_none()) {
        let unknown = UnknownName::new("check", &check, CHECKS.iter().map(|check| check.name));
        return Err(document.error(at, unknown.to_string()));
    }
    let subject = word(&keys.subject, "subject", "the name or id of what it is about, `*` stands for any text")?;
    let owner = word(&keys.owner, "owner", "who bears it")?;
    let reason = word(&keys.reason, "reason", "why it is borne")?;
    let Some(until) = &keys.until else {
        return Err(document.error(table, "an accepted risk needs `until`: the last day, as in 2027-03-31"));
    };
    let end = end(until.get_ref()).map_err(|message| document.error(until, message))?;
    let risk = AcceptedRisk { check, subject, owner, reason, until: end };
    let mut setting = Setting::default(risk.clone());
    setting.set(risk, document.origin(table));
    Ok(setting)
}

/// The risk in words, with its origin.
pub(super) fn entry(setting: &Setting<AcceptedRisk>) -> Entry {
    let AcceptedRisk { check, subject, owner, reason, until } = &setting.value;
    let words = format!("{subject:?} by {owner:?} until {until}: {reason:?}");
    Entry::new(format!("accepted.{check}"), setting, words)
}

/// The end of the last day (UTC), or the moment, where one is given.
fn end(value: &toml::Value) -> Result<Timestamp, String> {
    let text = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Datetime(at) => at.to_string(),
        other => return Err(format!("{other} is not a day, as in 2027-03-31")),
    };
    let of_day = |day: Date| day.checked_add(1.day()).ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let moment = || text.parse::<Timestamp>().ok();
    // A moment begins with a day too, so it is tried first.
    moment()
        .or_else(|| text.parse::<Date>().ok().and_then(of_day))
        .ok_or_else(|| format!("`{text}` is not a day, as in 2027-03-31"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::config::{Config, ConfigError, Overrides, Rules, Source};

    const WHOLE: &str = "[[accepted]]\ncheck = \"multi-az-off\"\nsubject = \"rep*\"\nowner = \"ada\"\n\
                         reason = \"moves in spring\"\nuntil = 2027-03-31\n";

    fn load(text: &str) -> Result<Rules, ConfigError> {
        let source = Source { path: "policy.toml".into(), text: text.to_owned() };
        Rules::load(Some(&source), &Config::default(), &|_| None, &Overrides::default())
    }

    #[test]
    fn a_risk_is_accepted_through_its_last_day() {
        let rules = load(WHOLE).unwrap();
        let accepted = rules.judgement().accepted;
        assert_eq!((accepted.len(), accepted[0].until.to_string().as_str()), (1, "2027-04-01T00:00:00Z"));
        let quoted = load(&WHOLE.replace("2027-03-31", "\"2027-03-31T12:00:00Z\"")).unwrap();
        assert_eq!(quoted.judgement().accepted[0].until.to_string(), "2027-03-31T12:00:00Z");
        let shown: Vec<String> = rules.entries().iter().map(ToString::to_string).collect();
        assert!(shown.iter().any(|entry| entry.contains("accepted.multi-az-off") && entry.contains("policy.toml:1")));
    }

    #[test]
    fn an_acceptance_without_end_owner_or_check_is_refused_with_its_place() {
        for (from, to, wanted) in [
            ("owner = \"ada\"\n", "", "policy.toml:1:1: an accepted risk needs `owner`: who bears it"),
            ("until = 2027-03-31\n", "", "policy.toml:1:1: an accepted risk needs `until`"),
            (
                "multi-az-off",
                "multi-az-of",
                "policy.toml:2:9: unknown check `multi-az-of`; did you mean `multi-az-off`?",
            ),
            ("2027-03-31", "\"soon\"", "policy.toml:6:9: `soon` is not a day, as in 2027-03-31"),
            ("2027-03-31", "7", "policy.toml:6:9: 7 is not a day"),
            ("\"ada\"", "\" \"", "policy.toml:4:9: owner: it is empty"),
            ("reason", "raeson", "policy.toml:5:1: unknown key `raeson`; did you mean `reason`?"),
        ] {
            let error = load(&WHOLE.replace(from, to)).unwrap_err().to_string();
            assert!(error.starts_with(wanted), "{from} > {to}\n{error}");
        }
    }
}
