//! How something wanted is to be done, field by field: what forms and reviews fill in.
//!
//! Depends on: the registry's forms. Must stay true: a value that does not fit is never taken.

use crate::id::Text;
use crate::operation::intent::{Field, FieldKind, Intent};
use crate::operation::registry;

/// Fields that every operation has, beside its own: what the journal is told.
const SHARED: &[Field] = &[
    Field { name: "reason", doc: "why, for the journal", kind: FieldKind::Name, default: None },
    Field { name: "ticket", doc: "the ticket that it belongs to", kind: FieldKind::Name, default: None },
];

/// The fields of what is wanted: the operation's own, then those of all.
pub fn fields(intent: &Intent) -> impl Iterator<Item = &'static Field> + use<> {
    let own = registry::find(&intent.operation).map_or(&[][..], |operation| operation.form);
    own.iter().chain(SHARED)
}

/// A field by its name.
pub fn field(intent: &Intent, name: &str) -> Option<&'static Field> {
    fields(intent).find(|field| field.name == name)
}

/// What is filled in.
pub fn value<'a>(intent: &'a Intent, name: &str) -> Option<&'a Text> {
    match name {
        "reason" => intent.reason.as_ref(),
        "ticket" => intent.ticket.as_ref(),
        name => intent.settings.get(name),
    }
}

/// What is wrong with a value; nothing where it is empty: then what stands for it counts.
pub fn reason_against(intent: &Intent, name: &str, value: &str) -> Option<String> {
    let Some(field) = field(intent, name) else {
        let names: Vec<&str> = fields(intent).map(|field| field.name).collect();
        return Some(format!("{} has no setting `{name}`: {}", intent.operation, names.join(", ")));
    };
    Some(field).filter(|_| !value.is_empty())?.reason_against(value)
}

/// Fills a field in, or empties it.
///
/// # Errors
/// What is wrong with the value.
pub fn set(intent: &mut Intent, name: &str, value: &str) -> Result<(), String> {
    if let Some(why) = reason_against(intent, name, value) {
        return Err(why);
    }
    let value = Some(value).filter(|value| !value.is_empty()).map(Text::from);
    match (name, value) {
        ("reason", value) => intent.reason = value,
        ("ticket", value) => intent.ticket = value,
        (name, Some(value)) => drop(intent.settings.insert(name.into(), value)),
        (name, None) => drop(intent.settings.remove(name)),
    }
    Ok(())
}

/// The word after the present one where a field is a choice; none where it is typed.
pub fn next_choice(intent: &Intent, name: &str) -> Option<String> {
    let field = field(intent, name)?;
    let words = match field.kind {
        FieldKind::Choice(words) => words,
        FieldKind::Switch => &["no", "yes"],
        FieldKind::Count | FieldKind::Ids | FieldKind::Name => return None,
    };
    let now = value(intent, name).map(|value| &**value).or(field.default).unwrap_or_default();
    let at = words.iter().position(|word| *word == now);
    at.and_then(|at| words.get(at + 1)).or(words.first()).map(|word| (*word).to_owned())
}
