//! The signs of the screen: one a verdict and one a standing, so that colour is never the only sign.
//!
//! Owns: both sets of glyphs. Depends on: judgement's words. Must stay true: each is one column wide, and within a set no two
//! standings look alike.

use crate::judge::Verdict;
use crate::judge::standing::Standing;
use crate::judge::zone::ZoneVerdict;

/// Which characters may be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Glyphs {
    /// All of Unicode.
    #[default]
    Unicode,
    /// ASCII alone, for terminals and fonts that have no more.
    Ascii,
}

impl Glyphs {
    fn choose(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }

    /// A verdict's sign; healthy is quiet.
    pub fn verdict(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Ok => self.choose("✓", "."),
            Verdict::Warning => self.choose("▲", "!"),
            Verdict::Critical => self.choose("✖", "X"),
            Verdict::Unknown => "?",
        }
    }

    /// A zone's sign.
    pub fn zone(self, verdict: ZoneVerdict) -> &'static str {
        self.verdict(verdict.verdict())
    }

    /// A standing's pip.
    pub fn standing(self, standing: Standing) -> &'static str {
        match standing {
            Standing::InService => self.choose("●", "O"),
            Standing::Pending => self.choose("◔", "p"),
            Standing::Draining => self.choose("◑", "d"),
            Standing::Unhealthy => self.choose("✖", "X"),
            Standing::Impaired => self.choose("▲", "!"),
            Standing::Standby => self.choose("□", "s"),
            Standing::Terminating => self.choose("◌", "t"),
            Standing::Stopped => self.choose("○", "-"),
            Standing::Unknown => "?",
        }
    }

    /// What stands where text was cut.
    pub fn ellipsis(self) -> &'static str {
        self.choose("…", "~")
    }

    /// A horizontal rule.
    pub fn rule(self) -> &'static str {
        self.choose("─", "-")
    }

    /// A vertical rule.
    pub fn bar(self) -> &'static str {
        self.choose("│", "|")
    }

    /// Between words of one line.
    pub fn dot(self) -> &'static str {
        self.choose("·", "-")
    }

    /// A row that can be unfolded, or is.
    pub fn fold(self, open: bool) -> &'static str {
        if open { self.choose("▾", "v") } else { self.choose("▸", ">") }
    }

    /// From what a row belongs to, to the row.
    pub fn branch(self) -> &'static str {
        self.choose("└", "`")
    }

    /// The sort direction in a column's head.
    pub fn sort(self, descending: bool) -> &'static str {
        if descending { self.choose("↓", "v") } else { self.choose("↑", "^") }
    }

    /// Before a marked row.
    pub fn mark(self) -> &'static str {
        self.choose("◆", "*")
    }

    /// From, to.
    pub fn arrow(self) -> &'static str {
        self.choose("→", ">")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::console::text::width;

    #[test]
    fn standings_differ_in_shape_and_take_one_column() {
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let shapes: BTreeSet<&str> = Standing::ALL.iter().map(|standing| glyphs.standing(*standing)).collect();
            assert_eq!(shapes.len(), Standing::ALL.len());
            assert!(shapes.iter().all(|shape| width(shape) == 1));
        }
        assert!(Standing::ALL.iter().all(|standing| Glyphs::Ascii.standing(*standing).is_ascii()));
    }
}
