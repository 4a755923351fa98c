//! Colours: as a theme writes them, and as the terminal can show them.
//!
//! Owns: [`Tint`], [`Depth`] and the way from one to the other. Must stay true: without colours nothing is coloured, and with
//! sixteen only the terminal's own are used.

use std::fmt;

use ratatui::style::Color;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// None: `NO_COLOR`, or a terminal without any.
    None,
    /// The sixteen of the terminal's own palette.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// Any.
    #[default]
    True,
}

impl Depth {
    /// What the environment says: `NO_COLOR` above all, then `COLORTERM`, then `TERM`.
    pub fn detect(no_color: bool, colorterm: Option<&str>, term: Option<&str>) -> Self {
        match (no_color, colorterm, term) {
            (true, _, _) | (false, _, Some("dumb")) => Self::None,
            (false, Some("truecolor" | "24bit"), _) => Self::True,
            (false, _, Some(term)) if term.contains("direct") => Self::True,
            (false, _, Some(term)) if term.contains("256color") => Self::Indexed,
            _ => Self::Sixteen,
        }
    }
}

/// A colour of a theme's palette: the true one, and which of the sixteen stands for it. In a file it is a table of both, or
/// `"#rrggbb"` alone, which takes the nearest of the sixteen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tint {
    /// `#rrggbb`.
    pub rgb: Rgb,
    /// One of the sixteen: `red`, `light-red`, …
    pub ansi: Ansi,
}

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// The terminal's own sixteen colours, and its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Ansi {
    /// The terminal's own ink or ground.
    Default,
    Black,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
    Gray,
    DarkGray,
    LightRed,
    LightGreen,
    LightYellow,
    LightBlue,
    LightMagenta,
    LightCyan,
    White,
}

impl Tint {
    /// The colour at this depth; none where there are no colours.
    pub fn at(self, depth: Depth) -> Option<Color> {
        match depth {
            Depth::None => None,
            Depth::Sixteen => Some(self.ansi.color()),
            Depth::Indexed => Some(Color::Indexed(self.rgb.indexed())),
            Depth::True => Some(Color::Rgb(self.rgb.0, self.rgb.1, self.rgb.2)),
        }
    }
}

impl Ansi {
    fn color(self) -> Color {
        match self {
            Self::Default => Color::Reset,
            Self::Black => Color::Black,
            Self::Red => Color::Red,
            Self::Green => Color::Green,
            Self::Yellow => Color::Yellow,
            Self::Blue => Color::Blue,
            Self::Magenta => Color::Magenta,
            Self::Cyan => Color::Cyan,
            Self::Gray => Color::Gray,
            Self::DarkGray => Color::DarkGray,
            Self::LightRed => Color::LightRed,
            Self::LightGreen => Color::LightGreen,
            Self::LightYellow => Color::LightYellow,
            Self::LightBlue => Color::LightBlue,
            Self::LightMagenta => Color::LightMagenta,
            Self::LightCyan => Color::LightCyan,
            Self::White => Color::White,
        }
    }
}

/// The sixteen as xterm has them, for the nearest. Every terminal has its own.
const XTERM: &[(Ansi, Rgb)] = &[
    (Ansi::Black, Rgb(0, 0, 0)),
    (Ansi::Red, Rgb(205, 0, 0)),
    (Ansi::Green, Rgb(0, 205, 0)),
    (Ansi::Yellow, Rgb(205, 205, 0)),
    (Ansi::Blue, Rgb(0, 0, 238)),
    (Ansi::Magenta, Rgb(205, 0, 205)),
    (Ansi::Cyan, Rgb(0, 205, 205)),
    (Ansi::Gray, Rgb(229, 229, 229)),
    (Ansi::DarkGray, Rgb(127, 127, 127)),
    (Ansi::LightRed, Rgb(255, 0, 0)),
    (Ansi::LightGreen, Rgb(0, 255, 0)),
    (Ansi::LightYellow, Rgb(255, 255, 0)),
    (Ansi::LightBlue, Rgb(92, 92, 255)),
    (Ansi::LightMagenta, Rgb(255, 0, 255)),
    (Ansi::LightCyan, Rgb(0, 255, 255)),
    (Ansi::White, Rgb(255, 255, 255)),
];

