//! What happens to the console, and what the console asks for.
//!
//! Owns: [`Msg`] and [`Effect`]. Must stay true: both are small data; a picture travels beside its message, not in it.

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::operate::{Confirmation, Order, Request};
use super::screen::Question;
use super::theme::Ground;
use crate::estate::{Kind, SliceId};
use crate::id::{Region, Text};
use crate::journal::Record;
use crate::judge::Acknowledgements;
use crate::operation::{Call, Plan};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Msg {
    /// A key was pressed (or released: those are ignored).
    Key(KeyEvent),
    /// The mouse was clicked or its wheel turned.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this size now.
    Resize {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// [`super::App::set_picture`] was called: there is something new to show.
    Refreshed,
    /// [`super::App::set_arrangement`] was called.
    Arranged,
    /// [`super::App::set_planned`] was called.
    Planned,
    /// [`super::App::set_tried`] was called.
    Tried,
    /// [`super::App::set_operations`] was called.
    Listed,
    /// A writing session is open: what a review confirms can be done.
    Armed {
        /// Until when.
        until: Timestamp,
    },
    /// The writing session is closed, or could not be opened.
    Disarmed {
        /// Why.
        why: String,
    },
    /// Something happened in a run that is followed.
    Recorded(Box<Record>),
    /// Time passed: ages may have moved.
    Tick,
    /// The terminal has said what its own ground is.
    Ground(Ground),
    /// Something to tell the person.
    Notice {
        /// How much it matters.
        level: Level,
        /// The words.
        text: String,
    },
}

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// Good to know.
    Info,
    /// Something did not work.
    Error,
}

/// Something the console wants done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// End.
    Quit,
    /// Read what is wanted, now.
    Refresh,
    /// From now on these are wanted before all else, because they are looked at.
    Watch(Wants),
    /// Work out [`Question::answer`] over the picture that is shown, beside the loop, and give it to
    /// [`super::App::set_arrangement`]. A newer question makes one that has not been begun needless.
    Arrange(Question),
    /// Give this text to the terminal's clipboard (OSC 52).
    Copy(String),
    /// Listen to the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Write down what somebody has taken note of, beside what other consoles wrote.
    Keep(Acknowledgements),
    /// Look at these regions from now on; at every region enabled where none are named.
    LookIn(Vec<Region>),
    /// Open the account of that AWS profile in place of this one; where that fails, this one stays.
    Profile(String),
    /// Lend the terminal to this program, its name first, until it ends.
    Shell(Vec<String>),
    /// Plan each of these over the picture that is shown, and give the answers to [`super::App::set_planned`].
    Plan(Request),
    /// Ask AWS whether these calls may be made, without making any, and give the answers to [`super::App::set_tried`]. Comes from a review
    /// at an armed console alone.
    Try {
        /// Of which question they are the plan.
        number: u64,
        /// The calls.
        calls: Vec<Call>,
    },
    /// Open a writing session until then; answer with [`Msg::Armed`] or [`Msg::Disarmed`].
    Arm {
        /// Until when.
        until: Timestamp,
    },
    /// Close the writing session. What runs goes on.
    Disarm,
    /// Run what somebody confirmed, in a host of its own, and tell of it with [`Msg::Recorded`]. The only effect that begins to change
    /// anything; it comes from the answer to a review's question and from nowhere else.
    Run(Box<Confirmation>),
    /// Ask something of a run.
    Order {
        /// Which.
        operation: Text,
        /// What.
        order: Order,
    },
    /// Read an operation's journal, go on reading while it grows, and tell of it with [`Msg::Recorded`], its first record first.
    Follow(Text),
    /// List the operations of the journal, and give them to [`super::App::set_operations`].
    ListOperations,
    /// Write a plan to a file for somebody else's review, and say where.
    SavePlan(Box<Plan>),
    /// Hand the terminal back to the shell until the person returns.
    Suspend,
}

/// What a screen needs to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wants {
    /// Whole kinds, in every region shown.
    pub kinds: Vec<Kind>,
    /// Single slices: the health of the target group looked at.
    pub slices: Vec<SliceId>,
}
