//! The simulated account on loopback, where the `aws` command, boto3 and other consoles can look at it.
//!
//! Owns: the server (HTTP/1.1 with keep-alive), its bounds and its tasks. Knows [`super::wire`] and [`super::control`], which
//! do the answering. Must stay true: it never listens beyond loopback; a slow, silent or huge request costs a bounded amount;
//! a panic while answering costs that one answer.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::{Sim, control, wire};

/// Largest body taken; AWS's reads and calls stay far below, a world document of 100,000 instances too.
const LARGEST_BODY: usize = 8 * 1024 * 1024;
/// Clients served at once; more wait in the system's backlog.
const MOST_CLIENTS: usize = 512;
/// How long a request's head may take, and so how long a connection may idle: longer than the 90 s after which the SDK drops
/// its own idle connections, so that it is never we who close one that is about to be used.
const HEAD_WITHIN: Duration = Duration::from_secs(120);
/// How long a request's body may take.
const BODY_WITHIN: Duration = Duration::from_secs(30);
/// How long answers under way may take when the server ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// Serves the simulation until `shutdown` completes. `bound` is told the address once connections are accepted, which matters
/// when port 0 asked for any.
///
/// # Errors
/// The address is not a loopback address, or cannot be bound.
pub async fn listen(
    sim: Arc<Sim>,
    address: SocketAddr,
    bound: impl FnOnce(SocketAddr),
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    if !address.ip().is_loopback() {
        let message = format!(
            "{address} is not a loopback address; the simulated account has no passwords, so it listens on 127.0.0.1 or [::1] only"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let listener = TcpListener::bind(address).await?;
    bound(listener.local_addr()?);

    let clients = Arc::new(Semaphore::new(MOST_CLIENTS));
    let (closing, is_closing) = watch::channel(false);
    let mut tasks = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let accept = async {
            let place = Arc::clone(&clients).acquire_owned().await.map_err(io::Error::other)?;
            listener.accept().await.map(|(stream, _)| (stream, place))
        };
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
            accepted = accept => match accepted {
                Ok((stream, place)) => {
                    let (sim, is_closing) = (Arc::clone(&sim), is_closing.clone());
                    tasks.spawn(async move {
                        serve(sim, stream, is_closing).await;
                        drop(place);
                    });
                }
                // Out of descriptors, or the client is gone again: neither is a reason to end, nor to spin.
                Err(error) => {
                    tracing::debug!(%error, "accept");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
    drop(listener);
    // Everyone may have left: then there is nobody to tell.
    let _ = closing.send(true);
    let farewell = async { while tasks.join_next().await.is_some() {} };
    // What is not done by then is cut off when the set is dropped.
    let _ = tokio::time::timeout(FAREWELL, farewell).await;
    Ok(())
}

/// One client, for as many requests as it sends.
async fn serve(sim: Arc<Sim>, stream: TcpStream, mut is_closing: watch::Receiver<bool>) {
    // Small answers should not wait for more to send.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let sim = Arc::clone(&sim);
        async move { Ok::<_, Infallible>(respond(sim, request).await.map(Full::new)) }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    // The Date header is virtual time's, not this machine's.
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).auto_date_header(false);
    let connection = http.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = is_closing.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // A client may leave whenever it likes.
        tracing::debug!(%error, "connection");
    }
}

/// Reads the body within its bounds, and has the answer made on a thread that may take its time: an advance by hours, or a
/// page of a thousand instances, must not hold up the other clients' sockets.
async fn respond(sim: Arc<Sim>, request: Request<Incoming>) -> Response<Bytes> {
    let (parts, body) = request.into_parts();
    let too_large = || {
        control::problem(&sim, StatusCode::PAYLOAD_TOO_LARGE, &format!("the body is larger than {LARGEST_BODY} bytes"))
    };
    if body.size_hint().lower() > LARGEST_BODY as u64 {
        return too_large();
    }
    let body = match tokio::time::timeout(BODY_WITHIN, Limited::new(body, LARGEST_BODY).collect()).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return too_large(),
        Ok(Err(error)) => {
            return control::problem(&sim, StatusCode::BAD_REQUEST, &format!("the body could not be read: {error}"));
        }
        Err(_) => return control::problem(&sim, StatusCode::REQUEST_TIMEOUT, "the body took too long"),
    };
    let request = Request::from_parts(parts, body);
    let answering = Arc::clone(&sim);
    let answered = tokio::task::spawn_blocking(move || {
        if control::is_control(request.uri().path()) {
            control::answer(&answering, &request)
        } else {
            wire::answer(&answering, request)
        }
    });
    match answered.await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "the simulated account failed to answer");
            control::problem(
                &sim,
                StatusCode::INTERNAL_SERVER_ERROR,
                "the simulated account failed to answer; this is a defect of it",
            )
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    use super::super::world::{Format, Origin, World};
    use super::super::{Options, Scenario, SimTime};
    use super::*;

    fn sim() -> Arc<Sim> {
        let document =
            "account = \"123456789012\"\n[regions.us-east-1]\nnetwork = 10\nzones = { us-east-1a = \"use1-az6\" }\n";
        let origin = Origin { seed: 1, start: SimTime::from_seconds(1_795_230_862) };
        let world = World::from_document(document, Format::Toml, origin).unwrap();
        let options = Options { speed: 0.0, scenario: Scenario::named("calm").unwrap() };
        Arc::new(Sim::new(world, options, Box::new(|| Duration::ZERO)))
    }

    /// Sends each text on one connection, and gives what came back until the answer held `until`.
    async fn exchange(address: SocketAddr, texts: &[(&str, &str)]) -> Vec<String> {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut answers = Vec::new();
        for (text, until) in texts {
            stream.write_all(text.as_bytes()).await.unwrap();
            let mut answer = String::new();
            while !answer.contains(until) {
                let mut bytes = [0; 4096];
                let length = stream.read(&mut bytes).await.unwrap();
                answer.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
                assert!(length > 0, "closed after: {answer}");
            }
            answers.push(answer);
        }
        answers
    }

    #[tokio::test]
    async fn serves_many_requests_on_a_connection_and_ends_when_told() {
        let (ready, address) = oneshot::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let bound = move |address| ready.send(address).unwrap();
        let shutdown = async {
            let _ = stopped.await;
        };
        let server = tokio::spawn(listen(sim(), ([127, 0, 0, 1], 0).into(), bound, shutdown));
        let address = address.await.unwrap();

        let advance = "POST /_sim/advance HTTP/1.1\r\nhost: x\r\ncontent-length: 11\r\n\r\n{\"by\":\"1d\"}";
        let broken = "POST /_sim/advance HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n{";
        let unsigned = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
        let huge = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", LARGEST_BODY + 1);
        let answers =
            exchange(address, &[(advance, "}\n"), (broken, "}\n"), (unsigned, "</ErrorResponse>"), (&huge, "}\n")])
                .await;
        let expected = [
            ("200 OK", "date: Sun, 22 Nov 2026 03:14:22 GMT"),
            ("400 Bad Request", "the body is not JSON"),
            ("403 Forbidden", "MissingAuthenticationToken"),
            ("413 Payload Too Large", "larger than"),
        ];
        for (answer, (status, text)) in answers.iter().zip(expected) {
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(text), "{answer}");
        }
        let garbage = exchange(address, &[("\0\0\0\r\n\r\n", "400 Bad Request")]).await;
        assert_eq!(garbage.len(), 1);

        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn other_addresses_are_refused() {
        let error = listen(sim(), ([0, 0, 0, 0], 0).into(), |_| {}, async {}).await.unwrap_err();
        assert!(error.to_string().contains("not a loopback address"), "{error}");
    }
}
