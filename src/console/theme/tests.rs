//! Every theme resolved, readable and told apart, at every depth whose colours are known.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ratatui::style::{Color, Modifier};

use super::*;
use crate::judge::Verdict;

const DEPTHS: [Depth; 4] = [Depth::None, Depth::Sixteen, Depth::Indexed, Depth::True];

fn theme(name: &str, depth: Depth) -> Theme {
    Shelf::default().find(name, depth).unwrap()
}

fn rgb(color: Option<Color>) -> Rgb {
    match color {
        Some(Color::Rgb(r, g, b)) => Rgb(r, g, b),
        Some(Color::Indexed(index)) => Rgb::of_index(index).unwrap(),
        other => panic!("{other:?} has no known colour"),
    }
}

/// Ink and ground as they are seen.
fn colours(theme: &Theme, role: Role) -> (Rgb, Rgb) {
    let style = theme.style(role);
    let (ink, ground) = (rgb(style.fg), rgb(style.bg));
    if style.add_modifier.contains(Modifier::REVERSED) { (ground, ink) } else { (ink, ground) }
}

#[test]
fn every_theme_resolves_every_role_at_every_depth() {
    assert!(names().count() >= 8);
    for name in names() {
        for depth in DEPTHS {
            let theme = theme(name, depth);
            for role in Role::ALL {
                let style = theme.style(*role);
                match depth {
                    Depth::None => assert_eq!((style.fg, style.bg), (None, None), "{name} {role:?}"),
                    _ => assert!(style.fg.is_some() && style.bg.is_some(), "{name} {role:?} {depth:?}"),
                }
                if depth == Depth::Sixteen {
                    assert!(!matches!(style.fg, Some(Color::Rgb(..) | Color::Indexed(_))), "{name} {role:?}");
                    assert_ne!(style.fg, style.bg, "{name} {role:?}: the same of the sixteen");
                }
            }
        }
    }
}

#[test]
fn text_is_readable_in_every_theme_at_every_depth_with_known_colours() {
    for name in names() {
        for depth in [Depth::Indexed, Depth::True] {
            let theme = theme(name, depth);
            for role in Role::ALL.iter().filter(|role| **role != Role::Rule) {
                let (ink, ground) = colours(&theme, *role);
                let contrast = ink.contrast(ground);
                assert!(contrast >= 4.5, "{name} {depth:?}: {role:?} has a contrast of {contrast:.1}");
            }
        }
    }
}

/// What keeps its own ink on a ground that is not its own: everything on the selection, verdicts' signs on the bar. With 256 colours
/// no quiet ground is near enough to its true one; what is selected is bold.
#[test]
fn what_stands_on_another_ground_stays_readable() {
    for name in names() {
        for (depth, least) in [(Depth::Indexed, 3.0), (Depth::True, 4.5)] {
            let theme = theme(name, depth);
            let (text, ground) = colours(&theme, Role::Text);
            let verdicts = [Role::Ok, Role::Warning, Role::Critical, Role::Unknown];
            for (under, roles) in [(Role::Selected, Role::ALL), (Role::Bar, &verdicts)] {
                let style = theme.style(under);
                if style.add_modifier.contains(Modifier::REVERSED) || under == Role::Bar && rgb(style.fg) != text {
                    continue; // Ink and ground are its own.
                }
                for role in roles.iter().filter(|role| colours(&theme, **role).1 == ground && **role != Role::Rule) {
                    let contrast = colours(&theme, *role).0.contrast(rgb(style.bg));
                    assert!(contrast >= least, "{name} {depth:?}: {role:?} on {under:?} has {contrast:.1}");
                }
            }
        }
    }
}

/// What eyes without one kind of cones see (Machado, Oliveira and Fernandes 2009, severity 1), in linear light.
const DEUTERANOPIA: [[f64; 3]; 3] =
    [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]];
const PROTANOPIA: [[f64; 3]; 3] =
    [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]];
const TRITANOPIA: [[f64; 3]; 3] =
    [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]];
