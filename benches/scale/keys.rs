//! Keys to drawn frames while refreshes land: one thread reads and judges, one arranges, this one takes keys and draws, as the
//! program has it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::SignedDuration;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size as Cells;

use crate::console::{self, App, Arrangement, Effect, Msg, Question, Setting};
use crate::estate::Estate;
use crate::judge::{Judgement, Picture, Policy, Traffic, judge_again};
use crate::synthetic::Account;

/// What somebody does on the board, then in the list of instances, then in that of targets.
const KEYS: &[(&str, &str)] = &[
    ("board", "jjjjjjkkGgg  jjj  /fleet-09\u{1b}\u{1b}pp"),
    ("instances", ":instances\njjjjjjjjGggjj/node-0042\nkk\u{1b}jjsjjrjj/zone:us-east-1a\njj\u{1b}pjpj"),
    ("targets", ":targets\njjjjGgg/unhealthy\njk\u{1b}jjsjj"),
    ("detail", ":instances\nj\njjj\u{1b}j\njj\u{1b}:board\njj"),
];

/// A picture somebody waits for, or the end.
struct Refreshes {
    over: Arc<AtomicBool>,
    pictures: mpsc::Receiver<Arc<Picture>>,
}

/// Reads slice after slice and judges, each picture as soon as the last is taken.
fn refreshes(account: Account, mut estate: Estate, first: &Arc<Picture>) -> Refreshes {
    let over = Arc::new(AtomicBool::new(false));
    let (send, pictures) = mpsc::sync_channel(1);
    let until = over.clone();
    // As the observer does, pictures end on the thread that made them.
    let mut kept = vec![first.clone()];
    std::thread::spawn(move || {
        for round in 0.. {
            if until.load(Ordering::Relaxed) {
                return;
            }
            let at = account.start + SignedDuration::from_secs(1 + round as i64 / 4);
            account.refresh(&mut estate, round, at);
            let newest = kept.last().map(|last| picture(&estate, at, &last.judgement)).unwrap();
            kept.retain(|older| Arc::strong_count(older) > 1);
            kept.push(newest.clone());
            if send.send(newest).is_err() {
                return;
            }
            // As the observer gathers a burst of answers.
            std::thread::sleep(Duration::from_millis(120));
        }
    });
    Refreshes { over, pictures }
}

/// The picture at a time, judged after the last.
pub fn picture(estate: &Estate, at: jiff::Timestamp, before: &Judgement) -> Arc<Picture> {
    let judgement = judge_again(estate, at, &Policy::default(), before);
    Arc::new(Picture {
        judgement,
        estate: estate.clone(),
        policy: Arc::default(),
        taken_at: at,
        traffic: Traffic::default(),
    })
}

/// Arranges beside the loop: one at a time, the newest question first.
struct Beside {
    ask: mpsc::Sender<(Question, Arc<Picture>)>,
    answers: mpsc::Receiver<Arrangement>,
    busy: bool,
    next: Option<Question>,
}

impl Beside {
    fn new() -> Self {
        let (ask, asked) = mpsc::channel::<(Question, Arc<Picture>)>();
        let (answer, answers) = mpsc::channel();
        std::thread::spawn(move || {
            while let Ok((question, picture)) = asked.recv() {
                if answer.send(question.answer(picture)).is_err() {
                    return;
                }
            }
        });
        Self { ask, answers, busy: false, next: None }
    }

    fn take(&mut self, app: &App, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Arrange(question) = effect {
                self.next = Some(question);
            }
        }
        if let (false, Some(picture)) = (self.busy, app.picture())
            && let Some(question) = self.next.take()
        {
            self.busy = self.ask.send((question, picture.clone())).is_ok();
        }
    }
}

/// Presses every key of the script, a hundred milliseconds apart, and reports the time from each key to its frame: what came in
/// just before the key is taken in with it.
pub fn keys_to_frames(account: Account, (width, height): (u16, u16)) {
    let estate = account.estate();
    let start = account.start;
    let first = picture(&estate, start, &Judgement::default());
    let mut app = App::new(Setting::default(), start, Cells::new(width, height)).unwrap();
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    app.set_picture(first.clone());
    let refreshes = refreshes(account, estate, &first);
    drop(first);
    let mut beside = Beside::new();
    let mut all = Vec::new();
    let mut landed = 0;
    for (name, keys) in KEYS {
        let mut times = Vec::new();
        for _ in 0..3 {
            for key in keys.chars() {
                std::thread::sleep(Duration::from_millis(100));
                let began = Instant::now();
                if let Ok(picture) = refreshes.pictures.try_recv() {
                    landed += 1;
                    app.set_now(picture.taken_at);
                    app.set_picture(picture);
                    let effects = console::update(&mut app, Msg::Refreshed);
                    beside.take(&app, effects);
                }
                if let Ok(arrangement) = beside.answers.try_recv() {
                    beside.busy = false;
                    app.set_arrangement(arrangement);
                    let effects = console::update(&mut app, Msg::Arranged);
                    beside.take(&app, effects);
                }
                let effects = console::update(&mut app, Msg::Key(press(key)));
                terminal.draw(|frame| console::view(&app, frame)).unwrap();
                times.push(began.elapsed());
                beside.take(&app, effects);
            }
        }
        report(name, &mut times);
        all.extend(times);
    }
    refreshes.over.store(true, Ordering::Relaxed);
    report(&format!("all, {landed} refreshes"), &mut all);
}

fn press(key: char) -> KeyEvent {
    let code = match key {
        '\n' => KeyCode::Enter,
        '\u{1b}' => KeyCode::Esc,
        key => KeyCode::Char(key),
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    println!(
        "key to frame: {what:<24} {:>5} keys   p50 {:>9.2?}   p99 {:>9.2?}   max {:>9.2?}",
        times.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}
