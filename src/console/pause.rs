//! The screen held still while the person reads it.
//!
//! Owns: [`Pause`]. Must stay true: reading goes on, the newest picture is kept and shown at the end; what got worse meanwhile
//! is said.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::judge::Picture;

/// A pause.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pause {
    /// Since when nothing moves.
    pub since: Timestamp,
    /// The newest picture that came since.
    #[serde(skip)]
    pub newest: Option<Arc<Picture>>,
}

impl Pause {
    /// The words of the frame, with what the account has come to since: `held` is the picture on the screen.
    pub fn words(&self, held: Option<&Picture>) -> String {
        let since = self.since.strftime("%H:%M:%SZ");
        let verdict = |picture: &Picture| picture.judgement.account.verdict;
        let worse = self.newest.as_deref().map(verdict).filter(|now| held.is_none_or(|held| *now != verdict(held)));
        let meanwhile = worse.map(|now| format!("; meanwhile it became {now}").to_uppercase()).unwrap_or_default();
        format!("PAUSED since {since}{meanwhile}: the screen stands still, reading goes on; p resumes")
    }
}
