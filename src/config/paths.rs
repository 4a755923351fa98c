//! Where the files are, and the reading of them: the only I/O of this module.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::Source;
use super::error::ConfigError;

/// Where the config file is looked for: `fournines/config.toml` in the XDG config folder. None without a home folder.
pub fn config_file() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.config_dir().join("fournines").join("config.toml"))
}

/// Where the policy file is looked for: `policy.toml` beside the config file.
pub fn policy_file(config_file: &Path) -> PathBuf {
    config_file.with_file_name("policy.toml")
}

/// Where a person's own keys are looked for: `keys.toml` beside the config file.
pub fn keys_file(config_file: &Path) -> PathBuf {
    config_file.with_file_name("keys.toml")
}

/// The most themes that are read, and the longest: a folder may hold anything.
const THEMES: usize = 64;
const LONGEST_THEME: u64 = 64 << 10;

/// A person's own themes: the `.toml` files of `themes/` beside the config file, by name, each with its text or why there is none.
/// Nothing where there is no such folder.
pub fn themes(config_file: &Path) -> Vec<(PathBuf, Result<String, String>)> {
    let folder = config_file.with_file_name("themes");
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect();
    files.sort();
    files.truncate(THEMES);
    files.into_iter().map(|path| (path.clone(), read_theme(&path).map_err(|why| why.to_string()))).collect()
}

fn read_theme(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(LONGEST_THEME + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST_THEME {
        return Err(io::Error::other(format!("longer than {} KiB", LONGEST_THEME >> 10)));
    }
    Ok(text)
}

/// Where journal, log and last inventory are kept: `fournines` in the XDG state folder. None without a home folder.
pub fn state_dir() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join("fournines"))
}

/// Reads the file that was `asked` for, else the one in its `usual` place, where there need not be one.
pub fn read(asked: Option<&Path>, usual: Option<&Path>) -> Result<Option<Source>, ConfigError> {
    let Some(path) = asked.or(usual) else { return Ok(None) };
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(Source { path: path.to_owned(), text })),
        Err(why) if why.kind() == io::ErrorKind::NotFound && asked.is_none() => Ok(None),
        Err(why) => Err(ConfigError { path: path.to_owned(), place: None, message: format!("cannot be read: {why}") }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_file_asked_for_must_be_there() {
        let missing = Path::new("/nonexistent/fournines.toml");
        assert_eq!(read(None, Some(missing)).unwrap(), None);
        let error = read(Some(missing), None).unwrap_err();
        assert!(error.to_string().starts_with("/nonexistent/fournines.toml: cannot be read"), "{error}");
        let folder = Path::new("/");
        assert!(read(None, Some(folder)).is_err(), "what is there but cannot be read is an error, asked for or not");
    }
}
