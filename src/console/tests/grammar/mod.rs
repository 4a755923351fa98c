//! The console's grammar: what a person types and presses, whatever is on the screen.

mod columns;
mod completing;
mod copying;
mod filters;
mod keys;
mod marks;
mod mouse;
mod pause;
mod trail;

use super::*;
