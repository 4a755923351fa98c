//! The chain: each line carries the hash of the one before it and its own.
//!
//! Owns: how a record becomes a line, and how lines are read back. Depends on: records. Must stay true: pure; a line that was changed,
//! put in or taken out is named by its number; what a crash cut off at the end is told and never silently dropped.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Record;

/// The last line that was written: its number, from 1, and its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its number; 0 where there is none yet.
    pub seq: u64,
    /// Its hash, in hexadecimal.
    pub hash: String,
}

/// A journal as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Its records.
    pub records: Vec<Record>,
    /// Its last line.
    pub head: Link,
    /// Bytes at its end that are no whole line: a crash cut them short before anybody was told that they were written.
    pub cut: Vec<u8>,
    /// Lines that are not what was written.
    pub broken: Vec<Broken>,
}

/// A line that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Broken {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

#[derive(Serialize)]
struct Body<'a> {
    seq: u64,
    prev: &'a str,
    #[serde(flatten)]
    record: &'a Record,
}

#[derive(Deserialize)]
struct Place {
    seq: u64,
    prev: String,
}

impl Link {
    /// Where a journal begins.
    pub fn first() -> Self {
        Self { seq: 0, hash: "0".repeat(64) }
    }

    /// The line that follows, without its end of line, and its place.
    ///
    /// # Errors
    /// None that a test has not seen: records are plain data.
    pub fn seal(&self, record: &Record) -> Result<(String, Link), serde_json::Error> {
        let seq = self.seq + 1;
        let mut line = serde_json::to_string(&Body { seq, prev: &self.hash, record })?;
        let hash = hash(&line);
        line.pop();
        // Writing to a string cannot fail.
        write!(line, "{BEFORE_HASH}{hash}{AFTER_HASH}").ok();
        Ok((line, Link { seq, hash }))
    }

    /// Checks the line that should follow, and gives its record and place.
    fn follow(&self, line: &str) -> Result<(Record, Link), String> {
        let (body, told) = unsealed(line).ok_or("it does not end with its hash")?;
        let hash = hash(&body);
        if hash != told {
            return Err("it was changed after it was written".to_owned());
        }
        let place: Place = serde_json::from_str(&body).map_err(|error| error.to_string())?;
        if (place.seq, &place.prev) != (self.seq + 1, &self.hash) {
            return Err(format!("it does not follow line {}: something was put in, taken out or rewritten", self.seq));
        }
        let record = serde_json::from_str(&body).map_err(|error| format!("not understood: {error}"))?;
        Ok((record, Link { seq: place.seq, hash }))
    }
}

impl Reading {
    /// Reads a journal. After a line that is broken the rest is judged as if that line were right, so that one edit is one finding.
    pub fn of(bytes: &[u8]) -> Self {
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let (lines, cut) = bytes.split_at(whole);
        let mut reading = Self { records: Vec::new(), head: Link::first(), cut: cut.to_vec(), broken: Vec::new() };
        for (number, line) in (1..).zip(lines.split_inclusive(|byte| *byte == b'\n')) {
            reading.take(number, line);
        }
        reading
    }

    fn take(&mut self, number: u64, line: &[u8]) {
        let text = std::str::from_utf8(line.strip_suffix(b"\n").unwrap_or(line));
        let text = match text {
            Ok(text) => text,
            Err(error) => return self.breaks(number, error.to_string(), None),
        };
        match self.head.follow(text) {
            Ok((record, link)) => {
                self.records.push(record);
                self.head = link;
            }
            Err(why) => self.breaks(number, why, told(text)),
        }
    }

    fn breaks(&mut self, line: u64, why: String, told: Option<Link>) {
        self.broken.push(Broken { line, why });
        self.head = told.unwrap_or(Link { seq: line, hash: String::new() });
    }
}

const BEFORE_HASH: &str = ",\"hash\":\"";
const AFTER_HASH: &str = "\"}";

/// The place that a line says it has, true or not.
fn told(line: &str) -> Option<Link> {
    let (body, hash) = unsealed(line)?;
    let place: Place = serde_json::from_str(&body).ok()?;
    Some(Link { seq: place.seq, hash: hash.to_owned() })
}

/// A line without its hash, and that hash.
fn unsealed(line: &str) -> Option<(String, &str)> {
    let (body, hash) = line.strip_suffix(AFTER_HASH)?.rsplit_once(BEFORE_HASH)?;
    Some((format!("{body}}}"), hash))
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::journal::Event;

    fn journal(lines: usize) -> Vec<String> {
        let mut head = Link::first();
        let at = "2026-11-21T03:14:22Z".parse().unwrap();
        (0..lines)
            .map(|each| {
                let event = Event::Failed { reason: format!("reason {each}") };
                let (line, next) = head.seal(&Record { at, operation_id: "op".into(), step: None, event }).unwrap();
                head = next;
                format!("{line}\n")
            })
            .collect()
    }

    fn broken(lines: &[String]) -> Vec<u64> {
        Reading::of(lines.concat().as_bytes()).broken.iter().map(|broken| broken.line).collect()
    }

    #[test]
    fn a_journal_reads_back_with_its_head() {
        let lines = journal(3);
        let reading = Reading::of(lines.concat().as_bytes());
        assert_eq!((reading.records.len(), reading.head.seq), (3, 3));
        assert!(reading.broken.is_empty() && reading.cut.is_empty());
        assert!(lines[2].contains(&reading.head.hash));
    }

    #[test]
    fn whatever_line_is_changed_taken_out_put_in_or_doubled_is_named() {
        for at in 0..4 {
            let mut edited = journal(4);
            edited[at] = edited[at].replace("reason", "raison");
            assert_eq!(broken(&edited), [at as u64 + 1]);
            let mut doubled = journal(4);
            doubled.insert(at, doubled[at].clone());
            assert_eq!(broken(&doubled), [at as u64 + 2], "the second of the two");
        }
        for at in 0..3 {
            let mut missing = journal(4);
            missing.remove(at);
            assert_eq!(broken(&missing)[0], at as u64 + 1);
            let mut swapped = journal(4);
            swapped.swap(at, at + 1);
            assert_eq!(broken(&swapped)[0], at as u64 + 1);
        }
        // Somebody who writes the line anew, with its hash, is told by the one that follows.
        let mut forged = journal(4);
        let first = Reading::of(forged[0].as_bytes());
        let mut other = first.records[0].clone();
        other.event = Event::Failed { reason: "forged".to_owned() };
        forged[0] = format!("{}\n", Link::first().seal(&other).unwrap().0);
        assert_eq!(broken(&forged), [2]);
    }

    /// Cut anywhere, what is whole is read and the rest is kept; a cut is not an edit.
    #[test]
    fn a_tail_cut_anywhere_is_told_and_no_edit() {
        let text = journal(3).concat();
        for end in 0..=text.len() {
            let reading = Reading::of(&text.as_bytes()[..end]);
            assert!(reading.broken.is_empty());
            let whole = text[..end].matches('\n').count();
            assert_eq!(reading.records.len(), whole);
            let kept: usize = text.split_inclusive('\n').take(whole).map(str::len).sum();
            assert_eq!(kept + reading.cut.len(), end, "no byte is lost");
        }
    }
}
