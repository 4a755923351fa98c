//! The marks that an evacuation leaves in AWS itself, so that any laptop can return without its journal (`aws-domain.md` C.3).
//!
//! Owns: the words of a shift's comment and of the groups' tags, written and read here alone. Depends on: the estate. Must stay true: what
//! is written is read back; what cannot be read is no mark.

use super::change::{Change, Field, Value, subnets};
use super::present::Present;
use crate::estate::group::Group;
use crate::estate::shift::ZonalShift;
use crate::id::{Text, ZoneId};

/// The tag that tells what a group's sizes were: `OPERATION_ID ZONE_ID min=… desired=… max=…`.
pub const SIZES_TAG: &str = "fournines:evacuate";
/// The tag that tells what a group's subnets were, as AWS listed them.
pub const SUBNETS_TAG: &str = "fournines:evacuate-subnets";
/// The tag of an instance that was launched to see whether a zone is well: the operation's id.
pub const CANARY_TAG: &str = "fournines:canary";
/// How many letters ARC takes of a comment.
const COMMENT: usize = 128;

/// A shift's comment: which operation, and whose.
#[must_use]
pub fn comment(operation: &Text, caller: &str) -> Text {
    let who = caller.rsplit('/').next().unwrap_or(caller);
    format!("fournines {operation} {who}").chars().take(COMMENT).collect::<String>().into()
}

/// The operation and the person that a shift's comment names; none where it is not one of ours.
#[must_use]
pub fn owner(shift: &ZonalShift) -> Option<(Text, Text)> {
    let mut words = shift.comment.as_deref()?.split_whitespace();
    if words.next() != Some("fournines") {
        return None;
    }
    Some((words.next()?.into(), words.next().unwrap_or("somebody").into()))
}

/// The value of the tag that tells a group's sizes.
#[must_use]
pub fn sizes(operation: &Text, zone: &ZoneId, group: &Group) -> Text {
    format!("{operation} {zone} min={} desired={} max={}", group.min, group.desired, group.max).into()
}

/// What that tag tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// The operation.
    pub operation: Text,
    /// The zone that was left.
    pub zone: Text,
    /// Min, desired and max, as they were.
    pub sizes: (i32, i32, i32),
}

/// Reads that tag; none where it tells nothing.
#[must_use]
pub fn read(value: &str) -> Option<Sizes> {
    let mut words = value.split_whitespace();
    let (operation, zone) = (words.next()?.into(), words.next()?.into());
    let rest: Vec<&str> = words.collect();
    let number = |name: &str| {
        let found = rest.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))?;
        found.parse::<i32>().ok().filter(|number| *number >= 0)
    };
    Some(Sizes { operation, zone, sizes: (number("min")?, number("desired")?, number("max")?) })
}

/// The tag of a group, where it is about this zone.
#[must_use]
pub fn of_group(group: &Group, zone: &ZoneId) -> Option<Sizes> {
    read(group.tags.get(SIZES_TAG)?).filter(|sizes| *sizes.zone == **zone.text())
}

/// What AWS itself tells was changed, without any record: shifts that are ours by their comment, groups by their tags. What we set is not
/// told there, so that what is there now is taken for it.
#[must_use]
pub fn changes(present: &Present<'_>) -> Vec<Change> {
    let change =
        |field: Field, before: Value, by: &Text| Change { field, before, ours: None, back: None, by: by.clone() };
    let mut found = Vec::new();
    for shift in present.shifts().unwrap_or_default() {
        if let Some((by, _)) = owner(shift) {
            found.push(change(Field::Shift(shift.resource.clone()), Value::Absent, &by));
        }
    }
    for group in present.ground.estate.table::<Group>(present.region, present.ground.now).known() {
        let Some(Sizes { operation, sizes: (min, desired, max), .. }) = of_group(group, present.zone) else { continue };
        let name = &group.name;
        found.push(change(Field::Min(name.clone()), Value::Number(min), &operation));
        found.push(change(Field::Desired(name.clone()), Value::Number(desired), &operation));
        found.push(change(Field::Max(name.clone()), Value::Number(max), &operation));
        found.push(change(Field::Tag(name.clone(), SIZES_TAG.into()), Value::Absent, &operation));
        if let Some(list) = group.tags.get(SUBNETS_TAG) {
            found.push(change(Field::Subnets(name.clone()), subnets(list), &operation));
            found.push(change(Field::Tag(name.clone(), SUBNETS_TAG.into()), Value::Absent, &operation));
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_into_aws_is_read_back_and_nothing_else_is_a_mark() {
        let told = read("evacuate-20261121-031422-7f3a use1-az4 min=3 desired=12 max=15").unwrap();
        assert_eq!((&*told.zone, told.sizes), ("use1-az4", (3, 12, 15)));
        for none in ["", "evacuate-1", "evacuate-1 use1-az4 min=3 desired=x max=15", "a b min=-1 desired=2 max=3"] {
            assert_eq!(read(none), None, "{none}");
        }
        let long = comment(&"evacuate-1".into(), &format!("arn:aws:sts::1:assumed-role/oncall/{}", "a".repeat(200)));
        assert!(long.starts_with("fournines evacuate-1 aaaa") && long.chars().count() == COMMENT, "{long}");
    }
}