const NORMAL: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// CIE 1976 L*a*b* under D65 of a colour as such eyes see it.
fn lab(Rgb(r, g, b): Rgb, eyes: &[[f64; 3]; 3]) -> [f64; 3] {
    let linear = [r, g, b].map(|value| {
        let v = f64::from(value) / 255.0;
        if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    });
    let dot = |row: &[f64; 3], of: &[f64; 3]| row.iter().zip(of).map(|(a, b)| a * b).sum::<f64>();
    let seen = eyes.map(|row| dot(&row, &linear).clamp(0.0, 1.0));
    let xyz = [
        dot(&[0.412_456, 0.357_576, 0.180_438], &seen) / 0.950_47,
        dot(&[0.212_673, 0.715_152, 0.072_175], &seen),
        dot(&[0.019_334, 0.119_192, 0.950_304], &seen) / 1.088_83,
    ];
    let [x, y, z] = xyz.map(|t| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn apart(a: Rgb, b: Rgb, eyes: &[[f64; 3]; 3]) -> f64 {
    let (a, b) = (lab(a, eyes), lab(b, eyes));
    a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// A difference of 2.3 is just seen side by side; across a room it takes ten times that.
#[test]
fn verdicts_are_told_apart_by_every_pair_of_eyes() {
    let verdicts = [Verdict::Ok, Verdict::Warning, Verdict::Critical, Verdict::Unknown].map(Role::of);
    for (name, eyes) in [
        ("deuteranopia", vec![&NORMAL, &DEUTERANOPIA, &PROTANOPIA]),
        ("tritanopia", vec![&NORMAL, &TRITANOPIA]),
        ("dark", vec![&NORMAL]),
        ("light", vec![&NORMAL]),
    ] {
        for (depth, least) in [(Depth::True, 25.0), (Depth::Indexed, 15.0)] {
            let theme = theme(name, depth);
            for (at, one) in verdicts.iter().enumerate() {
                for other in verdicts.iter().skip(at + 1) {
                    for (n, eyes) in eyes.iter().enumerate() {
                        let apart = apart(colours(&theme, *one).0, colours(&theme, *other).0, eyes);
                        assert!(
                            apart >= least,
                            "{name} {depth:?} eyes {n}: {one:?} and {other:?} are {apart:.0} apart"
                        );
                    }
                }
            }
        }
    }
    // The rule has teeth: the usual red and green are one to a deuteranope.
    assert!(apart(Rgb(0xc0, 0x55, 0x40), Rgb(0x80, 0x80, 0x30), &DEUTERANOPIA) < 25.0);
}

#[test]
fn what_must_stand_out_does_so_without_colours() {
    let theme = theme(DEFAULT, Depth::None);
    for role in [Role::Selected, Role::CriticalBadge, Role::Simulated] {
        assert!(theme.style(role).add_modifier.contains(Modifier::REVERSED), "{role:?}");
    }
}

fn shelf(themes: &[(&str, &str)]) -> Shelf {
    let own = |(name, text): &(&str, &str)| Own {
        name: (*name).to_owned(),
        file: format!("themes/{name}.toml"),
        text: Ok((*text).to_owned()),
    };
    Shelf::new(themes.iter().map(own).collect())
}

#[test]
fn errors_say_where_and_name_the_nearest() {
    let text =
        "[palette]\nred = { rgb = \"#ff0000\", ansi = \"red\" }\n[roles]\ntext = { fg = \"red\", bgg = \"red\" }\n";
    let error = |text: &str| shelf(&[("mine", text)]).find("mine", Depth::True).unwrap_err().to_string();
    for (text, wanted) in [
        (text.to_owned(), "4:22: unknown field `bgg`"),
        (
            text.replace("bgg = \"red\"", "bg = \"rde\""),
            "4:8: Text: no colour `rde` in the palette (did you mean `red`?)",
        ),
        (text.replace("#ff0000", "#ff00"), "2:15: invalid value: string \"#ff00\", expected a colour"),
        ("[palette]\nred = \"ff0000\"".to_owned(), "2:7: invalid value: string \"ff0000\", expected a colour"),
        ("\n[roles]\ntxet = { bold = true }".to_owned(), "3:1: unknown variant `txet`"),
        ("inherits = \"drak\"".to_owned(), "1:12: no theme `drak` (did you mean `dark`?)"),
        ("inherits = \"mine\"".to_owned(), "1:12: `mine` would inherit from itself"),
        ("inherits = \"nord\"\n[roles]\nok = { fg = \"wel\" }".to_owned(), "3:6: Ok: no colour `wel`"),
    ] {
        let message = error(&text);
        assert!(message.starts_with(&format!("theme themes/mine.toml:{wanted}")), "{message}");
    }
    let message = Shelf::default().find("drak", Depth::True).unwrap_err().to_string();
    assert!(message.starts_with("no theme `drak` (did you mean `dark`?); there are dark, light,"), "{message}");
}

/// An own theme says only what it wants otherwise; one that is wrong does no harm until it is asked for.
#[test]
fn an_own_theme_inherits_and_may_take_the_place_of_one_compiled_in() {
    let text = "inherits = \"dark\"\n[palette]\nbad = \"#ff00ff\"\n[roles]\ntitle = { underlined = true }\n";
    let shelf = shelf(&[("dark", text), ("night", "inherits = \"dark\""), ("wrong", "[")]);
    for name in ["dark", "night"] {
        let own = shelf.find(name, Depth::True).unwrap();
        assert_eq!(own.style(Role::Critical).fg, Some(Color::Rgb(255, 0, 255)));
        assert_eq!(own.style(Role::Ok), theme("dark", Depth::True).style(Role::Ok));
        assert!(own.style(Role::Title).add_modifier.contains(Modifier::UNDERLINED));
        assert_eq!(shelf.find(name, Depth::Sixteen).unwrap().style(Role::Critical).fg, Some(Color::LightMagenta));
    }
    assert_eq!(shelf.names().filter(|name| *name == "dark").count(), 1);
    assert!(shelf.names().any(|name| name == "night"));
    assert!(shelf.find("wrong", Depth::True).unwrap_err().to_string().starts_with("theme themes/wrong.toml:1:"));
}

#[test]
fn a_light_ground_is_told_from_a_dark_one() {
    for (words, ground) in [
        ("15;0", Some(Ground::Dark)),
        ("0;default;15", Some(Ground::Light)),
        ("0;7", Some(Ground::Light)),
        ("12;8", Some(Ground::Dark)),
        ("default;default", None),
        ("", None),
    ] {
        assert_eq!(Ground::of_variable(words), ground, "{words}");
    }
    for (colour, ground) in [
        (Rgb(0, 0, 0), Ground::Dark),
        (Rgb(0x00, 0x2b, 0x36), Ground::Dark),
        (Rgb(0xfd, 0xf6, 0xe3), Ground::Light),
        (Rgb(255, 255, 255), Ground::Light),
    ] {
        assert_eq!(Ground::of_colour(colour), ground, "{colour:?}");
    }
}

#[test]
fn the_parents_of_every_role_end_at_text() {
    for role in Role::ALL {
        let mut steps = 0;
        let mut at = *role;
        while let Some(parent) = at.parent() {
            at = parent;
            steps += 1;
            assert!(steps < 9, "{role:?} goes in circles");
        }
        assert_eq!(at, Role::Text);
    }
}
