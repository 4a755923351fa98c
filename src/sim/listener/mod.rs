//! The simulated account on loopback, where the `aws` command, boto3 and other consoles can look at it.
//!
//! Owns: the server (HTTP/1.1 with keep-alive), its bounds and its tasks. Knows [`super::wire`] and [`super::control`], which
//! do the answering. Must stay true: it never listens beyond loopback; a slow, silent or huge request costs a bounded amount;
//! a panic while answering costs that one answer.

mod backlog;
mod bodies;
mod line;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use self::backlog::Backlog;
use self::bodies::Answered;
use self::line::{Hangup, Line};
use super::wire::Answer;
use super::{Sim, control, delivery, wire};

/// Clients served at once; more wait in the system's backlog.
const MOST_CLIENTS: usize = 512;
/// How long a request's head may take, and so how long a connection may idle: longer than the 90 s after which the SDK drops
/// its own idle connections, so that it is never we who close one that is about to be used.
const HEAD_WITHIN: Duration = Duration::from_secs(120);
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

    let (clients, backlog) = (Arc::new(Semaphore::new(MOST_CLIENTS)), Backlog::new());
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
                    let (sim, backlog, is_closing) = (Arc::clone(&sim), backlog.clone(), is_closing.clone());
                    tasks.spawn(async move {
                        serve(sim, backlog, stream, is_closing).await;
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
async fn serve(sim: Arc<Sim>, backlog: Backlog, stream: TcpStream, mut is_closing: watch::Receiver<bool>) {
    let hangup = Hangup::default();
    let line = Line::new(stream, hangup.clone());
    let service = service_fn(move |request| {
        let (sim, backlog, hangup) = (Arc::clone(&sim), backlog.clone(), hangup.clone());
        async move {
            let answer = answer(Arc::clone(&sim), request).await;
            // Without a response there is nothing left to say on this connection: it ends with a reset.
            let response = delivery::deliver(answer, sim.speed()).await.inspect_err(|_| hangup.order())?;
            let held = backlog.hold(response).unwrap_or_else(|| {
                let words = "too much of other answers waits to be read by the clients that asked for it";
                control::problem(&sim, StatusCode::SERVICE_UNAVAILABLE, words)
            });
            Ok::<_, io::Error>(Answered::of(held))
        }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    // The Date header is virtual time's, not this machine's.
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).auto_date_header(false);
    let connection = http.serve_connection(TokioIo::new(line), service);
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
async fn answer(sim: Arc<Sim>, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    let body = match bodies::whole(&parts, body).await {
        Ok(body) => body,
        Err(refused) => return Answer::at_once(control::problem(&sim, refused.status, &refused.message)),
    };
    let request = Request::from_parts(parts, body);
    let answering = Arc::clone(&sim);
    let answered = tokio::task::spawn_blocking(move || {
        if control::is_control(request.uri().path()) {
            Answer::at_once(control::answer(&answering, &request))
        } else {
            wire::answer(&answering, request)
        }
    });
    answered.await.unwrap_or_else(|error| {
        tracing::error!(%error, "the simulated account failed to answer");
        let words = "the simulated account failed to answer; this is a defect of it";
        Answer::at_once(control::problem(&sim, StatusCode::INTERNAL_SERVER_ERROR, words))
    })
}
