//! A journal in memory, whose writes fail and whose process dies when they are told to.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use crate::journal::Sink;

/// Lines in memory, and the writes that fail.
#[derive(Default)]
pub(in crate::engine::tests) struct Lines {
    pub(in crate::engine::tests) bytes: Vec<u8>,
    pub(in crate::engine::tests) writes: usize,
    pub(in crate::engine::tests) fails: BTreeSet<usize>,
    /// Bytes of the line that outlive the death of the process at this write.
    pub(in crate::engine::tests) dies: Option<(usize, usize)>,
    pub(in crate::engine::tests) dead: bool,
}

#[derive(Clone, Default)]
pub(in crate::engine::tests) struct Memory(pub(in crate::engine::tests) Arc<Mutex<Lines>>);

impl Sink for Memory {
    fn append(&mut self, line: &[u8]) -> std::io::Result<()> {
        let mut lines = self.0.lock().unwrap();
        let number = lines.writes;
        lines.writes += 1;
        if let Some((_, kept)) = lines.dies.filter(|(at, _)| *at == number) {
            lines.bytes.extend_from_slice(&line[..kept.min(line.len())]);
            lines.dead = true;
        }
        if lines.dead || lines.fails.contains(&number) {
            return Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
        }
        lines.bytes.extend_from_slice(line);
        Ok(())
    }
}
