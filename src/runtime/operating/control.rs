//! The control socket of a run: how a console tells it to hold, go on, or stop.
//!
//! Owns: the socket beside a journal and the words on it: one line of JSON asked, one answered. Must stay true: only its owner can reach it;
//! a word is short and has its time; whoever cannot be reached is said to be so.

use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};

use crate::engine::{Asked, Order};
use crate::id::Text;

/// The longest word either side says.
const LONGEST: u64 = 64 * 1024;
/// How long either side waits for the other.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest path that a socket may have on every system.
const LONGEST_PATH: usize = 100;

/// What a console says to a run.
#[derive(Debug, Serialize, Deserialize)]
struct Said {
    /// What it asks.
    #[serde(flatten)]
    order: Order,
    /// Who says it.
    by: Text,
}

/// What a run answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    /// It is done, or will be at the next place between calls.
    Done,
    /// It is not, and why.
    Refused(String),
}

/// Where the socket of a journal is: beside it, or where that path is too long, in a folder of the person's own.
fn address(journal: &Path) -> PathBuf {
    let beside = journal.with_extension("sock");
    if beside.as_os_str().len() <= LONGEST_PATH {
        return beside;
    }
    let name = beside.file_name().unwrap_or_default().to_owned();
    let own = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let uid = rustix::process::getuid().as_raw();
    own.unwrap_or_else(std::env::temp_dir).join(format!("fournines-{uid}")).join(name)
}

/// The socket of a run; gone when dropped.
pub(super) struct Control {
    path: PathBuf,
    listener: UnixListener,
}

impl Drop for Control {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "the control socket stays behind");
        }
    }
}

impl Control {
    /// Listens beside a journal whose lock the caller holds: a socket that is there already is a dead run's.
    pub(super) fn listen(journal: &Path) -> io::Result<Self> {
        let path = address(journal);
        if let Some(folder) = path.parent() {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            if std::fs::metadata(folder)?.uid() != rustix::process::getuid().as_raw() {
                return Err(io::Error::other(format!("{} belongs to somebody else", folder.display())));
            }
        }
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(Self { listener: UnixListener::bind(&path)?, path })
    }

    /// Passes on what is asked, one console after another, for as long as the run takes orders.
    pub(super) async fn serve(self, orders: mpsc::Sender<Asked>) {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else { return };
            match tokio::time::timeout(PATIENCE * 2, answer(stream, &orders)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "a console said nothing that is understood"),
                Err(_) => tracing::warn!("a console took too long"),
            }
        }
    }
}

async fn answer(stream: UnixStream, orders: &mpsc::Sender<Asked>) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(LONGEST)).read_line(&mut line).await?;
    let reply = match serde_json::from_str::<Said>(&line) {
        Err(error) => Reply::Refused(format!("not understood: {error}")),
        Ok(Said { order, by }) => {
            let (tell, told) = oneshot::channel();
            match orders.send(Asked { order, by, answer: Some(tell) }).await {
                Err(_) => Reply::Refused("the run is over".to_owned()),
                Ok(()) => match told.await {
                    Ok(Ok(())) => Reply::Done,
                    Ok(Err(why)) => Reply::Refused(why.to_string()),
                    Err(_) => Reply::Refused("the run ended before it answered".to_owned()),
                },
            }
        }
    };
    let mut words = serde_json::to_vec(&reply)?;
    words.push(b'\n');
    write.write_all(&words).await
}

/// Why a run could not be told something.
#[derive(Debug, thiserror::Error)]
pub(super) enum ControlError {
    /// It said no.
    #[error("{0}")]
    Refused(String),
    /// It cannot be reached.
    #[error("the run cannot be reached: {0}; its process may have ended: `fournines journal show` tells")]
    Unreachable(#[from] io::Error),
    /// It did not answer.
    #[error("the run did not answer within {}s", PATIENCE.as_secs())]
    Silent,
}

/// Tells the run that writes a journal.
pub(super) async fn tell(journal: &Path, order: Order, by: Text) -> Result<(), ControlError> {
    let asking = async {
        let stream = UnixStream::connect(address(journal)).await?;
        let (read, mut write) = stream.into_split();
        let mut words = serde_json::to_vec(&Said { order, by }).map_err(io::Error::other)?;
        words.push(b'\n');
        write.write_all(&words).await?;
        let mut line = String::new();
        BufReader::new(read.take(LONGEST)).read_line(&mut line).await?;
        serde_json::from_str::<Reply>(&line).map_err(io::Error::other)
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Err(_) => Err(ControlError::Silent),
        Ok(Err(error)) => Err(error.into()),
        Ok(Ok(Reply::Done)) => Ok(()),
        Ok(Ok(Reply::Refused(why))) => Err(ControlError::Refused(why)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::engine::NotNow;

    /// An order reaches the run and its answer comes back; where no run listens that is said.
    #[tokio::test]
    async fn an_order_reaches_the_run_and_its_answer_comes_back() {
        let folder = std::env::temp_dir().join(format!("fournines-control-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let journal = folder.join("replace-1.jsonl");
        let (orders, mut asked) = mpsc::channel(1);
        let serving = tokio::spawn(Control::listen(&journal).unwrap().serve(orders));
        let run = tokio::spawn(async move {
            for answer in [Ok(()), Err(NotNow("it is paused already: resume it".to_owned()))] {
                let next = asked.recv().await.unwrap();
                assert_eq!((next.order, &*next.by), (Order::Pause, "alice"));
                next.answer.unwrap().send(answer).unwrap();
            }
        });
        tell(&journal, Order::Pause, "alice".into()).await.unwrap();
        let refused = tell(&journal, Order::Pause, "alice".into()).await.unwrap_err();
        assert_eq!(refused.to_string(), "it is paused already: resume it");
        run.await.unwrap();
        serving.abort();
        serving.await.unwrap_err();
        let gone = tell(&journal, Order::Pause, "alice".into()).await.unwrap_err();
        assert!(gone.to_string().contains("cannot be reached"), "{gone}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
