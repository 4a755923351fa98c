//! Operations on the simulated account, over the SDK, on virtual time.

mod replace;
mod stage;
