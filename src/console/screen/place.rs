//! The screens that can stand on the stack.
//!
//! Owns: [`Place`]. Depends on: the screens. Must stay true: each screen is one of these, and all of them serialise.

use serde::{Deserialize, Serialize};

use super::super::operate::Inquiry;
use super::{
    Actions, Audit, Board, Chart, Detail, Findings, Form, Help, ListView, OperationList, Review, Run, Screen, Timeline,
};

/// A screen on the stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The zone board.
    Board(Board),
    /// A list.
    List(ListView),
    /// The audit.
    Audit(Audit),
    /// All that is not well.
    Findings(Findings),
    /// What changed.
    Timeline(Timeline),
    /// One thing.
    Detail(Detail),
    /// Its metrics.
    Chart(Chart),
    /// What can be done to something.
    Actions(Actions),
    /// How it is to be done.
    Form(Form),
    /// A plan before it runs.
    Review(Review),
    /// A run.
    Run(Run),
    /// What runs and what ran.
    Operations(OperationList),
    /// The keys and commands.
    Help(Help),
}

impl Place {
    /// The first screen: the zone board.
    pub fn home() -> Self {
        Self::Board(Board::default())
    }

    /// The screen.
    pub fn screen(&self) -> &dyn Screen {
        match self {
            Self::Board(screen) => screen,
            Self::List(screen) => screen,
            Self::Audit(screen) => screen,
            Self::Findings(screen) => screen,
            Self::Timeline(screen) => screen,
            Self::Detail(screen) => screen,
            Self::Chart(screen) => screen,
            Self::Actions(screen) => screen,
            Self::Form(screen) => screen,
            Self::Review(screen) => screen,
            Self::Run(screen) => screen,
            Self::Operations(screen) => screen,
            Self::Help(screen) => screen,
        }
    }

    /// What it wants planned, where it does.
    pub fn inquiry_mut(&mut self) -> Option<&mut Inquiry> {
        match self {
            Self::Actions(screen) => Some(&mut screen.inquiry),
            Self::Form(screen) => Some(&mut screen.inquiry),
            Self::Review(screen) => Some(&mut screen.inquiry),
            Self::Board(_)
            | Self::List(_)
            | Self::Audit(_)
            | Self::Findings(_)
            | Self::Timeline(_)
            | Self::Detail(_)
            | Self::Chart(_)
            | Self::Run(_)
            | Self::Operations(_)
            | Self::Help(_) => None,
        }
    }

    /// Whether it is a view that is kept as it was left, under its name.
    pub fn is_kept(&self) -> bool {
        matches!(self, Self::List(_) | Self::Audit(_) | Self::Findings(_) | Self::Timeline(_) | Self::Operations(_))
    }

    /// The screen, to be changed.
    pub fn screen_mut(&mut self) -> &mut dyn Screen {
        match self {
            Self::Board(screen) => screen,
            Self::List(screen) => screen,
            Self::Audit(screen) => screen,
            Self::Findings(screen) => screen,
            Self::Timeline(screen) => screen,
            Self::Detail(screen) => screen,
            Self::Chart(screen) => screen,
            Self::Actions(screen) => screen,
            Self::Form(screen) => screen,
            Self::Review(screen) => screen,
            Self::Run(screen) => screen,
            Self::Operations(screen) => screen,
            Self::Help(screen) => screen,
        }
    }
}
