//! Verdicts on zones of small accounts made for one rule each, and what must hold of all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub(in crate::judge) mod account;
mod properties;
mod rules;
