//! The program in a pseudo-terminal, read as a person reads it.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtyPair, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use super::program::Fournines;

/// How long the screen may take to show something, or the program to end.
const PATIENCE: Duration = Duration::from_secs(45);

/// A terminal with the program in it.
pub struct Terminal {
    pty: PtyPair,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    seen: Arc<Seen>,
    cooked: String,
    /// The program, which can be asked without a screen too.
    pub program: Fournines,
}

/// What the program has drawn so far.
struct Seen {
    parser: Mutex<vt100::Parser>,
    /// All bytes that came.
    bytes: Mutex<Vec<u8>>,
    news: Condvar,
}

impl Terminal {
    /// Starts the program with these arguments in a terminal of that size.
    pub fn start(line: &str, columns: u16, rows: u16) -> Self {
        Self::of(Fournines::new(), line, columns, rows)
    }

    /// Starts the program in its own home and environment.
    pub fn of(program: Fournines, line: &str, columns: u16, rows: u16) -> Self {
        let pty =
            native_pty_system().openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        let cooked = settings(pty.master.as_ref());
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_fournines"));
        command.env_clear();
        program.environment().into_iter().for_each(|(name, value)| command.env(name, value));
        command.args(program.arguments(line));
        command.cwd(program.home().path());
        let child = pty.slave.spawn_command(command).unwrap();
        let size = |cells| NonZeroU16::new(cells).unwrap();
        let parser = Mutex::new(vt100::Parser::new(size(rows), size(columns), 0));
        let seen = Arc::new(Seen { parser, bytes: Mutex::default(), news: Condvar::new() });
        let (mut output, keys) = (pty.master.try_clone_reader().unwrap(), pty.master.take_writer().unwrap());
        let watch = seen.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            while let Ok(length @ 1..) = output.read(&mut bytes) {
                watch.bytes.lock().unwrap().extend_from_slice(&bytes[..length]);
                watch.parser.lock().unwrap().process(&bytes[..length]);
                watch.news.notify_all();
            }
        });
        Self { pty, child, keys, seen, cooked, program }
    }

    /// Types.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until the screen shows all of these.
    pub fn shows(&self, words: &[&str]) {
        self.until(&format!("{words:?}"), |screen| words.iter().all(|word| screen.contents().contains(word)));
    }

    /// Waits until the screen is so.
    pub fn until(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut parser = self.seen.parser.lock().unwrap();
        while !wanted(parser.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the screen does not show {what} but\n{}", parser.screen().contents());
            parser = self.seen.news.wait_timeout(parser, left).unwrap().0;
        }
    }

    /// Whether these bytes came to the terminal.
    pub fn received(&self, wanted: &str) -> bool {
        self.seen.bytes.lock().unwrap().windows(wanted.len()).any(|bytes| bytes == wanted.as_bytes())
    }

    /// What the screen shows now.
    pub fn contents(&self) -> String {
        self.seen.parser.lock().unwrap().screen().contents()
    }

    /// Gives the terminal another size, as a person does who drags its corner.
    pub fn resize(&self, columns: u16, rows: u16) {
        let size = |cells| NonZeroU16::new(cells).unwrap();
        self.seen.parser.lock().unwrap().screen_mut().set_size(size(rows), size(columns));
        self.pty.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        let pid = self.child.process_id().and_then(|pid| Pid::from_raw(i32::try_from(pid).unwrap())).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits for the program to end and gives its exit code.
    pub fn ended(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < deadline, "the program does not end; the screen shows\n{}", self.contents());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Checks that the program has taken the terminal: another screen, no cursor, keys as they are pressed.
    pub fn is_taken(&self) {
        self.until("the alternate screen", |screen| screen.alternate_screen() && screen.hide_cursor());
        assert_ne!(settings(self.pty.master.as_ref()), self.cooked);
    }

    /// Checks that the terminal is as it was found: main screen, visible cursor, no modes, the line discipline as before.
    pub fn is_restored(&self) {
        self.until("the main screen, with a cursor", |screen| {
            let no_mouse = screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None;
            !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste() && no_mouse
        });
        assert_eq!(settings(self.pty.master.as_ref()), self.cooked);
        let left = self.contents();
        assert!(!left.contains("panicked"), "{left}");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The settings of the line discipline.
fn settings(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios().unwrap())
}
