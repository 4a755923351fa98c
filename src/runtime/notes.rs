//! What somebody has taken note of, kept on disk: one file an account, shared by the consoles of its owner.
//!
//! Owns: that file. Must stay true: the file is 0600 and replaced as a whole or not at all; what another console wrote meanwhile is
//! kept; a file that cannot be read hides nothing and is not overwritten.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::id::AccountId;
use crate::judge::Acknowledgements;
use crate::watch::store::{create_private_file, create_private_folder};

/// The longest file that is read: five hundred notes are far below it.
const LONGEST: u64 = 4 << 20;

/// Where notes are kept.
#[derive(Debug, Clone)]
pub(super) struct Notes {
    folder: PathBuf,
}

impl Notes {
    /// Those under `state_dir`.
    pub(super) fn new(state_dir: &Path) -> Self {
        Self { folder: state_dir.join("acknowledged") }
    }

    fn file(&self, account: &AccountId) -> PathBuf {
        let digits: String = account.as_str().chars().filter(char::is_ascii_alphanumeric).take(32).collect();
        self.folder.join(format!("{digits}.json"))
    }

    /// What is noted of an account; nothing where there is no file.
    pub(super) fn load(&self, account: &AccountId) -> io::Result<Acknowledgements> {
        let file = self.file(account);
        match fs::metadata(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Acknowledgements::default()),
            Err(error) => return Err(error),
            Ok(data) if data.len() > LONGEST => return Err(io::Error::other("longer than notes ever are")),
            Ok(_) => {}
        }
        serde_json::from_str(&fs::read_to_string(&file)?).map_err(io::Error::other)
    }

    /// Keeps these beside what is there, and says what there is now.
    pub(super) fn keep(
        &self,
        account: &AccountId,
        mut notes: Acknowledgements,
        now: Timestamp,
    ) -> io::Result<Acknowledgements> {
        create_private_folder(&self.folder)?;
        let file = self.file(account);
        // Two consoles that write at once would lose one note; so they take turns.
        let turn = fs::OpenOptions::new().create(true).truncate(false).write(true).open(self.folder.join("lock"))?;
        rustix::fs::flock(&turn, rustix::fs::FlockOperation::LockExclusive)?;
        notes.merge(self.load(account)?);
        notes.prune(now);
        let unfinished = file.with_extension(format!("{}.part", std::process::id()));
        let written = create_private_file(&unfinished).and_then(|mut out| {
            serde_json::to_writer(&mut out, &notes)?;
            out.flush()
        });
        let finished = written.and_then(|()| fs::rename(&unfinished, &file));
        if finished.is_err() {
            fs::remove_file(&unfinished).ok();
        }
        finished.map(|()| notes)
    }
}

/// The notes of the account on the screen, read and written beside the loop.
#[derive(Debug)]
pub(super) struct Noting {
    notes: Option<Notes>,
    /// Whose they are, once that is known.
    account: Option<AccountId>,
    answers: mpsc::Sender<io::Result<Acknowledgements>>,
    heard: mpsc::Receiver<io::Result<Acknowledgements>>,
}

impl Noting {
    /// Notes kept there; without a place they live in the console alone.
    pub(super) fn new(notes: Option<Notes>) -> Self {
        let (answers, heard) = mpsc::channel(1);
        Self { notes, account: None, answers, heard }
    }

    /// Looks them up as soon as it is known whose they are.
    pub(super) fn belong_to(&mut self, account: &AccountId) {
        if self.account.as_ref() != Some(account) {
            self.account = Some(account.clone());
            self.look_up();
        }
    }

    /// Reads them again: another console may have written.
    pub(super) fn look_up(&self) {
        self.beside(|notes, account| notes.load(account));
    }

    /// Writes them down.
    pub(super) fn keep(&self, list: Acknowledgements, now: Timestamp) {
        self.beside(move |notes, account| notes.keep(account, list, now));
    }

    /// What came of that, each time.
    pub(super) async fn next(&mut self) -> io::Result<Acknowledgements> {
        match self.heard.recv().await {
            Some(heard) => heard,
            None => std::future::pending().await,
        }
    }

    fn beside(&self, work: impl FnOnce(&Notes, &AccountId) -> io::Result<Acknowledgements> + Send + 'static) {
        let (Some(notes), Some(account)) = (self.notes.clone(), self.account.clone()) else { return };
        let answers = self.answers.clone();
        tokio::task::spawn_blocking(move || {
            // A console that was left wants none.
            answers.blocking_send(work(&notes, &account)).ok();
        });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::judge::{Acknowledgement, Finding, Subject, Verdict};

    #[test]
    fn two_consoles_keep_each_other_s_notes_and_a_damaged_file_is_left_alone() {
        let folder = std::env::temp_dir().join(format!("fournines-notes-{}", std::process::id()));
        let notes = Notes::new(&folder);
        let account = AccountId::from("123456789012");
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        let until = Timestamp::from_second(1_800_003_600).unwrap();
        let of = |name: &str| {
            let finding = Finding::new(Verdict::Warning, Subject::named("group", name), "x");
            let mut list = Acknowledgements::default();
            list.add(Acknowledgement::of((None, &finding), ("ada", "known"), (at, until)));
            list
        };
        notes.keep(&account, of("web"), at).unwrap();
        assert_eq!(notes.keep(&account, of("api"), at).unwrap().in_force(at).count(), 2);
        assert_eq!(notes.load(&account).unwrap().in_force(until).count(), 0, "they have expired then");
        use std::os::unix::fs::PermissionsExt;
        let file = notes.file(&account);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&file, "[{\"half").unwrap();
        assert!(notes.load(&account).is_err() && notes.keep(&account, of("db"), at).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "[{\"half", "somebody may still mend it");
        fs::remove_dir_all(&folder).unwrap();
    }
}
