//! Each cause on an account made for it, and silent on one that is nearly so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod hosts;
mod properties;
mod scene;
mod services;
mod wide;
