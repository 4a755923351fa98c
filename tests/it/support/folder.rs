//! Temporary folders.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A folder of one test's own, removed with everything in it at the end.
pub struct Folder(PathBuf);

impl Folder {
    /// A new folder; `name` says what it is for.
    pub fn new(name: &str) -> Self {
        let process = std::process::id();
        let paths =
            (0..).map(|number| Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{process}-{number}")));
        for path in paths {
            match std::fs::create_dir(&path) {
                Ok(()) => return Self(path),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => panic!("{}: {error}", path.display()),
            }
        }
        unreachable!("numbers do not end")
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file in it.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
