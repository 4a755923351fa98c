//! The policy file: rules of the account's owners, and what they call their accounts.
//!
//! Owns: its keys and the effective [`Rules`]. Depends on: documents, the judgement's policy. Must stay true: read-only from
//! any side is read-only; no file, environment or option takes it back.

mod accepted;
mod accounts;
mod audit;
mod availability;
mod headroom;
mod metrics;
mod operations;
mod probes;
mod services;
mod shell;
mod zones;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use crate::estate::Kind;
use crate::id::AccountId;
use crate::judge;
use crate::judge::policy::AcceptedRisk;
use crate::listing::{UnknownName, kind_word};

use super::document::{Document, as_is};
use super::error::ConfigError;
use super::origin::{Entry, Origin, Setting};
use super::settings::{Config, check_tags};
use super::{Environment, Overrides, Source};
pub use accounts::{Account, AccountsTable, Frame};
pub use audit::AuditTable;
pub use availability::AvailabilityTable;
pub use headroom::HeadroomTable;
pub use metrics::MetricsTable;
pub use operations::OperationsTable;
pub use services::ServicesTable;
pub use shell::ShellTable;
pub use zones::ZonesTable;

/// What the policy file may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    read_only: Option<Spanned<bool>>,
    service_tags: Option<Spanned<Vec<String>>>,
    accept_unread: Option<Spanned<Vec<String>>>,
    lag_warning_s: Option<Spanned<f64>>,
    #[serde(default)]
    zones: zones::Keys,
    #[serde(default)]
    headroom: headroom::Keys,
    #[serde(default)]
    metrics: metrics::Keys,
    #[serde(default)]
    audit: audit::Keys,
    #[serde(default)]
    availability: availability::Keys,
    #[serde(default)]
    probes: Vec<probes::Keys>,
    #[serde(default)]
    services: BTreeMap<Spanned<String>, services::Keys>,
    #[serde(default)]
    accepted: Vec<Spanned<accepted::Keys>>,
    #[serde(default)]
    accounts: BTreeMap<Spanned<String>, accounts::Keys>,
    #[serde(default)]
    shell: shell::Keys,
    #[serde(default)]
    operations: operations::Keys,
}

/// The effective rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Whether nothing may be changed.
    pub read_only: Setting<bool>,
    /// Tag keys that name a thing's service, the first that is present wins.
    pub service_tags: Setting<Vec<String>>,
    /// Kinds that may stay unread without making the verdict unknown.
    pub accept_unread: Setting<BTreeSet<Kind>>,
    /// Replica lag in seconds from which a replica is worth a warning.
    pub lag_warning_s: Setting<f64>,
    /// When a zone stands out.
    pub zones: ZonesTable,
    /// How full what remains may become.
    pub headroom: HeadroomTable,
    /// What metrics may cost.
    pub metrics: MetricsTable,
    /// Thresholds of the audit.
    pub audit: AuditTable,
    /// What the availability arithmetic begins from.
    pub availability: AvailabilityTable,
    /// Black-box probes.
    pub probes: Vec<Setting<judge::policy::Probe>>,
    /// Services that the file declares.
    pub services: ServicesTable,
    /// Risks that somebody has accepted.
    pub accepted: Vec<Setting<AcceptedRisk>>,
    /// What accounts are called, and what they are for.
    pub accounts: AccountsTable,
    /// Whether a shell may be opened on an instance.
    pub shell: ShellTable,
    /// What may be changed, how much of it, and what is asked before.
    pub operations: OperationsTable,
}

impl Default for Rules {
    fn default() -> Self {
        let judge = judge::Policy::default();
        Self {
            read_only: Setting::default(false),
            service_tags: Setting::default(judge.service_tags),
            accept_unread: Setting::default(judge.accept_unread),
            lag_warning_s: Setting::default(judge.lag_warning_s),
            zones: ZonesTable::default(),
            headroom: HeadroomTable::default(),
            metrics: MetricsTable::default(),
            audit: AuditTable::default(),
            availability: AvailabilityTable::default(),
            probes: Vec::new(),
            services: ServicesTable::default(),
            accepted: Vec::new(),
            accounts: AccountsTable::default(),
            shell: ShellTable::default(),
            operations: OperationsTable::default(),
        }
    }
}

impl Rules {
    /// The rules in force. `config` may name service tags, where the policy does not.
    pub fn load(
        file: Option<&Source>,
        config: &Config,
        environment: Environment<'_>,
        options: &Overrides,
    ) -> Result<Self, ConfigError> {
        let mut rules = Self::default();
        if let Some(tags) = &config.service_tags.value {
            rules.service_tags.set(tags.clone(), config.service_tags.origin.clone());
        }
        if let Some(source) = file {
            rules.apply_file(source)?;
        }
        // Whatever the word, it asks for safety; only a plain no does not.
        let asks = |value: &String| !matches!(value.trim().to_lowercase().as_str(), "" | "0" | "false" | "no" | "off");
        if options.read_only {
            rules.read_only.set(true, Origin::Option("--read-only"));
        } else if environment("FOURNINES_READ_ONLY").as_ref().is_some_and(asks) {
            rules.read_only.set(true, Origin::Environment("FOURNINES_READ_ONLY"));
        }
        Ok(rules)
    }

