//! The config file: how the program looks and behaves.
//!
//! Owns: its keys and the effective [`Config`]. Depends on: documents, lists (for their columns). Must stay true: the order of
//! precedence is option, environment, file, default.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::id::Region;
use crate::listing::{self, List};

use super::document::{Document, as_is};
use super::error::ConfigError;
use super::origin::{Entry, Origin, Setting};
use super::wall::{WallConfig, WallKeys};
use super::{Environment, Overrides, Source};

/// What the config file may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    regions: Option<Spanned<Vec<String>>>,
    profile: Option<Spanned<String>>,
    theme: Option<Spanned<String>>,
    ascii: Option<Spanned<bool>>,
    color: Option<Spanned<Color>>,
    mouse: Option<Spanned<bool>>,
    pace: Option<Spanned<Pace>>,
    service_tags: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    retention: RetentionKeys,
    #[serde(default)]
    wall: WallKeys,
    #[serde(default)]
    columns: BTreeMap<Spanned<String>, Spanned<Vec<String>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RetentionKeys {
    days: Option<Spanned<u32>>,
    mib: Option<Spanned<u32>>,
}

/// The effective configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Regions to look at; empty is every region enabled for the account.
    pub regions: Setting<Vec<Region>>,
    /// The AWS profile; none is AWS's own default chain.
    pub profile: Setting<Option<String>>,
    /// The theme's name; whether there is such a theme is the console's to say.
    pub theme: Setting<String>,
    /// Whether only ASCII is drawn.
    pub ascii: Setting<bool>,
    /// How many colours are used.
    pub color: Setting<Color>,
    /// Whether the console listens to the mouse from the start.
    pub mouse: Setting<bool>,
    /// How often AWS is read.
    pub pace: Setting<Pace>,
    /// Tag keys that name a thing's service; none leaves it to the policy.
    pub service_tags: Setting<Option<Vec<String>>>,
    /// How long and how much is kept in the state folder.
    pub retention: Retention,
    /// How a wall behaves.
    pub wall: WallConfig,
    /// Columns by list, by their names, for lists of which the file says any.
    pub columns: BTreeMap<&'static str, Setting<Vec<&'static str>>>,
}

/// How long and how much is kept in the state folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// Days.
    pub days: Setting<u32>,
    /// Mebibytes.
    pub mib: Setting<u32>,
}

/// How many colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Color {
    /// As many as the terminal says that it has.
    Auto,
    /// None: shapes and words alone.
    Never,
    /// The terminal's own sixteen.
    #[serde(rename = "16")]
    Sixteen,
    /// The 256 of xterm.
    #[serde(rename = "256")]
    Indexed,
    /// All of them.
    Full,
}

impl Color {
    /// The word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Never => "never",
            Self::Sixteen => "16",
            Self::Indexed => "256",
            Self::Full => "full",
        }
    }
}

/// How often AWS is read: the account's API budget is shared with everything else that runs in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pace {
    /// Half as often.
    Slow,
    /// As often as each kind deserves.
    Normal,
    /// Twice as often.
    Fast,
}

impl Pace {
    /// The word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slow => "slow",
            Self::Normal => "normal",
            Self::Fast => "fast",
        }
    }

    /// How many times as long as usual it waits between two reads.
    pub fn stretch(self) -> f64 {
        match self {
            Self::Slow => 2.0,
            Self::Normal => 1.0,
            Self::Fast => 0.5,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            regions: Setting::default(Vec::new()),
            profile: Setting::default(None),
            theme: Setting::default("auto".to_owned()),
            ascii: Setting::default(false),
            color: Setting::default(Color::Auto),
            mouse: Setting::default(false),
            pace: Setting::default(Pace::Normal),
            service_tags: Setting::default(None),
            retention: Retention { days: Setting::default(30), mib: Setting::default(256) },
            wall: WallConfig::default(),
            columns: BTreeMap::new(),
        }
    }
}

