//! The console's grammar: what a person types and presses, whatever is on the screen.

mod copying;
mod marks;
mod pause;
mod trail;

use super::*;