    fn apply_file(&mut self, source: &Source) -> Result<(), ConfigError> {
        let document: Document<'_, Keys> = Document::parse(source)?;
        let keys = &document.keys;
        document.apply(keys.read_only.as_ref(), &mut self.read_only, as_is)?;
        document.apply(keys.service_tags.as_ref(), &mut self.service_tags, check_tags)?;
        document.apply(keys.accept_unread.as_ref(), &mut self.accept_unread, check_kinds)?;
        document.apply(keys.lag_warning_s.as_ref(), &mut self.lag_warning_s, check_lag)?;
        self.zones.apply(&document, &keys.zones)?;
        self.headroom.apply(&document, &keys.headroom)?;
        self.metrics.apply(&document, &keys.metrics)?;
        self.audit.apply(&document, &keys.audit)?;
        self.availability.apply(&document, &keys.availability)?;
        self.probes = probes::load(&document, &keys.probes)?;
        self.services.apply(&document, &keys.services)?;
        for table in &keys.accepted {
            self.accepted.push(accepted::accept(&document, table)?);
        }
        self.shell.apply(&document, &keys.shell)?;
        self.operations.apply(&document, &keys.operations)?;
        self.accounts = AccountsTable::load(&document, &keys.accounts)?;
        Ok(())
    }

    /// What the judgement goes by.
    pub fn judgement(&self) -> judge::Policy {
        judge::Policy {
            service_tags: self.service_tags.value.clone(),
            accept_unread: self.accept_unread.value.clone(),
            lag_warning_s: self.lag_warning_s.value,
            zones: self.zones.judgement(),
            headroom: self.headroom.judgement(),
            metrics: self.metrics.judgement(),
            audit: self.audit.judgement(),
            availability: self.availability.judgement(),
            probes: self.probes.iter().map(|probe| probe.value.clone()).collect(),
            services: self.services.judgement(),
            accepted: self.accepted.iter().map(|risk| risk.value.clone()).collect(),
        }
    }

    /// What plans go by.
    pub fn operations(&self) -> crate::operation::Rules {
        self.operations.rules()
    }

    /// How long runs bear with what does not go as planned.
    pub fn limits(&self) -> crate::operation::Limits {
        self.operations.limits()
    }

    /// What the policy says of this account, whose alias at AWS is `alias`.
    pub fn account(&self, id: &AccountId, alias: Option<&str>) -> Account {
        self.accounts.of(id, alias)
    }

    /// Every rule in words, with its origin.
    pub fn entries(&self) -> Vec<Entry> {
        let kinds: Vec<String> = self.accept_unread.value.iter().copied().map(kind_word).collect();
        let mut entries = vec![
            Entry::new("read_only", &self.read_only, self.read_only.value),
            Entry::new("service_tags", &self.service_tags, format!("{:?}", self.service_tags.value)),
            Entry::new("accept_unread", &self.accept_unread, format!("{kinds:?}")),
            Entry::new("lag_warning_s", &self.lag_warning_s, self.lag_warning_s.value),
        ];
        entries.extend(self.zones.entries());
        entries.extend(self.headroom.entries());
        entries.extend(self.metrics.entries());
        entries.extend(self.audit.entries());
        entries.extend(self.availability.entries());
        let probes =
            self.probes.iter().map(|probe| Entry::new(format!("probes.{}", probe.value.name), probe, &probe.value.aim));
        entries.extend(probes);
        entries.extend(self.services.entries());
        entries.extend(self.accepted.iter().map(accepted::entry));
        entries.extend(self.accounts.entries());
        entries.extend(self.shell.entries());
        entries.extend(self.operations.entries());
        entries
    }
}

fn check_kinds(words: Vec<String>) -> Result<BTreeSet<Kind>, String> {
    let find = |word: &String| {
        let wanted = word.replace(' ', "-");
        let unknown = || UnknownName::new("kind", word, Kind::ALL.iter().copied().map(kind_word)).to_string();
        Kind::ALL.iter().copied().find(|kind| kind_word(*kind) == wanted).ok_or_else(unknown)
    };
    words.iter().map(find).collect()
}

fn check_lag(seconds: f64) -> Result<f64, String> {
    if seconds > 0.0 && seconds.is_finite() {
        Ok(seconds)
    } else {
        Err(format!("{seconds} is not a time in seconds above 0"))
    }
}