impl Config {
    /// The configuration in force: the file's, then the environment's, then the command line's word.
    pub fn load(file: Option<&Source>, environment: Environment<'_>, options: &Overrides) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        if let Some(source) = file {
            config.apply_file(source)?;
        }
        // https://no-color.org: set and not empty, whatever it says.
        if environment("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            config.color.set(Color::Never, Origin::Environment("NO_COLOR"));
        }
        config.apply_options(options);
        Ok(config)
    }

    fn apply_file(&mut self, source: &Source) -> Result<(), ConfigError> {
        let document: Document<'_, Keys> = Document::parse(source)?;
        let keys = &document.keys;
        document.apply(keys.regions.as_ref(), &mut self.regions, check_regions)?;
        document.apply(keys.profile.as_ref(), &mut self.profile, |name| not_empty(name, "profile").map(Some))?;
        document.apply(keys.theme.as_ref(), &mut self.theme, |name| not_empty(name, "theme"))?;
        document.apply(keys.ascii.as_ref(), &mut self.ascii, as_is)?;
        document.apply(keys.color.as_ref(), &mut self.color, as_is)?;
        document.apply(keys.mouse.as_ref(), &mut self.mouse, as_is)?;
        document.apply(keys.pace.as_ref(), &mut self.pace, as_is)?;
        document.apply(keys.service_tags.as_ref(), &mut self.service_tags, |tags| check_tags(tags).map(Some))?;
        document.apply(keys.retention.days.as_ref(), &mut self.retention.days, |days| at_least_one(days, "days"))?;
        document.apply(keys.retention.mib.as_ref(), &mut self.retention.mib, |mib| at_least_one(mib, "mib"))?;
        self.wall.apply(&keys.wall, &document)?;
        for (name, columns) in &keys.columns {
            let list = listing::find(name.get_ref()).map_err(|unknown| document.error(name, unknown.to_string()))?;
            let mut setting = Setting::default(Vec::new());
            document.apply(Some(columns), &mut setting, |names| check_columns(list, &names))?;
            self.columns.insert(list.name, setting);
        }
        Ok(())
    }

    fn apply_options(&mut self, options: &Overrides) {
        if !options.regions.is_empty() {
            let regions = options.regions.iter().map(|region| Region::from(region.as_str())).collect();
            self.regions.set(regions, Origin::Option("--region"));
        }
        if let Some(profile) = &options.profile {
            self.profile.set(Some(profile.clone()), Origin::Option("--profile"));
        }
        if let Some(theme) = &options.theme {
            self.theme.set(theme.clone(), Origin::Option("--theme"));
        }
        if options.no_color {
            self.color.set(Color::Never, Origin::Option("--no-color"));
        }
    }

    /// Every setting in words, with its origin.
    pub fn entries(&self) -> Vec<Entry> {
        let regions: Vec<&str> = self.regions.value.iter().map(Region::as_str).collect();
        let mut entries = vec![
            Entry::new("regions", &self.regions, format!("{regions:?}")),
            Entry::new("profile", &self.profile, format!("{:?}", self.profile.value.as_deref().unwrap_or_default())),
            Entry::new("theme", &self.theme, format!("{:?}", self.theme.value)),
            Entry::new("ascii", &self.ascii, self.ascii.value),
            Entry::new("color", &self.color, format!("{:?}", self.color.value.as_str())),
            Entry::new("mouse", &self.mouse, self.mouse.value),
            Entry::new("pace", &self.pace, format!("{:?}", self.pace.value.as_str())),
            Entry::new("retention.days", &self.retention.days, self.retention.days.value),
            Entry::new("retention.mib", &self.retention.mib, self.retention.mib.value),
        ];
        if let Some(tags) = &self.service_tags.value {
            entries.push(Entry::new("service_tags", &self.service_tags, format!("{tags:?}")));
        }
        entries.extend(self.wall.entries());
        let columns = self.columns.iter();
        entries.extend(
            columns.map(|(list, names)| Entry::new(format!("columns.{list}"), names, format!("{:?}", names.value))),
        );
        entries
    }
}

/// Region names have a known shape; whether the account has such a region, AWS says.
fn check_regions(names: Vec<String>) -> Result<Vec<Region>, String> {
    for name in &names {
        let parts = name.split('-').count();
        let shape = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !shape || !(3..=4).contains(&parts) || !name.ends_with(|c: char| c.is_ascii_digit()) {
            return Err(format!("`{name}` is not a region's name, such as us-east-1"));
        }
    }
    Ok(names.into_iter().map(Region::from).collect())
}

