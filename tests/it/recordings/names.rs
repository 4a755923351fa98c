//! Short names for instances, in the order in which they are seen: ids differ from seed to seed, and nobody compares them by eye.

use std::collections::BTreeMap;

/// `web-b2` for `i-0…`.
#[derive(Default)]
pub struct Names {
    short: BTreeMap<String, String>,
    counts: BTreeMap<String, usize>,
}

impl Names {
    /// Gives an instance a short name by its `Name` tag and zone, once.
    pub fn learn(&mut self, id: &str, name: &str, zone: &str) {
        // Tags come later than ids.
        if name.is_empty() || self.short.contains_key(id) {
            return;
        }
        let letter = zone.chars().last().unwrap_or('?');
        let count = self.counts.entry(format!("{name}-{letter}")).or_default();
        *count += 1;
        self.short.insert(id.to_owned(), format!("{name}-{letter}{count}"));
    }

    /// A text with short names in the place of ids.
    pub fn shorten(&self, text: &str) -> String {
        let mut result = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("i-0") {
            let (before, after) = rest.split_at(at);
            let length = 2 + after[2..].chars().take_while(char::is_ascii_hexdigit).count();
            let id = &after[..length];
            result += before;
            result += self.short.get(id).map_or(if length == 19 { "a new instance" } else { id }, String::as_str);
            rest = &after[length..];
        }
        result + rest
    }
}
