//! The terminal's answer to the question for its own ground (OSC 11), which arrives as keys.
//!
//! Owns: [`Listener`]: it stands between the terminal's events and the console. Depends on: the event's shape in crossterm, which
//! knows no such answer and gives `ESC ] 1 1 ; r g b : …` as Alt-], 1, 1 and so on. Must stay true: nothing of an answer reaches the
//! console as a key, however late it comes and wherever it is cut; what was held and was none is delivered in its order.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use crate::console::theme::{Ground, Rgb};

/// How long what looks like the beginning of an answer is held. The rest is under way already, or it was a key.
pub(super) const HOLD: Duration = Duration::from_millis(60);
/// Seconds after which an answer is not awaited any more. One that comes still is swallowed, but for an Escape cut off from it.
const AWAITED: u8 = 5;
/// The longest answer; longer is none.
const LONGEST: usize = 40;
/// As much of an answer as no hand types: what began so is never delivered.
const SURELY: &str = "11;rgb";

/// Takes the answer out of the terminal's events.
#[derive(Debug, Default)]
pub(super) struct Listener {
    /// How many more ticks the answer is awaited for: most terminals that do not answer at once never do, and until then a lone
    /// Escape is held.
    awaited: u8,
    held: Vec<Event>,
    /// What was said after `]`; none before that.
    text: Option<String>,
}

/// What an event came to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Heard {
    /// What is the console's.
    pub(super) events: Vec<Event>,
    /// What the terminal answered.
    pub(super) ground: Option<Ground>,
}

/// What a key is in an answer.
enum Sign {
    /// `ESC ]`.
    Begin,
    /// A lone `ESC`: what follows was cut off by the line.
    Escape,
    Letter(char),
    /// BEL, or `ESC \`.
    End,
    /// Nothing that is in one.
    None,
}

impl Listener {
    /// The question was sent.
    pub(super) fn asked(&mut self) {
        self.awaited = AWAITED;
    }

    /// Whether it was, and nothing has answered.
    pub(super) fn awaits(&self) -> bool {
        self.awaited > 0
    }

    /// A second has passed.
    pub(super) fn tick(&mut self) {
        self.awaited = self.awaited.saturating_sub(1);
    }

    /// Whether something is held that [`Listener::release`] gives back after [`HOLD`].
    pub(super) fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// Gives back what was held and was no answer after all.
    pub(super) fn release(&mut self) -> Vec<Event> {
        if self.text.as_deref().is_some_and(|text| text.starts_with(SURELY)) {
            self.held.clear(); // The rest of it is still to come.
            return Vec::new();
        }
        self.text = None;
        std::mem::take(&mut self.held)
    }

    /// Takes in an event.
    pub(super) fn take(&mut self, event: Event) -> Heard {
        let sign = match &event {
            Event::Key(key) => sign(key),
            // Pastes and new sizes come whole, and are no answer.
            _ => return Heard { events: vec![event], ground: None },
        };
        let cut = matches!(self.held.last(), Some(Event::Key(key)) if key.code == KeyCode::Esc);
        match (&mut self.text, sign) {
            (None, Sign::Begin) => self.begin(event),
            (None, Sign::Escape) if self.awaited > 0 && !cut => self.held.push(event),
            (None, Sign::Letter(']')) if cut => self.begin(event),
            (Some(_), Sign::Escape) if !cut => self.held.push(event),
            (Some(text), Sign::End) => {
                let ground = ground(text);
                return self.end(event, ground);
            }
            (Some(text), Sign::Letter('\\')) if cut => {
                let ground = ground(text);
                return self.end(event, ground);
            }
            (Some(text), Sign::Letter(letter)) if !cut || text.is_empty() => {
                text.push(letter);
                if !could_be(text) {
                    text.pop();
                    return self.give_up(event);
                }
                self.held.push(event);
            }
            _ => return self.give_up(event),
        }
        Heard::default()
    }

    fn begin(&mut self, event: Event) {
        self.held.push(event);
        self.text = Some(String::new());
    }

    /// An answer is over. One that says nothing we know was one all the same, if we asked.
    fn end(&mut self, event: Event, ground: Option<Ground>) -> Heard {
        if ground.is_none() && self.awaited == 0 {
            return self.give_up(event);
        }
        *self = Self::default();
        Heard { events: Vec::new(), ground }
    }

    /// It was none.
    fn give_up(&mut self, event: Event) -> Heard {
        let mut events = self.release();
        self.text = None;
        events.push(event);
        Heard { events, ground: None }
    }
}

fn sign(key: &KeyEvent) -> Sign {
    let plain = key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
    match (key.code, key.modifiers) {
        (KeyCode::Char(']'), KeyModifiers::ALT) => Sign::Begin,
        (KeyCode::Char('\\'), KeyModifiers::ALT) | (KeyCode::Char('g'), KeyModifiers::CONTROL) => Sign::End,
        (KeyCode::Esc, KeyModifiers::NONE) => Sign::Escape,
        (KeyCode::Char(letter), _) if plain => Sign::Letter(letter),
        _ => Sign::None,
    }
}

