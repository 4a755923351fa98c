//! The adapter: the only folder that names a type of the AWS SDK.
//!
//! Owns: sessions, pacing, the reads, the calls and their errors. May know: the estate that it fills, the calls of plans. Must
//! stay true: a read-only session has no way to a mutating call, and beneath that the SDK refuses whatever is not on
//! [`read_list::READ_LIST`]; a writing one can make the calls that plans are made of, and no others.

mod call;
mod caller;
mod domain;
mod dry;
mod error;
mod intern;
mod limiter;
mod profile;
pub mod read;
pub mod read_list;
mod session;
mod session_error;
mod time;
mod transport;

pub use call::{Trier, Writer};
pub use limiter::{Limiter, Priority};
pub use read::{Ask, ById, Found, READS, Read, Reader, Scope};
pub use session::{Mode, ReadOnly, Session, Settings, Trying, Writing};
pub use session_error::SessionError;
pub use transport::{Answering, Wire};
