//! Probes against servers of this process: what passes, what fails and how it is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fournines::judge::policy::{Aim, Expect, Probe};
use fournines::probe::Prober;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto};

const CERTIFICATE: &[u8] = include_bytes!("certs/server.der");
const KEY: &[u8] = include_bytes!("certs/server.key.der");

/// What a server does with a connection.
#[derive(Debug, Clone)]
enum Manner {
    /// Answers this.
    Says(String),
    /// Answers this again and again, and never ends.
    Endless(&'static str),
    /// Says nothing.
    Silent,
    /// Closes at once.
    Closes,
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, manner: Manner) {
    let mut asked = [0_u8; 1024];
    if matches!(manner, Manner::Closes) {
        return;
    }
    // However much of the request has come: it is answered all the same.
    let _came = stream.read(&mut asked).await.unwrap_or(0);
    match manner {
        Manner::Says(text) => {
            stream.write_all(text.as_bytes()).await.ok();
            stream.shutdown().await.ok();
        }
        Manner::Endless(text) => while stream.write_all(text.as_bytes()).await.is_ok() {},
        Manner::Silent => tokio::time::sleep(Duration::from_secs(3600)).await,
        Manner::Closes => {}
    }
}

/// A server on loopback: its port, and how many connections it had.
async fn server(manner: Manner, tls: bool) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let acceptor = TlsAcceptor::from(Arc::new(server_config()));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let (manner, acceptor) = (manner.clone(), acceptor.clone());
            tokio::spawn(async move {
                if !tls {
                    serve(stream, manner).await;
                } else if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream, manner).await;
                }
            });
        }
    });
    (port, connections)
}

fn server_config() -> ServerConfig {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(KEY));
    ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(CERTIFICATE)], key)
        .unwrap()
}

fn prober() -> Prober {
    Prober::trusting(vec![CertificateDer::from(CERTIFICATE)]).unwrap()
}

fn http(tls: bool, host: &str, port: u16, body: Option<&str>) -> Probe {
    let aim = Aim::Http { tls, host: host.to_owned(), port, path: "/health".to_owned() };
    probe(aim, body)
}

fn probe(aim: Aim, body: Option<&str>) -> Probe {
    Probe {
        name: "shop".to_owned(),
        aim,
        service: None,
        interval: Duration::from_secs(30),
        timeout: Duration::from_secs(1),
        expect: Expect { status: 200..=399, body: body.map(str::to_owned) },
        objective: 0.999,
        window: Duration::from_secs(86_400),
    }
}

fn answer(status: &str, body: &str) -> Manner {
    Manner::Says(format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
}

#[tokio::test]
async fn what_passes_and_what_fails_is_told_in_words() {
    let long = "x".repeat(100_000) + "well";
    let table: Vec<(Manner, Option<&str>, Result<(), &str>)> = vec![
        (answer("200 OK", "all is well"), None, Ok(())),
        (answer("200 OK", "all is well"), Some("is well"), Ok(())),
        (answer("200 OK", "maintenance"), Some("well"), Err("its body does not say `well`")),
        (answer("200 OK", &long), Some("well"), Err("its body does not say `well`")),
        (answer("503 Service Unavailable", ""), None, Err("status 503")),
        (answer("404 Not Found", ""), None, Err("status 404")),
        (Manner::Says("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n".to_owned()), None, Ok(())),
        (Manner::Says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".to_owned()), Some("whole"), Err("broke off")),
        (Manner::Says("SSH-2.0-OpenSSH_9.2\r\n".to_owned()), None, Err("no HTTP answer")),
        (Manner::Endless("HTTP/1.1 200 OK\r\n\r\n"), Some("well"), Err("does not say")),
        (Manner::Endless("x"), None, Err("no HTTP answer")),
        (Manner::Silent, None, Err("no answer in 1 s")),
        (Manner::Closes, None, Err("the answer broke off")),
    ];
    for (manner, body, wanted) in table {
        for tls in [false, true] {
            let (port, connections) = server(manner.clone(), tls).await;
            let met = prober().check(&http(tls, "127.0.0.1", port, body)).await;
            match wanted {
                Ok(()) => assert_eq!(met, Ok(()), "{manner:?} tls {tls}"),
                // Over TLS a server that just closes has not even shaken hands; half an answer may end in its own words.
                Err(_) if tls && matches!(manner, Manner::Closes) => assert!(met.is_err()),
                Err(words) => {
                    let why = met.expect_err("it fails");
                    assert!(why.contains(words), "{manner:?} tls {tls}: {why}");
                }
            }
            assert_eq!(connections.load(Ordering::SeqCst), 1, "one connection a check, no redirect followed");
        }
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_a_failure() {
    let (port, _) = server(answer("200 OK", ""), true).await;
    let stranger = Prober::trusting(Vec::new()).unwrap();
    let why = stranger.check(&http(true, "127.0.0.1", port, None)).await.unwrap_err();
    assert!(why.starts_with("TLS: invalid peer certificate"), "{why}");
    let other_name = prober().check(&http(true, "127.0.0.2", port, None)).await.unwrap_err();
    assert!(other_name.contains("TLS:") || other_name.contains("refused"), "{other_name}");
}

#[tokio::test]
async fn a_connection_alone_is_enough_for_tcp() {
    let (port, _) = server(Manner::Closes, false).await;
    let tcp = |port| probe(Aim::Tcp { host: "127.0.0.1".to_owned(), port }, None);
    assert_eq!(prober().check(&tcp(port)).await, Ok(()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap().port();
    drop(listener);
    assert_eq!(prober().check(&tcp(closed)).await.unwrap_err().as_ref(), "connection refused");
}
