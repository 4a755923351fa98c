//! What a plan leaves open until it runs: the instances that a step brings, what its calls were answered, and the client token.
//!
//! Owns: the blanks, `${s1}`, `${s1#0}`, `${s1.zonalShiftId}` and `${token}`, and how they are filled. Depends on: plain data. Must stay true: nothing with a blank
//! in it is sent or asked; `${s1}` in a list becomes all that the step brought, elsewhere it must have brought exactly one; `${s1#0}` is
//! the first that it brought, `${s1.zonalShiftId}` a field of what its calls were answered. A call that takes back what never came is left out by whoever runs the plan.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::plan::StepId;
use crate::id::{InstanceId, Text};

/// The blank that the engine fills with the client token of the very call, so that a repeat is known as one.
pub const TOKEN: &str = "${token}";

/// The blank within a text that becomes the operation's id: a shift's comment and a group's tag say whose they are, and the plan's digest
/// is the same whenever it is planned.
pub const OPERATION: &str = "${operation}";

/// What blanks are filled with.
#[derive(Debug, Clone, Default)]
pub struct Fill {
    /// What each step brought.
    pub brought: BTreeMap<StepId, Vec<InstanceId>>,
    /// Telling fields of what each step's calls were answered.
    pub answers: BTreeMap<StepId, BTreeMap<Text, Text>>,
    /// The client token of the call that is about to be sent.
    pub token: Option<Text>,
    /// The operation's id.
    pub operation: Option<Text>,
}

/// Why something cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Blank {
    /// What is meant never came, or not yet.
    #[error("{0} has not brought what is meant")]
    Absent(StepId),
    /// A step brought several where one is meant.
    #[error("{0} brought {1} instances where one is meant")]
    Several(StepId, usize),
    /// There is no client token.
    #[error("a client token is missing")]
    Token,
    /// Nobody said which operation it is.
    #[error("the operation's id is missing")]
    Operation,
    /// It is no plain data, which no test has seen.
    #[error("{0}")]
    Shape(String),
}

impl Fill {
    /// A call, a condition or a need with its blanks filled.
    ///
    /// # Errors
    /// Where something is not known yet.
    pub fn fill<T: Serialize + DeserializeOwned>(&self, open: &T) -> Result<T, Blank> {
        let shape = |why: serde_json::Error| Blank::Shape(why.to_string());
        let filled = self.value(serde_json::to_value(open).map_err(shape)?)?;
        serde_json::from_value(filled).map_err(shape)
    }

    fn value(&self, value: Value) -> Result<Value, Blank> {
        Ok(match value {
            Value::String(text) if text == TOKEN => match &self.token {
                Some(token) => Value::String(token.to_string()),
                None => return Err(Blank::Token),
            },
            Value::String(text) => match origin(&text) {
                Some(origin) => Value::String(self.one(origin)?),
                None if text.contains(OPERATION) => {
                    let id = self.operation.as_ref().ok_or(Blank::Operation)?;
                    Value::String(text.replace(OPERATION, id))
                }
                None => Value::String(text),
            },
            Value::Array(items) => Value::Array(self.items(items)?),
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(name, value)| Ok((name, self.value(value)?)));
                Value::Object(fields.collect::<Result<_, Blank>>()?)
            }
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain,
        })
    }

    /// The one text that is meant where one is.
    fn one(&self, origin: Origin) -> Result<String, Blank> {
        let Origin { step, part } = origin;
        let all = self.of(&step);
        let one = match (&part, all) {
            (Meant::Field(field), _) => {
                self.answers.get(&step).and_then(|answer| answer.get(field)).map(Text::to_string)
            }
            (Meant::Nth(which), all) => all.get(*which).map(ToString::to_string),
            (Meant::All, [one]) => Some(one.to_string()),
            (Meant::All, []) => None,
            (Meant::All, several) => return Err(Blank::Several(step, several.len())),
        };
        one.ok_or(Blank::Absent(step))
    }

    fn items(&self, items: Vec<Value>) -> Result<Vec<Value>, Blank> {
        let mut filled = Vec::with_capacity(items.len());
        for item in items {
            match item.as_str().and_then(origin) {
                Some(Origin { step, part: Meant::All }) => match self.of(&step) {
                    [] => return Err(Blank::Absent(step)),
                    all => filled.extend(all.iter().map(|one| Value::String(one.to_string()))),
                },
                Some(_) | None => filled.push(self.value(item)?),
            }
        }
        Ok(filled)
    }

    fn of(&self, step: &StepId) -> &[InstanceId] {
        self.brought.get(step).map(Vec::as_slice).unwrap_or_default()
    }
}

