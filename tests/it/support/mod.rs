//! What the tests of the program as a whole stand on: its processes, other people's servers, and servers that misbehave.
//!
//! Must stay true: everything that is started is ended with its test, every wait has a deadline, and nothing of the machine's own
//! settings (credentials, config files, proxies) reaches what is tested.

pub mod fake;
pub mod folder;
pub mod process;
pub mod program;
pub mod python;
pub mod terminal;
pub mod web;
