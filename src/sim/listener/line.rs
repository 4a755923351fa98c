//! A client's connection as the server's HTTP sees it: one that does not wait for ever, and can end without a word.
//!
//! Owns: the deadline of writing, the reset. Must stay true: a client that reads nothing is let go of after [`WRITE_WITHIN`].

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// How long a client may take to make room for more of an answer.
const WRITE_WITHIN: Duration = Duration::from_secs(30);

/// Says that a connection is to end with a reset instead of a farewell.
#[derive(Debug, Clone, Default)]
pub struct Hangup(Arc<AtomicBool>);

impl Hangup {
    /// From now on the end of the connection is a reset.
    pub fn order(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A connection.
pub struct Line {
    stream: TcpStream,
    hangup: Hangup,
    /// Runs out when the client has taken nothing for too long; there only while it takes nothing.
    patience: Option<Pin<Box<Sleep>>>,
}

impl Line {
    /// Around a connection that was accepted.
    pub fn new(stream: TcpStream, hangup: Hangup) -> Self {
        // Small answers should not wait for more to send.
        let _ = stream.set_nodelay(true);
        Self { stream, hangup, patience: None }
    }

    /// What a write gave, or an error when the client has taken nothing for too long.
    fn within<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.patience = None;
            return written;
        }
        let patience = self.patience.get_or_insert_with(|| Box::pin(tokio::time::sleep(WRITE_WITHIN)));
        ready!(patience.as_mut().poll(context));
        self.hangup.order();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.hangup.0.load(Ordering::Relaxed) {
            // A client that is gone already needs no reset.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.within(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.within(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_let_go_of() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut line = Line::new(listener.accept().await.unwrap().0, Hangup::default());
        let begun = tokio::time::Instant::now();
        let error = line.write_all(&vec![0; 64 * 1024 * 1024]).await.unwrap_err();
        assert_eq!((error.kind(), begun.elapsed() >= WRITE_WITHIN), (io::ErrorKind::TimedOut, true));
        drop(line);
        let ended = client.read_to_end(&mut Vec::new()).await;
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    }
}
