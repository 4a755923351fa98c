//! Names with a `*`, as the policy file writes them.

/// Whether `text` is what `glob` says, where `*` stands for any text.
pub fn matches(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or(""),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (glob, text, wanted) in [
            ("web", "web", true),
            ("web", "web-asg", false),
            ("web-*", "web-asg", true),
            ("*", "", true),
            ("*-asg", "web-asg", true),
            ("w*b*g", "web-asg", true),
            ("w*x*g", "web-asg", false),
            ("a*a", "a", false),
            ("i-*1", "i-0a1", true),
        ] {
            assert_eq!(matches(glob, text), wanted, "{glob} {text}");
        }
    }
}
