//! Temporary folders.

use std::path::{Path, PathBuf};

/// A folder of one test's own, removed with everything in it at the end.
pub struct Folder(PathBuf);

impl Folder {
    /// A new folder; `name` tells apart those of one test.
    pub fn new(name: &str) -> Self {
        let of_test = format!("{}-{:?}-{name}", std::process::id(), std::thread::current().id());
        let of_test = of_test.replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-', "");
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(of_test);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
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
