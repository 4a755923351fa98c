//! The second opinions' Python: boto3, moto and ministack, and the `aws` command, in virtual environments under `target/`,
//! made once.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::folder::Folder;
use super::process::{self, Server};
use super::web;

/// What is installed. One environment for all libraries: ministack needs exactly the botocore that this boto3 has. `cbor2` is what lets
/// ministack's CloudWatch speak the Rust SDK's protocol.
const PINS: &[&str] = &["moto[server]==5.2.5", "ministack==1.5.33", "boto3==1.43.106", "cbor2==6.2.1"];

/// The `aws` command, in an environment of its own: it needs exactly its own botocore.
const COMMAND_PINS: &[&str] = &["awscli==1.46.3"];

/// How long a script may take.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long the installation may take.
const INSTALLATION: Duration = Duration::from_secs(900);

/// The environment, ready.
pub struct Python {
    folder: PathBuf,
    /// Where the tools leave what they like.
    scratch: Folder,
}

impl Python {
    /// Makes the environment if it is not there. Tests that come meanwhile wait.
    pub fn ready() -> Self {
        Self::with(PINS)
    }

    /// The `aws` command.
    pub fn aws_command() -> String {
        Self::with(COMMAND_PINS).folder.join("bin/aws").to_str().unwrap().to_owned()
    }

    fn with(pins: &[&str]) -> Self {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let mut hasher = DefaultHasher::new();
        pins.hash(&mut hasher);
        let folder = target.join(format!("second-opinion-{:016x}", hasher.finish()));
        let lock = File::create(folder.with_extension("lock")).unwrap();
        lock.lock().unwrap();
        let complete = folder.join("complete");
        if !complete.exists() {
            // What an interrupted installation left is not to be trusted.
            std::fs::remove_dir_all(&folder).ok();
            install(&folder, pins);
            File::create(complete).unwrap();
        }
        Self { folder, scratch: Folder::new("python") }
    }

    /// Runs one of the scripts to its end and gives what it wrote; a script that finds something wrong fails the test.
    pub fn run(&self, script: &str, arguments: &[&str]) -> String {
        let mut command = self.command("python");
        command.arg(scripts().join(script)).args(arguments);
        let answer = process::run(command, PATIENCE);
        assert_eq!(answer.code, Some(0), "{script} {arguments:?}:\n{}\n{}", answer.out, answer.err);
        answer.out
    }

    /// A moto server, with its URL.
    pub fn moto(&self) -> (Server, String) {
        let port = web::free_port();
        let mut command = self.command("moto_server");
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let url = format!("http://127.0.0.1:{port}");
        (Server::start(command).answers(&format!("{url}/moto-api/data.json")), url)
    }

    /// A ministack server, with its URL.
    pub fn ministack(&self) -> (Server, String) {
        let port = web::free_port();
        let mut command = self.command("ministack");
        // Its defaults would listen on every address, and on a second port for MQTT.
        command.envs([("BIND_HOST", "127.0.0.1"), ("GATEWAY_PORT", &port.to_string()), ("IOT_MTLS_ENABLED", "0")]);
        let url = format!("http://127.0.0.1:{port}");
        (Server::start(command).answers(&format!("{url}/_ministack/health")), url)
    }

    fn command(&self, tool: &str) -> Command {
        let mut command = Command::new(self.folder.join("bin").join(tool));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs([
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("PYTHONUNBUFFERED", "1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]);
        command.env("HOME", self.scratch.path()).env("TMPDIR", self.scratch.path()).current_dir(self.scratch.path());
        command
    }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/second_opinion/python")
}

fn install(folder: &Path, pins: &[&str]) {
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(folder);
    let found = Command::new("python3").arg("--version").output().is_ok();
    assert!(
        found,
        "python3 is not installed: the second opinions of the tests need Python 3.10 or later, with venv and pip"
    );
    let made = process::run(venv, INSTALLATION);
    assert_eq!(
        made.code,
        Some(0),
        "python3 -m venv: {} {}\nOn Debian and Ubuntu: apt-get install python3-venv",
        made.out,
        made.err
    );
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]).args(pins);
    let installed = process::run(pip, INSTALLATION);
    assert_eq!(installed.code, Some(0), "pip install {}:\n{}{}", pins.join(" "), installed.out, installed.err);
}