/// What a text leaves a blank for.
struct Origin {
    step: StepId,
    part: Meant,
}

/// Which part of what a step gives.
enum Meant {
    /// All that it brought.
    All,
    /// One of what it brought.
    Nth(usize),
    /// A field of what its calls were answered.
    Field(Text),
}

/// The step that a text leaves a blank for, and what of it is meant: `${s1}`, `${s1#0}`, `${s1.zonalShiftId}`.
fn origin(text: &str) -> Option<Origin> {
    let inside = text
        .strip_prefix("${")?
        .strip_suffix('}')
        .filter(|step| text != TOKEN && text != OPERATION && !step.is_empty())?;
    let of = |step: &str, part| Some(Origin { step: StepId::from(step), part });
    match (inside.split_once('#'), inside.split_once('.')) {
        (Some((step, which)), _) => of(step, Meant::Nth(which.parse().ok()?)),
        (None, Some((step, field))) => of(step, Meant::Field(field.into())),
        (None, None) => of(inside, Meant::All),
    }
}

/// The blank for a field of what a step's calls were answered: `${s3.zonalShiftId}`.
#[must_use]
pub fn answered(step: &StepId, field: &str) -> Text {
    format!("${{{step}.{field}}}").into()
}

/// The steps of which something leaves blanks for what they bring or are answered.
pub fn origins<T: Serialize>(open: &T) -> Vec<StepId> {
    fn walk(value: &Value, found: &mut Vec<StepId>) {
        match value {
            Value::String(text) => found.extend(origin(text).map(|origin| origin.step)),
            Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            Value::Object(fields) => fields.values().for_each(|value| walk(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut found = Vec::new();
    // What is no plain data has no blanks either.
    walk(&serde_json::to_value(open).unwrap_or_default(), &mut found);
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::call::{Action, Call, CancelShift, MembersOf, SHIFT_ID, TargetSpec, Targets, Whom};
    use super::*;

    #[test]
    fn blanks_are_filled_with_what_a_step_brought_and_nothing_is_sent_with_one() {
        let region = "us-east-1".into();
        let members = MembersOf { auto_scaling_group_name: "web".into(), instance_ids: vec![Whom::From("s1".into())] };
        let call = Call::new(&region, Action::AttachInstances(members));
        let mut fill = Fill::default();
        assert_eq!(fill.fill(&call), Err(Blank::Absent("s1".into())));
        fill.brought.insert("s1".into(), vec!["i-1".into(), "i-2".into()]);
        let sent = fill.fill(&call).unwrap().parameters().unwrap();
        assert_eq!(sent["InstanceIds"], serde_json::json!(["i-1", "i-2"]));
        let target = TargetSpec { id: "${s1}".into(), port: None };
        let one = Call::new(
            &region,
            Action::RegisterTargets(Targets { target_group_arn: "arn:tg".into(), targets: vec![target] }),
        );
        assert_eq!(fill.fill(&one), Err(Blank::Several("s1".into(), 2)), "each is one target");
        assert_eq!(origins(&one), [StepId::from("s1")]);
        let nth = |which: usize| TargetSpec { id: format!("${{s1#{which}}}").into(), port: None };
        assert_eq!(fill.fill(&nth(1)).unwrap().id.as_ref(), "i-2");
        assert_eq!(fill.fill(&nth(2)), Err(Blank::Absent("s1".into())), "a third never came");
    }

    #[test]
    fn what_a_call_was_answered_names_what_takes_it_back() {
        let cancel = Action::CancelZonalShift(CancelShift { zonal_shift_id: answered(&"s3".into(), SHIFT_ID) });
        let call = Call::new(&"us-east-1".into(), cancel);
        let mut fill = Fill::default();
        assert_eq!(origins(&call), [StepId::from("s3")]);
        fill.brought.insert("s3".into(), vec!["i-1".into()]);
        assert_eq!(fill.fill(&call), Err(Blank::Absent("s3".into())), "what it brought is not its answer");
        fill.answers.insert("s3".into(), BTreeMap::from([(SHIFT_ID.into(), "shift-1".into())]));
        assert_eq!(fill.fill(&call).unwrap().parameters().unwrap()["zonalShiftId"], "shift-1");
    }
}
