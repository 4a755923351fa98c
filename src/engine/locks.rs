//! One operation at a time on one thing, on this machine: files that are locked for as long as a run lasts.
//!
//! Owns: [`Locks`]. Depends on: plans. Must stay true: locks are taken in sorted order, so that two runs never wait for one another; the
//! system lets go of them when the process ends, however it ends; what a file says is only for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::id::Text;
use crate::operation::registry::find;
use crate::operation::{Plan, TargetKind};

/// Locks that are held until they are dropped.
#[derive(Debug)]
pub struct Locks {
    _held: Vec<File>,
}

/// Who holds a lock, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The operation.
    pub operation: Text,
    /// Its process.
    pub pid: u32,
    /// Its machine.
    pub host: Text,
    /// Since when.
    pub at: Timestamp,
}

/// Why locks are not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another operation has one.
    #[error("{what}: {}", held_by(by.as_ref()))]
    Taken {
        /// On what.
        what: Text,
        /// By whom, where the file says.
        by: Option<Holder>,
    },
    /// The disk's.
    #[error("{path}: {source}")]
    Disk {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn held_by(by: Option<&Holder>) -> String {
    match by {
        Some(by) => format!(
            "operation {} works on it (process {} on {}, since {}): wait for it, or attach and end it",
            by.operation,
            by.pid,
            by.host,
            by.at.strftime("%H:%MZ")
        ),
        None => "another operation works on it: `fournines journal list` shows which".to_owned(),
    }
}

impl Locks {
    /// Takes the locks of a plan under a state folder, all or none.
    ///
    /// # Errors
    /// [`LockError`]: who works on what.
    pub fn take(state: &Path, plan: &Plan, holder: &Holder) -> Result<Self, LockError> {
        let folder = state.join("locks");
        let disk = |path: &Path| {
            let path = path.to_owned();
            move |source| LockError::Disk { path, source }
        };
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(disk(&folder))?;
        let mut held = Vec::new();
        for what in things(plan) {
            let path = folder.join(file_name(&what));
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(&path)
                .map_err(disk(&path))?;
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(rustix::io::Errno::WOULDBLOCK) => {
                    let mut text = String::new();
                    file.take(4096).read_to_string(&mut text).ok();
                    return Err(LockError::Taken { what, by: serde_json::from_str(&text).ok() });
                }
                Err(error) => return Err(disk(&path)(error.into())),
            }
            let told = serde_json::to_string(holder).unwrap_or_default();
            file.set_len(0).and_then(|()| file.write_all(told.as_bytes())).map_err(disk(&path))?;
            held.push(file);
        }
        Ok(Self { _held: held })
    }
}

/// Fields of calls that name what they are about.
const NAMING: &[&str] = &[
    "AutoScalingGroupName",
    "InstanceId",
    "InstanceIds",
    "TargetGroupArn",
    "LoadBalancerArn",
    "LoadBalancerName",
    "VolumeId",
    "AllocationId",
    "RouteTableId",
    "DBInstanceIdentifier",
    "DBClusterIdentifier",
    "resourceIdentifier",
    "zonalShiftId",
];

/// One zone of a region is left, or returned to, at a time: whoever leaves another takes the capacity that this one counts on.
const ZONES: &str = "its zones";

/// Everything that a plan touches, sorted: `123456789012/us-east-1/web`.
pub fn things(plan: &Plan) -> BTreeSet<Text> {
    let mut names: BTreeSet<String> = BTreeSet::from([plan.target.to_string()]);
    if find(&plan.operation).is_some_and(|operation| operation.target == TargetKind::Zone) {
        names.insert(ZONES.to_owned());
    }
    for call in plan.steps.iter().flat_map(|step| step.calls.iter().chain(&step.undo)) {
        // What cannot be written down is never called.
        collect(&call.parameters().unwrap_or_default(), &mut names);
    }
    let place = format!("{}/{}", plan.account, plan.region);
    names.into_iter().map(|name| format!("{place}/{name}").into()).collect()
}

fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if NAMING.contains(&name.as_str()) {
                    let values = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
                    // A blank is something that nobody else can know of yet.
                    let known = values.iter().filter_map(Value::as_str).filter(|text| !text.starts_with("${"));
                    names.extend(known.map(own_name));
                } else {
                    collect(value, names);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A group's name, where its ARN names it: calls of Auto Scaling and of ARC touch the same thing by different words.
fn own_name(text: &str) -> String {
    match text.split_once(":autoScalingGroupName/") {
        Some((_, name)) if text.starts_with("arn:") => name.to_owned(),
        _ => text.to_owned(),
    }
}

/// A file's name for a thing: readable, and different for different things.
fn file_name(what: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let mut name: String = what.chars().map(plain).take(80).collect();
    name.push('-');
    for byte in Sha256::digest(what).iter().take(8) {
        // Writing to a string cannot fail.
        write!(name, "{byte:02x}").ok();
    }
    name + ".lock"
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::lab;
    use super::*;

    fn holder(operation: &str) -> Holder {
        Holder {
            operation: operation.into(),
            pid: 4711,
            host: "laptop".into(),
            at: "2026-11-21T03:14:22Z".parse().unwrap(),
        }
    }

    #[test]
    fn two_operations_that_touch_the_same_thing_do_not_run_at_once() {
        let state = std::env::temp_dir().join(format!("fournines-locks-{}", std::process::id()));
        let held = Locks::take(&state, &lab::replace(), &holder("replace-1")).unwrap();
        let error = Locks::take(&state, &lab::standby(), &holder("standby-1")).unwrap_err().to_string();
        assert!(error.contains("operation replace-1 works on it (process 4711 on laptop, since 03:14Z)"), "{error}");
        drop(held);
        assert!(Locks::take(&state, &lab::standby(), &holder("standby-1")).is_ok(), "a run that ends lets go");
        std::fs::remove_dir_all(&state).ok();
    }

    #[test]
    fn a_plan_locks_all_that_its_calls_and_undo_name() {
        let names = things(&lab::lanes());
        let names: Vec<&str> = names.iter().map(|name| name.rsplit('/').next().unwrap()).collect();
        assert_eq!(names, ["i-1", "shop", "web"]);
    }
}
