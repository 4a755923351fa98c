//! Which names mean versions of one thing: `web-2026-11-12` and `web-2026-10-28` are both `web`.

/// The name without the date, number or version at its end.
pub(super) fn of(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | ':' | 'T' | 'Z' | 'v' | ' '))
}

/// The name, where it says nothing but a version the whole of it.
pub(super) fn or_whole(name: &str) -> &str {
    match of(name) {
        "" => name,
        family => family,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_or_version_at_the_end_is_no_part_of_it() {
        for (name, family) in [
            ("web-2026-11-12", "web"),
            ("api-v12.3", "api"),
            ("golden_20261112T0300Z", "golden"),
            ("bastion", "bastion"),
            ("2026-11-12", "2026-11-12"),
        ] {
            assert_eq!(or_whole(name), family);
        }
    }
}
