//! Operations on the simulated account, over the SDK, on virtual time.

mod command_line;
mod evacuate;
mod faulty;
mod matrix;
mod moto;
mod outlives;
mod random;
mod replace;
pub mod stage;
