//! Tests of the whole: one binary, since each links the SDK.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod account;
mod audit;
mod binary;
mod charts;
mod denied;
mod disturbed;
mod faults;
mod first_line;
mod generated;
mod labelled;
mod labelled_set;
mod metrics;
mod operate;
mod probes;
mod read_only;
mod reads;
mod recordings;
mod screenshots;
mod second_opinion;
mod silent_zone;
mod support;
mod terminal;
mod watching;
mod what_if;
