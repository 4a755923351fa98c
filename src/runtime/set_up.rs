//! From arguments, files and environment to everything a command works with.
//!
//! Owns: the order of set-up and its errors, which all say what, where and how to mend it. Must stay true: nothing is asked of
//! AWS here.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::aws::{Limiter, ReadOnly, Reader, Session, SessionError, Settings};
use crate::cli::args::Global;
use crate::clock::Clock;
use crate::config::{self, Config, ConfigError, Rules};
use crate::console::{Glyphs, KeyFile, Setting, theme};
use crate::id::Region;
use crate::watch::store::Store;

use super::logging;
use super::notes::Notes;
use super::operating::Place;

/// Why a command cannot begin.
#[derive(Debug, thiserror::Error)]
pub(super) enum SetUpError {
    /// A file of ours is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// AWS's files or options are wrong.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The console cannot start.
    #[error(transparent)]
    Console(#[from] crate::console::StartError),
    /// The policy's probes cannot run.
    #[error("probes: {0}")]
    Probes(#[from] crate::probe::ProberError),
    /// The simulated account cannot start.
    #[error("{0}")]
    Simulated(String),
    /// A region is none of this account's.
    #[error("region {name} is not enabled for this account{}; there are {}", nearest.as_ref().map(|n| format!("; did you mean {n}?")).unwrap_or_default(), known.join(", "))]
    UnknownRegion {
        /// The name.
        name: Region,
        /// The one that looks most like it.
        nearest: Option<String>,
        /// The regions there are.
        known: Vec<String>,
    },
    /// There are no credentials, so nothing can be asked.
    #[error(
        "no credentials: {0}\n  name a profile (--profile, AWS_PROFILE), sign on (`aws sso login`), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY;\n  `fournines demo` needs none"
    )]
    NoCredentials(String),
    /// A filter or sort column is wrong.
    #[error("{0}")]
    Question(String),
    /// There is no terminal.
    #[error("the console needs a terminal on standard input and output; `fournines status` works without one")]
    NoTerminal,
    /// The terminal failed.
    #[error("the terminal: {0}")]
    Terminal(#[source] io::Error),
    /// No state folder can be told.
    #[error("no state folder: neither HOME nor XDG_STATE_HOME is set; name one with --state-dir")]
    NoStateFolder,
    /// The state folder cannot be used.
    #[error("state folder {folder}: {source}; name another with --state-dir")]
    StateFolder {
        /// Which.
        folder: String,
        /// Why.
        source: io::Error,
    },
    /// The reading ended by a fault of ours.
    #[error("reading stopped by a fault of fournines: {0}; please report it with the log in the state folder")]
    Stopped(String),
    /// Standard output failed.
    #[error("standard output: {0}")]
    Output(#[source] io::Error),
}

/// What a command works with.
pub(super) struct Desk {
    pub(super) config: Config,
    pub(super) rules: Rules,
    pub(super) reader: Arc<Reader>,
    pub(super) clock: Arc<Clock>,
    /// Where the inventory is kept; a simulated account is not kept.
    pub(super) store: Option<Store>,
    /// Where notes are kept; of a simulated account none are.
    pub(super) notes: Option<Notes>,
    pub(super) setting: Setting,
    pub(super) seed: u64,
    /// What the program was started with; none where there is one account alone, as in a demo.
    pub(super) global: Option<Global>,
    /// Where runs live.
    pub(super) place: Place,
    pub(super) log: logging::Guard,
}

/// Our own files and folders.
pub(super) struct Files {
    pub(super) config: Config,
    pub(super) rules: Rules,
    pub(super) state_dir: PathBuf,
    pub(super) themes: theme::Shelf,
    keys: Option<KeyFile>,
    pub(super) log: logging::Guard,
}

/// The themes there are: those of the program, and a person's own.
fn themes(global: &Global) -> theme::Shelf {
    let file = global.config.clone().or_else(config::config_file);
    let own = file.iter().flat_map(|file| config::themes(file)).filter_map(|(file, text)| {
        let name = file.file_stem()?.to_str()?.to_owned();
        Some(theme::Own { name, file: file.display().to_string(), text })
    });
    theme::Shelf::new(own.collect())
}

/// A person's own keys. What is wrong in them the console says, which alone needs them.
fn keys(global: &Global) -> Result<Option<KeyFile>, SetUpError> {
    let file = global.config.clone().or_else(config::config_file).map(|file| config::keys_file(&file));
    let source = config::read(None, file.as_deref())?;
    Ok(source.map(|source| KeyFile { name: source.path.display().to_string(), text: source.text }))
}

impl Files {
    /// Reads config and policy, and opens the log.
    pub(super) fn open(global: &Global) -> Result<Self, SetUpError> {
        let (config, rules) = Self::read(global)?;
        let state_dir = global.state_dir.clone().or_else(config::state_dir).ok_or(SetUpError::NoStateFolder)?;
        let log = logging::start(&state_dir, global.log.as_str(), &config.retention)
            .map_err(|source| SetUpError::StateFolder { folder: state_dir.display().to_string(), source })?;
        Ok(Self { config, rules, state_dir, themes: themes(global), keys: keys(global)?, log })
    }

    /// Reads config and policy.
    pub(super) fn read(global: &Global) -> Result<(Config, Rules), SetUpError> {
        let environment = |name: &str| std::env::var(name).ok();
        let overrides = global.overrides();
        let usual = config::config_file();
        let source = config::read(global.config.as_deref(), usual.as_deref())?;
        let config = Config::load(source.as_ref(), &environment, &overrides)?;
        // Every command minds a theme that does not exist: a wall that starts next week would too.
        let looks = Setting { themes: themes(global), ..Setting::default() };
        looks.find_theme(&config.theme.value).map_err(crate::console::StartError::from)?;
        let beside = global.config.as_deref().or(usual.as_deref()).map(config::policy_file);
        let policy = config::read(global.policy.as_deref(), beside.as_deref())?;
        let rules = Rules::load(policy.as_ref(), &config, &environment, &overrides)?;
        Ok((config, rules))
    }

    /// The columns of each list, as the config file has them.
    fn columns(&self) -> BTreeMap<String, Vec<String>> {
        let columns = self.config.columns.iter();
        columns
            .map(|(list, names)| ((*list).to_owned(), names.value.iter().map(|name| (*name).to_owned()).collect()))
            .collect()
    }

    /// How the console is to look.
    pub(super) fn setting(&self) -> Setting {
        let variable = |name: &str| std::env::var(name).ok();
        let detected = theme::Depth::detect(false, variable("COLORTERM").as_deref(), variable("TERM").as_deref());
        let depth = match self.config.color.value {
            config::Color::Never => theme::Depth::None,
            config::Color::Sixteen => theme::Depth::Sixteen,
            config::Color::Indexed => theme::Depth::Indexed,
            config::Color::Full => theme::Depth::True,
            config::Color::Auto => detected,
        };
        let ascii = self.config.ascii.value || !speaks_utf8(&variable);
        let ground = variable("COLORFGBG").and_then(|words| theme::Ground::of_variable(&words));
        Setting {
            theme: self.config.theme.value.clone(),
            themes: self.themes.clone(),
            ground: ground.unwrap_or_default(),
            columns: self.columns(),
            keys: self.keys.clone(),
            mouse: self.config.mouse.value,
            glyphs: if ascii { Glyphs::Ascii } else { Glyphs::Unicode },
            depth,
            never_armed: self.rules.read_only.value.then(|| self.rules.read_only.origin.to_string()),
            local: Some(jiff::tz::TimeZone::system()),
            user: variable("USER").or_else(|| variable("LOGNAME")).filter(|name| !name.is_empty()),
            ..Setting::default()
        }
    }
}

/// Whether the locale says that the terminal shows UTF-8; nothing said counts as yes, since most do.
fn speaks_utf8(variable: &impl Fn(&str) -> Option<String>) -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    locale.is_none_or(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

impl Desk {
    /// Everything for a console on an account.
    pub(super) async fn on_account(global: &Global) -> Result<Self, SetUpError> {
        Self::open(global, false).await
    }

    /// Everything for a command that reads once.
    pub(super) async fn for_one_reading(global: &Global) -> Result<Self, SetUpError> {
        Self::open(global, true).await
    }

    async fn open(global: &Global, once: bool) -> Result<Self, SetUpError> {
        let files = Files::open(global)?;
        let clock = Arc::new(Clock::new(1.0));
        let profile = files.config.profile.value.clone();
        let regions = files.config.regions.value.clone();
        let settings = Settings { profile: profile.clone(), endpoint_url: global.endpoint_url.clone(), regions };
        let session = Session::open(settings, clock.clone()).await?;
        let endpoint = global.endpoint_url.clone().or_else(|| std::env::var("AWS_ENDPOINT_URL").ok());
        let store = Store::new(&files.state_dir, &who(profile.as_deref(), endpoint.as_deref()));
        // A session would be opened at AWS itself, whatever is on the screen.
        let elsewhere =
            endpoint.as_ref().map(|endpoint| format!("{endpoint} stands in for AWS, where the session would go"));
        let no_shell = reason_no_shell(&files.rules, once).or(elsewhere);
        let setting = Setting { endpoint, profile, no_shell, ..files.setting() };
        let place = Place::processes(global, &files.state_dir);
        let desk = Self::with(files, session, once, (Some(store), place), setting, seed());
        Ok(Self { global: Some(global.clone()), ..desk })
    }

    /// Everything, over a session that is there already.
    pub(super) fn with(
        files: Files,
        session: Session<ReadOnly>,
        once: bool,
        (store, place): (Option<Store>, Place),
        setting: Setting,
        seed: u64,
    ) -> Self {
        let clock = session.clock().clone();
        let limiter = Limiter::new(once, clock.rate(), seed);
        let reader = Arc::new(Reader::new(session, limiter));
        let notes = store.is_some().then(|| Notes::new(&files.state_dir));
        Self {
            config: files.config,
            rules: files.rules,
            reader,
            clock,
            store,
            notes,
            setting,
            seed,
            global: None,
            place,
            log: files.log,
        }
    }
}

/// Why no shell may be opened on an instance: what is typed there is beyond every guard of this program.
fn reason_no_shell(rules: &Rules, once: bool) -> Option<String> {
    let shell = &rules.shell;
    if !shell.allowed.value {
        return Some(format!("policy allows no shell ({})", shell.allowed.origin));
    }
    let held = rules.read_only.value && !shell.when_read_only.value;
    let origin = &rules.read_only.origin;
    let words = || {
        format!(
            "this session is held read-only ({origin}), and a shell can change anything; policy `shell.when_read_only` allows it"
        )
    };
    (held && !once).then(words)
}

/// A name for whoever asks, so that two accounts are not kept in one file. The account itself is checked once it is known.
fn who(profile: Option<&str>, endpoint: Option<&str>) -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let profile = profile.map(str::to_owned).or_else(|| variable("AWS_PROFILE"));
    let key = variable("AWS_ACCESS_KEY_ID").filter(|_| profile.is_none());
    let asker = profile.or(key).unwrap_or_else(|| "default".to_owned());
    match endpoint {
        Some(endpoint) => format!("{asker}-{endpoint}"),
        None => asker,
    }
}

/// A seed that differs from run to run, so that consoles do not ask in step.
fn seed() -> u64 {
    let pid = u64::from(std::process::id());
    crate::clock::wall().as_microsecond().unsigned_abs() ^ (pid << 32)
}
