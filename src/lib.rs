//! fournines: the terminal operations console for AWS high availability.
//!
//! Read in this order: [`estate`] (what the account holds), [`judge`] (what it means), [`aws`] (how it is read), [`watch`] (what
//! is read next), [`probe`] (what endpoints answer), [`operation`] (what may be done), [`journal`] and [`engine`] (how it is done), [`listing`] and [`console`] (what is shown), [`cli`] (what is printed),
//! [`sim`] (the simulated account), and last [`runtime`], which ties them together. Dependencies point one way; `tests/architecture.rs` holds them to it.

pub mod aws;
pub mod cli;
pub mod clock;
pub mod config;
pub mod console;
pub mod engine;
pub mod estate;
pub mod id;
pub mod journal;
pub mod judge;
pub mod listing;
pub mod operation;
pub mod probe;
pub mod runtime;
pub mod sim;
pub mod watch;
