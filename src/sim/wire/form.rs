//! Forms (`Filter.1.Name=x&Filter.1.Value.1=y`) as trees of members.
//!
//! Owns: percent-decoding and the two ways AWS numbers lists in forms. Knows no service. Must stay true: memory is bounded by
//! the body's size, whatever numbers its names hold; nesting is bounded.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// AWS's inputs nest at most some six deep.
const DEEPEST: usize = 24;

/// How lists are written in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    /// EC2: `InstanceId.1`.
    Flat,
    /// Query: `AutoScalingGroupNames.member.1`, RDS `Filters.Filter.1.Values.Value.1`: the name before a number is skipped.
    Wrapped,
}

/// The pairs of a form or query string, decoded.
pub fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name, true), decode(value, true))
    })
}

/// Decodes `%41`, and `+` as a space where `plus` says so. What is not valid stays as it is, or becomes U+FFFD.
pub fn decode(text: &str, plus: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'+', _) if plus => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            _ => bytes.push(byte),
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The form's members as an object; `None` when names nest beyond reason.
pub fn members(text: &str, lists: Lists) -> Option<Map<String, Value>> {
    let mut root = Node::default();
    for (name, value) in pairs(text) {
        let segments = segments(&name, lists);
        if segments.len() > DEEPEST {
            return None;
        }
        let mut node = &mut root;
        for segment in segments {
            node = match segment {
                Segment::Name(name) => node.named.entry(name.to_owned()).or_default(),
                Segment::Index(index) => node.numbered.entry(index).or_default(),
            };
        }
        node.text = Some(value);
    }
    let Node { named, .. } = root;
    Some(named.into_iter().map(|(name, node)| (name, node.into_value())).collect())
}

enum Segment<'a> {
    Name(&'a str),
    Index(u32),
}

fn segments(name: &str, lists: Lists) -> Vec<Segment<'_>> {
    let mut segments: Vec<Segment<'_>> = Vec::new();
    for part in name.split('.') {
        match part.parse::<u32>() {
            Ok(index) if !segments.is_empty() => {
                let wrapped =
                    lists == Lists::Wrapped && segments.len() > 1 && matches!(segments.last(), Some(Segment::Name(_)));
                if wrapped {
                    segments.pop();
                }
                segments.push(Segment::Index(index));
            }
            _ => segments.push(Segment::Name(part)),
        }
    }
    segments
}

/// A name's value, its members and its items; a sane form has only one of the three.
#[derive(Default)]
struct Node {
    text: Option<String>,
    named: BTreeMap<String, Node>,
    numbered: BTreeMap<u32, Node>,
}

impl Node {
    fn into_value(self) -> Value {
        if !self.numbered.is_empty() {
            Value::Array(self.numbered.into_values().map(Self::into_value).collect())
        } else if !self.named.is_empty() {
            Value::Object(self.named.into_iter().map(|(name, node)| (name, node.into_value())).collect())
        } else {
            Value::String(self.text.unwrap_or_default())
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_list_forms_become_the_same_members() {
        let table = [
            (
                Lists::Flat,
                "Filter.1.Name=vpc-id&Filter.1.Value.1=a&Filter.1.Value.2=b%20c&MaxResults=5",
                json!({"Filter": [{"Name": "vpc-id", "Value": ["a", "b c"]}], "MaxResults": "5"}),
            ),
            (Lists::Flat, "InstanceId.2=b&InstanceId.1=a&InstanceId.10=c", json!({"InstanceId": ["a", "b", "c"]})),
            (Lists::Wrapped, "AutoScalingGroupNames.member.1=a+b", json!({"AutoScalingGroupNames": ["a b"]})),
            (
                Lists::Wrapped,
                "Filters.Filter.1.Name=x&Filters.Filter.1.Values.Value.1=y",
                json!({"Filters": [{"Name": "x", "Values": ["y"]}]}),
            ),
            (
                Lists::Wrapped,
                "MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name=n",
                json!({"MetricDataQueries": [{"MetricStat": {"Metric": {"Dimensions": [{"Name": "n"}]}}}]}),
            ),
            (Lists::Wrapped, "LoadBalancerArns=", json!({"LoadBalancerArns": ""})),
        ];
        for (lists, form, expected) in table {
            assert_eq!(Value::Object(members(form, lists).unwrap()), expected, "{form}");
        }
    }

    #[test]
    fn hostile_forms_cost_no_more_than_their_size() {
        let huge = members("InstanceId.4294967295=a&InstanceId.99999999999=b", Lists::Flat).unwrap();
        assert_eq!(
            huge.get("InstanceId"),
            Some(&json!(["a"])),
            "an index that is no u32 is a name, which a list does not have"
        );
        assert_eq!(members(&format!("{}=x", "a.".repeat(500)), Lists::Flat), None);
        assert_eq!(decode("%zz%4", false), "%zz%4");
        assert_eq!(decode("%ff", false), "\u{fffd}");
    }
}