fn check_share(share: f64) -> Result<f64, String> {
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(format!("{share} is not a share: from 0 to 1")) }
}

fn check_count(count: usize) -> Result<usize, String> {
    if count > 0 { Ok(count) } else { Err("0 is not a count from 1".to_owned()) }
}

fn check_days(days: u32) -> Result<u32, String> {
    if days > 0 { Ok(days) } else { Err("0 is not a number of days from 1".to_owned()) }
}

fn check_positive(value: f64) -> Result<f64, String> {
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err(format!("{value} is not a number above 0")) }
}

fn check_not_negative(value: f64) -> Result<f64, String> {
    if value >= 0.0 && value.is_finite() { Ok(value) } else { Err(format!("{value} is not a number from 0")) }
}

fn check_percent(value: f64) -> Result<f64, String> {
    if value > 0.0 && value <= 100.0 { Ok(value) } else { Err(format!("{value} is not per cent: above 0, to 100")) }
}

fn check_availability(value: f64) -> Result<f64, String> {
    if value > 0.0 && value < 1.0 {
        Ok(value)
    } else {
        Err(format!("{value} is not an availability: above 0 and below 1, as in 0.9995"))
    }
}

fn check_word(word: String) -> Result<String, String> {
    if word.trim().is_empty() { Err("it is empty: leave the key out instead".to_owned()) } else { Ok(word) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;

    /// The rules of a policy file alone.
    pub(super) fn load_policy(text: &str) -> Result<Rules, ConfigError> {
        load(text, None, &Overrides::default())
    }

    fn load(text: &str, read_only: Option<&str>, options: &Overrides) -> Result<Rules, ConfigError> {
        let source = Source { path: "policy.toml".into(), text: text.to_owned() };
        let environment = |name: &str| read_only.filter(|_| name == "FOURNINES_READ_ONLY").map(str::to_owned);
        Rules::load(Some(&source), &Config::default(), &environment, options)
    }

    #[test]
    fn errors_name_the_place_and_the_nearest() {
        for (text, wanted) in [
            ("readonly = true", "policy.toml:1:1: unknown key `readonly`; did you mean `read_only`?"),
            ("accept_unread = [\"alarm\"]", "policy.toml:1:17: unknown kind `alarm`; did you mean `alarms`?"),
            ("[zones]\nshare = 20", "policy.toml:2:9: 20 is not a share: from 0 to 1"),
            ("[zones]\nelsewhere = 0.3", "policy.toml:2:13: elsewhere 0.3 must be below share 0.2"),
            ("[accounts.12345]\nname = \"x\"", "policy.toml:1:11: `12345` is not an account's id"),
            ("[accounts.shop]\nframe = \"red\"", "policy.toml:2:9: unknown word `red`"),
            ("[accounts.123456789012]\nnmae = \"x\"", "policy.toml:2:1: unknown key `nmae`; did you mean `name`?"),
        ] {
            let error = load(text, None, &Overrides::default()).unwrap_err().to_string();
            assert!(error.starts_with(wanted), "{text}\n{error}");
        }
    }

    #[test]
    fn rules_reach_the_judgement_with_their_origin() {
        let text = "accept_unread = [\"instance-status\"]\nlag_warning_s = 5\n\
                    [accounts.123456789012]\nname = \"shop\"\nclass = \"production\"";
        let rules = load(text, None, &Overrides::default()).unwrap();
        let policy = rules.judgement();
        assert!(policy.accept_unread.contains(&Kind::InstanceStatuses) && policy.lag_warning_s == 5.0);
        let account = rules.account(&AccountId::from("123456789012"), None);
        assert_eq!(account.name.as_deref(), Some("shop"));
        let shown: Vec<String> = rules.entries().iter().map(ToString::to_string).collect();
        assert!(shown.contains(&"accept_unread = [\"instance-status\"]  # policy.toml:1".to_owned()), "{shown:?}");
        assert!(
            shown.contains(&"accounts.123456789012.class = \"production\"  # policy.toml:5".to_owned()),
            "{shown:?}"
        );
        assert!(shown.contains(&"zones.share = 0.2  # default".to_owned()), "{shown:?}");
    }

    #[test]
    fn read_only_from_any_side_is_read_only() {
        let option = Overrides { read_only: true, ..Overrides::default() };
        for (text, environment, options, read_only) in [
            ("", None, &Overrides::default(), false),
            ("", Some("0"), &Overrides::default(), false),
            ("", Some("yse"), &Overrides::default(), true),
            ("read_only = true", Some("0"), &Overrides::default(), true),
            ("read_only = false", Some("1"), &Overrides::default(), true),
            ("read_only = false", None, &option, true),
        ] {
            assert_eq!(load(text, environment, options).unwrap().read_only.value, read_only, "{text} {environment:?}");
        }
    }
}
