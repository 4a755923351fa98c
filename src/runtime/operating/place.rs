//! Where runs of a console live: in processes of their own, or, of an account that lives in this process, in tasks of it.
//!
//! Must stay true: runs of a simulated account leave nothing behind; those of a real one outlive whoever started them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::aws::{Reader, Session, Settings, Trier, Wire, Writer};
use crate::cli::args::Global;
use crate::cli::status::Underway;
use crate::id::{AccountId, Region};
use crate::journal::is_written;
use crate::operation::Plan;

use super::super::set_up::Files;
use super::account::Live;
use super::host::{self, Brief, HostError};
use super::shelf;

/// Where runs live, and where their journals are.
#[derive(Clone)]
pub(in crate::runtime) struct Place {
    state_dir: PathBuf,
    hosting: Hosting,
}

#[derive(Clone)]
enum Hosting {
    Process(Box<Global>),
    Task { wire: Arc<dyn Wire>, home: Region, scratch: Arc<Scratch> },
}

/// A folder that is gone when nobody needs it any more.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %self.0.display(), "the demo's journals stay behind");
        }
    }
}

impl Place {
    /// Runs on a real account, started with the options that this program was started with.
    pub(in crate::runtime) fn processes(global: &Global, state_dir: &Path) -> Self {
        Self { state_dir: state_dir.to_owned(), hosting: Hosting::Process(Box::new(global.clone())) }
    }

    /// Runs on an account that lives in this process, and ends with it.
    pub(in crate::runtime) fn tasks(wire: Arc<dyn Wire>, home: &Region) -> Self {
        let state_dir = std::env::temp_dir().join(format!("fournines-demo-{}", std::process::id()));
        let scratch = Arc::new(Scratch(state_dir.clone()));
        Self { state_dir, hosting: Hosting::Task { wire, home: home.clone(), scratch } }
    }

    /// Where the journals are.
    pub(super) fn state_dir(&self) -> &Path {
        &self.state_dir
    }

    /// Operations of an account that are not over, as far as their journals can be read.
    pub(in crate::runtime) fn underway(&self, account: &AccountId) -> Vec<Underway> {
        let ids = shelf::ids(&self.state_dir).unwrap_or_else(|error| {
            tracing::warn!(%error, "the journals cannot be listed");
            Vec::new()
        });
        let kept = ids.iter().filter_map(|id| shelf::kept(&self.state_dir, id).ok());
        let open = kept.filter_map(|kept| {
            let past = kept.past().filter(|past| past.plan.account == *account)?;
            let condition = kept.condition(Some(&past));
            let (operation, target) = (past.plan.operation.to_string(), past.plan.target.to_string());
            condition.is_open().then(|| Underway {
                id: kept.id.to_string(),
                operation,
                target,
                state: condition.word(),
            })
        });
        open.collect()
    }

    /// What ends with this console, in words: the runs of a simulated account, which lives in this process.
    pub(in crate::runtime) fn farewell(&self) -> Option<String> {
        if matches!(self.hosting, Hosting::Process(_)) {
            return None;
        }
        let ids = shelf::ids(&self.state_dir).ok()?;
        let running: Vec<String> = ids
            .iter()
            .filter(|id| is_written(&shelf::journal_of(&self.state_dir, id)))
            .map(ToString::to_string)
            .collect();
        (!running.is_empty()).then(|| format!("{} ran on the simulated account and ended with it", running.join(", ")))
    }

    /// Tries calls on the account that `reader` reads.
    ///
    /// # Errors
    /// Why it cannot.
    pub(super) async fn trier(&self, reader: &Reader) -> Result<Trier, String> {
        let clock = reader.session().clock().clone();
        let session = match &self.hosting {
            Hosting::Process(global) => {
                let (config, rules) = Files::read(global).map_err(|error| error.to_string())?;
                if rules.read_only.value {
                    return Err(format!("read-only ({})", rules.read_only.origin));
                }
                let settings = Settings {
                    profile: config.profile.value.clone(),
                    endpoint_url: global.endpoint_url.clone(),
                    regions: config.regions.value.clone(),
                };
                Session::open_to_try(settings, clock).await.map_err(|error| error.to_string())?
            }
            Hosting::Task { wire, home, .. } => Session::in_process_to_try(wire.clone(), home, clock),
        };
        Ok(Trier::new(session, reader.limiter().clone()))
    }

    /// Starts a run, and returns once it goes on.
    ///
    /// # Errors
    /// Why it does not.
    pub(super) async fn start(&self, reader: &Arc<Reader>, brief: Brief) -> Result<(), HostError> {
        match &self.hosting {
            Hosting::Process(global) => host::start(global, &brief).await,
            Hosting::Task { wire, home, scratch } => {
                let (wire, home, scratch) = (wire.clone(), home.clone(), scratch.clone());
                let (reader, state_dir) = (reader.clone(), self.state_dir.clone());
                let (tell, told) = tokio::sync::oneshot::channel();
                tokio::spawn(async move {
                    let open = async |plan: &Plan| {
                        let clock = reader.session().clock().clone();
                        let session = Session::in_process_for(wire, &home, clock, &plan.id);
                        Ok(Live::new(reader.clone(), Writer::new(session, reader.limiter().clone())))
                    };
                    let mut tell = Some(tell);
                    let outcome = host::perform(brief, &state_dir, open, false, || {
                        // Whoever started it may have gone.
                        tell.take().map(|tell| tell.send(Ok(())).ok());
                    });
                    if let Err(why) = outcome.await
                        && let Some(tell) = tell
                    {
                        tell.send(Err(HostError::Refused(why))).ok();
                    }
                    drop(scratch);
                });
                told.await.unwrap_or(Err(HostError::Silent))
            }
        }
    }
}
