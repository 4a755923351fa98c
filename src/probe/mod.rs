//! Black-box probes: one check of an endpoint, from this machine, as a customer would meet it.
//!
//! Owns: the connection, TLS and what is read of an answer. May know: the policy's probes, samples, ids. Must stay true: a check
//! ends within its time-out whatever the other side does; certificates are verified always; no redirect is followed; of a body
//! no more than [`BODY`] bytes are read.

mod http;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use crate::id::Text;
use crate::judge::policy::{Aim, Bracketed, Probe};

/// How much of a body is looked at.
pub const BODY: usize = 64 * 1024;

/// Makes checks.
#[derive(Debug, Clone)]
pub struct Prober {
    tls: Arc<ClientConfig>,
}

/// Why checks cannot be made at all.
#[derive(Debug, thiserror::Error)]
pub enum ProberError {
    /// Nothing that could vouch for a server is installed.
    #[error(
        "no certificate authorities are installed on this machine ({0}); install ca-certificates, or probe http:// and tcp only"
    )]
    NoAuthorities(String),
    /// The TLS library refuses to start.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
}

impl Prober {
    /// A prober that trusts the certificate authorities of this machine.
    ///
    /// # Errors
    /// Where there are none.
    pub fn new() -> Result<Self, ProberError> {
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            let why = found.errors.first().map_or_else(|| "none found".to_owned(), ToString::to_string);
            return Err(ProberError::NoAuthorities(why));
        }
        Self::trusting(found.certs)
    }

    /// A prober that trusts these authorities and no others.
    ///
    /// # Errors
    /// Where the TLS library refuses to start.
    pub fn trusting(authorities: Vec<CertificateDer<'static>>) -> Result<Self, ProberError> {
        let mut roots = RootCertStore::empty();
        // One that cannot be read vouches for nobody; the others do.
        roots.add_parsable_certificates(authorities);
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        Ok(Self { tls: Arc::new(config.with_root_certificates(roots).with_no_client_auth()) })
    }

    /// Checks once: nothing where it passes, else why it does not.
    pub async fn check(&self, probe: &Probe) -> Result<(), Text> {
        let all = async {
            match &probe.aim {
                Aim::Tcp { host, port } => connect(host, *port).await.map(drop),
                Aim::Http { tls, host, port, path } => {
                    let stream = connect(host, *port).await?;
                    let asked = http::Asked { host, port: *port, tls: *tls, path };
                    let answer = if *tls {
                        http::over_tls(self.tls.clone(), stream, &asked, probe.expect.body.is_some()).await
                    } else {
                        http::over(stream, &asked, probe.expect.body.is_some()).await
                    }?;
                    answer.meets(&probe.expect)
                }
            }
        };
        match tokio::time::timeout(probe.timeout, all).await {
            Ok(outcome) => outcome.map_err(Text::from),
            Err(_) => Err(format!("no answer in {} s", probe.timeout.as_secs()).into()),
        }
    }
}

async fn connect(host: &str, port: u16) -> Result<TcpStream, String> {
    let told = |error: io::Error| match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
        io::ErrorKind::TimedOut => "connection timed out".to_owned(),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => "no route to it".to_owned(),
        _ => format!("cannot connect to {}:{port}: {error}", Bracketed(host)),
    };
    let stream = TcpStream::connect((host, port)).await.map_err(told)?;
    stream.set_nodelay(true).ok();
    Ok(stream)
}

/// The longest time that a check's first attempt waits, so that many probes do not start in step.
pub fn stagger(interval: Duration, random: &mut fastrand::Rng) -> Duration {
    interval.mul_f64(random.f64())
}