pub(super) fn check_tags(tags: Vec<String>) -> Result<Vec<String>, String> {
    if tags.iter().any(|tag| tag.trim().is_empty()) {
        return Err("a tag key is empty".to_owned());
    }
    Ok(tags)
}

fn check_columns(list: &'static List, names: &[String]) -> Result<Vec<&'static str>, String> {
    if names.is_empty() {
        return Err(format!("no columns for {}: leave the key out to see the usual ones", list.name));
    }
    let columns = list.columns();
    let known = |name: &String| {
        let position = list.column(name).map_err(|unknown| unknown.to_string())?;
        columns.get(position).map(|column| column.name).ok_or_else(|| format!("unknown column `{name}`"))
    };
    names.iter().map(known).collect()
}

fn not_empty(text: String, what: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err(format!("{what} is empty: leave the key out instead")) } else { Ok(text) }
}

fn at_least_one(n: u32, what: &str) -> Result<u32, String> {
    if n == 0 { Err(format!("{what} must be at least 1")) } else { Ok(n) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let source = Source { path: "config.toml".into(), text: text.to_owned() };
        Config::load(Some(&source), &|_| None, &Overrides::default())
    }

    #[test]
    fn errors_name_the_place_and_the_nearest() {
        for (text, wanted) in [
            ("them = \"dark\"", "config.toml:1:1: unknown key `them`; did you mean `theme`?"),
            ("\n[retention]\ndayz = 3", "config.toml:3:1: unknown key `dayz`; did you mean `days`?"),
            ("theme = 5", "config.toml:1:9: invalid type: integer `5`, expected a string"),
            ("ascii = true\ncolor = \"nevr\"", "config.toml:2:9: unknown word `nevr`; did you mean `never`?"),
            ("regions = [\"us-east-1\", \"use1-az4\"]", "config.toml:1:11: `use1-az4` is not a region's name"),
            ("[columns]\ninstnces = [\"id\"]", "config.toml:2:1: unknown list `instnces`; did you mean `instances`?"),
            (
                "[columns]\ninstances = [\"id\", \"zon\"]",
                "config.toml:2:13: unknown column `zon`; did you mean `zone`?",
            ),
            ("[retention]\ndays = 0", "config.toml:2:8: days must be at least 1"),
            ("[wall]\nrotate_s = 3", "config.toml:2:12: rotate_s is 0, which turns no page, or from 5 to 3600"),
            ("[wall]\npages = [\"bord\"]", "config.toml:2:9: unknown page `bord`; did you mean `board`?"),
            ("[wall]\nnotify = \"osc8\"", "config.toml:2:10: unknown word `osc8`; did you mean `osc9`?"),
            ("theme = \"dark", "config.toml:1:"),
        ] {
            let error = load(text).unwrap_err().to_string();
            assert!(error.starts_with(wanted), "{text}\n{error}");
        }
    }

    #[test]
    fn option_outranks_environment_outranks_file_outranks_default() {
        let text = "\ntheme = \"light\"\ncolor = \"full\"\nregions = [\"eu-west-1\"]\n\
                    [columns]\nasg = [\"name\", \"in_service\"]";
        let source = Source { path: "config.toml".into(), text: text.to_owned() };
        let environment = |name: &str| (name == "NO_COLOR").then(|| "1".to_owned());
        let options = Overrides { regions: vec!["us-east-1".to_owned()], ..Overrides::default() };
        let config = Config::load(Some(&source), &environment, &options).unwrap();
        let shown: Vec<String> = config.entries().iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "regions = [\"us-east-1\"]  # --region",
                "profile = \"\"  # default",
                "theme = \"light\"  # config.toml:2",
                "ascii = false  # default",
                "color = \"never\"  # environment NO_COLOR",
                "mouse = false  # default",
                "pace = \"normal\"  # default",
                "retention.days = 30  # default",
                "retention.mib = 256  # default",
                "wall.rotate_s = 300  # default",
                "wall.bell = false  # default",
                "wall.notify = \"off\"  # default",
                "wall.pages = [\"overview\", \"board\", \"findings\", \"availability\"]  # default",
                "columns.groups = [\"name\", \"in_service\"]  # config.toml:6",
            ]
        );
        assert_eq!(Config::load(None, &|_| None, &Overrides::default()).unwrap(), Config::default());
    }
}
