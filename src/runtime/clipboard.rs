//! The terminal's clipboard: OSC 52, also through tmux and screen.
//!
//! Owns: the sequences. Must stay true: what is sent is one sequence that no terminal shows as text; nothing tells whether it was
//! taken, so nothing here claims that.

/// What stands between the program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Multiplexer {
    None,
    Tmux,
    Screen,
}

/// The longest piece that screen passes on at once.
const SCREEN_PIECE: usize = 250;

impl Multiplexer {
    /// By what they set for the programs in them.
    pub(super) fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        match () {
            // On the far side of an ssh line TMUX is not set, but TERM still tells.
            () if is_set("TMUX") || variable("TERM").is_some_and(|term| term.starts_with("tmux")) => Self::Tmux,
            () if is_set("STY") => Self::Screen,
            () => Self::None,
        }
    }

    /// The sequence that puts `text` on the clipboard.
    pub(super) fn sequence(self, text: &str) -> String {
        let plain = format!("\u{1b}]52;c;{}\u{7}", base64(text.as_bytes()));
        match self {
            Self::None => plain,
            // tmux takes the plain one with `set-clipboard on`, and hands the wrapped one on with `allow-passthrough on`.
            Self::Tmux => format!("{plain}\u{1b}Ptmux;{}\u{1b}\\", plain.replace('\u{1b}', "\u{1b}\u{1b}")),
            Self::Screen => {
                let mut wrapped = String::new();
                for piece in plain.as_bytes().chunks(SCREEN_PIECE) {
                    wrapped.push_str("\u{1b}P");
                    wrapped.extend(piece.iter().map(|byte| char::from(*byte)));
                    wrapped.push_str("\u{1b}\\");
                }
                wrapped
            }
        }
    }
}

/// Base64 with padding (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| DIGITS.get((bits & 63) as usize).copied().map_or('=', char::from);
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |n: usize| group.get(n).copied().map_or(0, u32::from);
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for (n, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            text.push(if n <= group.len() { digit(bits >> shift) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (text, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
        assert_eq!(base64("ÿ>?".as_bytes()), "w78+Pw==");
    }

    #[test]
    fn tmux_and_screen_hand_it_on() {
        let set = |name: &'static str| move |asked: &str| (asked == name).then(|| "1".to_owned());
        assert_eq!(Multiplexer::detect(set("TMUX")), Multiplexer::Tmux);
        assert_eq!(Multiplexer::detect(set("STY")), Multiplexer::Screen);
        assert_eq!(Multiplexer::detect(set("TERM")), Multiplexer::None);
        let far = |asked: &str| (asked == "TERM").then(|| "tmux-256color".to_owned());
        assert_eq!(Multiplexer::detect(far), Multiplexer::Tmux);
        assert_eq!(Multiplexer::None.sequence("foo"), "\u{1b}]52;c;Zm9v\u{7}");
        assert_eq!(
            Multiplexer::Tmux.sequence("foo"),
            "\u{1b}]52;c;Zm9v\u{7}\u{1b}Ptmux;\u{1b}\u{1b}]52;c;Zm9v\u{7}\u{1b}\\"
        );
        let long = Multiplexer::Screen.sequence(&"x".repeat(600));
        assert_eq!(long.matches("\u{1b}P").count(), 4, "808 bytes in pieces of 250");
        assert_eq!(long.replace("\u{1b}P", "").replace("\u{1b}\\", ""), Multiplexer::None.sequence(&"x".repeat(600)));
    }
}