/// Whether an answer may begin so.
fn could_be(text: &str) -> bool {
    let begins = |with: &str| text.starts_with(with) || with.starts_with(text);
    let colour = text.strip_prefix("11;rgba:").or_else(|| text.strip_prefix("11;rgb:")).unwrap_or_default();
    text.len() <= LONGEST
        && (begins("11;rgb:") || begins("11;rgba:"))
        && colour.chars().all(|c| c.is_ascii_hexdigit() || c == '/')
}

/// The ground in `11;rgb:1414/1717/1d1d`.
fn ground(text: &str) -> Option<Ground> {
    let colour = text.strip_prefix("11;rgba:").or_else(|| text.strip_prefix("11;rgb:"))?;
    let mut parts = colour.split('/').map(|digits| {
        let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)?.checked_sub(1).filter(|most| *most > 0)?;
        u8::try_from(u32::from_str_radix(digits, 16).ok()? * 255 / most).ok()
    });
    let mut next = || parts.next().flatten();
    Some(Ground::of_colour(Rgb(next()?, next()?, next()?)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    /// Keys as crossterm makes them of these bytes in one read; `^` is a lone escape, `]` after a blank Alt-].
    fn keys(words: &str) -> Vec<Event> {
        let one = |c: char| match c {
            '{' => key(KeyCode::Char(']'), KeyModifiers::ALT),
            '}' => key(KeyCode::Char('\\'), KeyModifiers::ALT),
            '\u{7}' => key(KeyCode::Char('g'), KeyModifiers::CONTROL),
            '^' => key(KeyCode::Esc, KeyModifiers::NONE),
            c if c.is_uppercase() => key(KeyCode::Char(c), KeyModifiers::SHIFT),
            c => key(KeyCode::Char(c), KeyModifiers::NONE),
        };
        words.chars().map(one).collect()
    }

    /// What reaches the console of these keys, and what the terminal said.
    fn heard(listener: &mut Listener, words: &str) -> (Vec<Event>, Option<Ground>) {
        let mut all = Heard::default();
        for event in keys(words) {
            let heard = listener.take(event);
            all.events.extend(heard.events);
            all.ground = all.ground.or(heard.ground);
        }
        (all.events, all.ground)
    }

    #[test]
    fn an_answer_is_heard_and_none_of_it_is_a_key() {
        for (words, ground) in [
            ("{11;rgb:1414/1717/1d1d}", Ground::Dark),
            ("{11;rgb:fdfd/f6f6/e3e3\u{7}", Ground::Light),
            ("{11;rgb:FF/FF/FF\u{7}", Ground::Light),
            ("{11;rgba:0000/0000/0000/ffff}", Ground::Dark),
            ("^]11;rgb:0/0/0^\\", Ground::Dark),
        ] {
            let mut listener = Listener::default();
            listener.asked();
            let (events, heard) = heard(&mut listener, &format!("j{words}k"));
            assert_eq!((events, heard), (keys("jk"), Some(ground)), "{words}");
            assert!(!listener.awaits() && !listener.is_holding());
        }
    }

    #[test]
    fn what_is_no_answer_is_delivered_in_its_order() {
        for words in ["{", "{1q", "^j", "^^", "{{", "^]x", "{11;rgb"] {
            let mut listener = Listener::default();
            listener.asked();
            let (mut events, ground) = heard(&mut listener, words);
            events.extend(listener.release());
            let wanted = if words == "{11;rgb" { Vec::new() } else { keys(words) };
            assert_eq!((events, ground), (wanted, None), "{words}");
        }
    }

    /// Over a slow line an answer comes long after the question, in pieces, and perhaps a second time.
    #[test]
    fn a_late_answer_in_pieces_is_swallowed() {
        let mut listener = Listener::default();
        listener.asked();
        assert_eq!(heard(&mut listener, "{11;rgb:ff"), (Vec::new(), None));
        assert_eq!(listener.release(), Vec::new());
        assert_eq!(heard(&mut listener, "ff/ffff/ffff}"), (Vec::new(), Some(Ground::Light)));
        assert_eq!(heard(&mut listener, "q{11;rgb:0000/0000/0000}:"), (keys("q:"), Some(Ground::Dark)));
    }

    #[test]
    fn an_escape_is_not_held_where_nothing_is_awaited() {
        let mut listener = Listener::default();
        assert_eq!(heard(&mut listener, "^"), (keys("^"), None));
        listener.asked();
        for _ in 0..AWAITED {
            listener.tick();
        }
        assert_eq!(heard(&mut listener, "^"), (keys("^"), None), "a terminal that never answers");
    }
}
