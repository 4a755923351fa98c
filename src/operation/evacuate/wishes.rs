//! What somebody wants of an evacuation: the form, and which parts are in.

use super::super::call::expiry_minutes;
use super::super::intent::{Count, Field, FieldKind, Intent, Settings};
use super::super::plan::Refusal;
use crate::id::Text;

/// The form.
pub(super) const FORM: &[Field] = &[
    Field { name: "only", doc: "only these services, comma by comma", kind: FieldKind::Ids, default: None },
    Field {
        name: "with",
        doc: "parts that are off: a database, a balancer by its last resort, machines:SERVICE",
        kind: FieldKind::Ids,
        default: None,
    },
    Field {
        name: "expiry",
        doc: "when traffic comes back by itself, healed or not: 6h, 90m, at most 72h",
        kind: FieldKind::Name,
        default: Some("6h"),
    },
    Field {
        name: "machines",
        doc: "keep them in the zone, the way back, or move them too",
        kind: FieldKind::Choice(&["keep", "move"]),
        default: Some("keep"),
    },
    Field {
        name: "limit",
        doc: "per cent of CPU that who remains may reach, instead of policy's",
        kind: FieldKind::Count,
        default: None,
    },
];

/// What somebody wants.
pub(super) struct Wishes {
    pub(super) only: Vec<String>,
    with: Vec<String>,
    skip: Vec<Text>,
    pub(super) expiry: Text,
    pub(super) expiry_minutes: u32,
    moves_machines: bool,
    pub(super) limit: Option<f64>,
}

impl Wishes {
    /// Reads them.
    ///
    /// # Errors
    /// Where a setting does not fit.
    pub(super) fn of(intent: &Intent) -> Result<Self, Refusal> {
        let settings = Settings::check(intent, FORM)?;
        let expiry = settings.get("expiry").unwrap_or("6h").trim();
        let Some(expiry_minutes) = expiry_minutes(expiry) else {
            return Err(Refusal::new(
                format!("expiry={expiry}: it takes 6h, 90m and the like, at most 72h"),
                "at its end traffic comes back by itself, healed or not; it can be extended",
            ));
        };
        let limit = match settings.count("limit") {
            None => None,
            Some(Count::Exactly(per_cent)) if (10..=100).contains(&per_cent) => Some(f64::from(per_cent)),
            Some(_) => return Err(Refusal::new("limit: it takes 10 to 100 per cent of CPU", "as in --set limit=80")),
        };
        let list = |name: &str| settings.ids(name).map(str::to_owned).collect::<Vec<String>>();
        Ok(Self {
            only: list("only"),
            with: list("with"),
            skip: intent.skip.clone(),
            expiry: expiry.into(),
            expiry_minutes,
            moves_machines: settings.get("machines") == Some("move"),
            limit,
        })
    }

    /// Whether a service is meant.
    pub(super) fn means(&self, service: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == service)
    }

    /// Whether a part was left out.
    pub(super) fn skips(&self, part: &str) -> bool {
        self.skip.iter().any(|skip| **skip == *part)
    }

    /// Whether a part was put in.
    pub(super) fn puts_in(&self, part: &str) -> bool {
        self.with.iter().any(|with| with == part)
    }

    /// Whether the machines of a part go too.
    pub(super) fn moves(&self, part: &str) -> bool {
        self.moves_machines || self.puts_in(&format!("machines:{part}"))
    }

    /// What was put in that is no part.
    pub(super) fn unknown<'w>(&'w self, parts: &[&str]) -> Option<&'w str> {
        let is_part = |with: &str| parts.contains(&with.strip_prefix("machines:").unwrap_or(with));
        self.with.iter().map(String::as_str).find(|with| !is_part(with))
    }
}