impl Rgb {
    /// What one of xterm's 256 looks like; none for the first sixteen, which are the terminal's own.
    pub fn of_index(index: u8) -> Option<Self> {
        const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
        let level = |n: u8| LEVELS.get(usize::from(n)).copied();
        match index {
            0..16 => None,
            16..232 => Some(Self(level((index - 16) / 36)?, level((index - 16) / 6 % 6)?, level((index - 16) % 6)?)),
            232.. => Some(Self(8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232))),
        }
    }

    fn ansi(self) -> Ansi {
        let nearest = XTERM.iter().min_by_key(|(_, known)| known.distance(self));
        nearest.map_or(Ansi::Default, |(ansi, _)| *ansi)
    }

    /// The nearest of xterm's 256, by the 6x6x6 cube and the ramp of grays.
    fn indexed(self) -> u8 {
        const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
        let nearest = |value: u8| -> u8 {
            (0u8..).zip(LEVELS).min_by_key(|(_, level)| level.abs_diff(value)).map_or(0, |(index, _)| index)
        };
        let level = |index: u8| LEVELS.get(usize::from(index)).copied().unwrap_or(0);
        let (r, g, b) = (nearest(self.0), nearest(self.1), nearest(self.2));
        let cube = (16 + 36 * r + 6 * g + b, Rgb(level(r), level(g), level(b)));
        let mean = ((u16::from(self.0) + u16::from(self.1) + u16::from(self.2)) / 3) as u8;
        let step = (mean.saturating_sub(3) / 10).min(23);
        let gray = (232 + step, Rgb(8 + 10 * step, 8 + 10 * step, 8 + 10 * step));
        if gray.1.distance(self) < cube.1.distance(self) { gray.0 } else { cube.0 }
    }

    /// Reads `#rrggbb`.
    fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self(r, g, b))
    }

    fn distance(self, other: Rgb) -> u32 {
        [(self.0, other.0), (self.1, other.1), (self.2, other.2)]
            .iter()
            .map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2))
            .sum()
    }

    /// Relative luminance, as WCAG 2 defines it.
    pub fn luminance(self) -> f64 {
        let channel = |value: u8| {
            let v = f64::from(value) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(self.0) + 0.7152 * channel(self.1) + 0.0722 * channel(self.2)
    }

    /// Contrast against another colour, as WCAG 2 defines it: 1 to 21.
    pub fn contrast(self, other: Rgb) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

impl<'de> Deserialize<'de> for Tint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Both, as the file writes them.
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Both {
            rgb: Rgb,
            ansi: Ansi,
        }
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Tint;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a colour as `#rrggbb`, or `{ rgb = \"#rrggbb\", ansi = \"red\" }`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Tint, E> {
                let rgb = Rgb::read(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))?;
                Ok(Tint { rgb, ansi: rgb.ansi() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Tint, A::Error> {
                let Both { rgb, ansi } = Both::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Tint { rgb, ansi })
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for Rgb {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Hex;
        impl Visitor<'_> for Hex {
            type Value = Rgb;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a colour as `#rrggbb`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Rgb, E> {
                Rgb::read(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Hex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides_and_no_color_wins() {
        assert_eq!(Depth::detect(true, Some("truecolor"), Some("xterm")), Depth::None);
        assert_eq!(Depth::detect(false, Some("truecolor"), Some("xterm")), Depth::True);
        assert_eq!(Depth::detect(false, None, Some("tmux-256color")), Depth::Indexed);
        assert_eq!(Depth::detect(false, None, Some("linux")), Depth::Sixteen);
        assert_eq!(Depth::detect(false, None, Some("dumb")), Depth::None);
    }

    #[test]
    fn the_nearest_of_256_is_the_nearest() {
        assert_eq!(Rgb(255, 0, 0).indexed(), 196);
        assert_eq!(Rgb(8, 8, 8).indexed(), 232);
        assert_eq!(Rgb(128, 128, 128).indexed(), 244);
        assert_eq!(Rgb(95, 135, 175).indexed(), 67);
    }

    #[test]
    fn contrast_runs_from_one_to_twenty_one() {
        assert!((Rgb(0, 0, 0).contrast(Rgb(255, 255, 255)) - 21.0).abs() < 0.01);
        assert!((Rgb(9, 9, 9).contrast(Rgb(9, 9, 9)) - 1.0).abs() < 0.01);
    }
}
