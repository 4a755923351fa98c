//! The terminal: taken at the start, given back on every way out.
//!
//! Owns: raw mode, the alternate screen, suspension. Must stay true: dropping a [`Terminal`] restores what was there, and a
//! panic restores it before it is printed.

use std::io::{self, IsTerminal, Write as _};

use ratatui::layout::Size;

use super::clipboard::Multiplexer;
use super::set_up::SetUpError;
use super::sparse::Sparse;

/// Presses and the wheel with exact places (SGR), and not every move: that would flood a slow line.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// A terminal in raw mode on the alternate screen.
pub(super) struct Terminal {
    inner: ratatui::Terminal<Sparse<io::Stdout>>,
    /// Whether it reports the mouse.
    mouse: bool,
}

impl Terminal {
    /// Takes the terminal. Panics give it back before they are printed (ratatui's hook).
    pub(super) fn take() -> Result<Self, SetUpError> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(SetUpError::NoTerminal);
        }
        let inner = open().map_err(SetUpError::Terminal)?;
        end_on_panic();
        crossterm::execute!(io::stdout(), crossterm::event::EnableBracketedPaste).map_err(SetUpError::Terminal)?;
        Ok(Self { inner, mouse: false })
    }

    /// Draws a frame; only what differs from the last is sent.
    pub(super) fn draw(&mut self, view: impl FnOnce(&mut ratatui::Frame)) -> io::Result<()> {
        self.inner.draw(view).map(|_| ())
    }

    /// Has the mouse reported, or leaves it to the terminal.
    pub(super) fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        let mut output = io::stdout().lock();
        output.write_all(if on { MOUSE_ON } else { MOUSE_OFF })?;
        output.flush()
    }

    /// Sends text to the terminal's clipboard.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        let between = Multiplexer::detect(|name| std::env::var(name).ok());
        let mut output = io::stdout().lock();
        output.write_all(between.sequence(text).as_bytes())?;
        output.flush()
    }

    /// Its size.
    pub(super) fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    /// Asks for the colour of its own ground; [`super::answer::Listener`] hears the answer. A terminal that knows no such question
    /// ignores it, but for those that are said to print it.
    pub(super) fn ask_ground(&mut self) -> io::Result<bool> {
        let term = std::env::var("TERM").unwrap_or_default();
        if term.is_empty() || term == "linux" || term == "dumb" {
            return Ok(false);
        }
        self.send(b"\x1b]11;?\x1b\\")?;
        Ok(true)
    }

    /// Sends what draws nothing: a question, a bell, a notification.
    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout();
        out.write_all(bytes)?;
        out.flush()
    }

    /// Gives the terminal to another program that is about to run in it, with a line that says which.
    pub(super) fn lend(&mut self, line: &str) -> io::Result<()> {
        give_back();
        let mut out = io::stdout();
        writeln!(out, "fournines runs: {line}")?;
        out.flush()
    }

    /// Gives the terminal back to the shell, stops this process until the shell continues it, and takes the terminal again.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        give_back();
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TSTP)
            .map_err(io::Error::from)?;
        self.take_again()
    }

    /// Takes the terminal again, after the shell or another program had it.
    pub(super) fn take_again(&mut self) -> io::Result<()> {
        self.inner = open()?;
        crossterm::execute!(io::stdout(), crossterm::event::EnableBracketedPaste)?;
        if self.mouse {
            self.mouse(true)?;
        }
        // Drawn anew from nothing; `clear` would ask the terminal where its cursor is, against the events' reader.
        self.inner.resize(ratatui::layout::Rect::from((ratatui::layout::Position::ORIGIN, self.size()?)))
    }
}

/// Raw mode, the alternate screen and the hook that gives both back on a panic are ratatui's; what is drawn with is ours.
fn open() -> io::Result<ratatui::Terminal<Sparse<io::Stdout>>> {
    drop(ratatui::try_init()?);
    ratatui::Terminal::new(Sparse::new(io::stdout()))
}

/// A panic, in whatever task, gives the terminal back whole, is printed, and ends the program: a loop that went on drawing
/// would write over it.
fn end_on_panic() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        give_back();
        print(panic);
        std::process::exit(101);
    }));
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// Leaves nothing of ours on the terminal; a terminal that has gone away cannot be restored, and need not be.
fn give_back() {
    io::stdout().write_all(MOUSE_OFF).ok();
    crossterm::execute!(io::stdout(), crossterm::event::DisableBracketedPaste, crossterm::cursor::Show).ok();
    ratatui::try_restore().ok();
}

/// Columns of the terminal on standard output.
pub(super) fn width() -> Option<usize> {
    crossterm::terminal::size().ok().map(|(columns, _)| usize::from(columns))
}
