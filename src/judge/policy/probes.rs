//! Black-box probes as the policy declares them.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

/// A check of an endpoint from outside: what a customer meets.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// Its name, which nothing else has.
    pub name: String,
    /// What is asked.
    pub aim: Aim,
    /// The service that it speaks for.
    pub service: Option<String>,
    /// Between the starts of two checks.
    pub interval: Duration,
    /// How long one check may take in all.
    pub timeout: Duration,
    /// What must come back.
    pub expect: Expect,
    /// The availability that is promised: 0.999.
    pub objective: f64,
    /// Over which time it is promised.
    pub window: Duration,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// A request over HTTP.
    Http {
        /// Whether over TLS.
        tls: bool,
        /// The host's name or address.
        host: String,
        /// The port.
        port: u16,
        /// Path and query, with the leading slash.
        path: String,
    },
    /// A connection over TCP, closed at once.
    Tcp {
        /// The host's name or address.
        host: String,
        /// The port.
        port: u16,
    },
}

/// What must come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    /// Status codes that pass.
    pub status: RangeInclusive<u16>,
    /// Text that the beginning of the body must have.
    pub body: Option<String>,
}

impl Probe {
    /// The longest time between two samples over which the earlier one still holds.
    pub fn gap(&self) -> Duration {
        self.interval * 2 + self.timeout
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http { tls, host, port, path } => {
                let (scheme, usual) = if *tls { ("https", 443) } else { ("http", 80) };
                let host = Bracketed(host);
                if *port == usual {
                    write!(f, "{scheme}://{host}{path}")
                } else {
                    write!(f, "{scheme}://{host}:{port}{path}")
                }
            }
            Self::Tcp { host, port } => write!(f, "{}:{port}", Bracketed(host)),
        }
    }
}

/// A host as it stands before a port: IPv6 addresses in brackets.
pub struct Bracketed<'a>(pub &'a str);

impl fmt::Display for Bracketed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(':') { write!(f, "[{}]", self.0) } else { f.write_str(self.0) }
    }
}
