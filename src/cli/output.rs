//! Writing to standard output, where the reader may leave: `fournines list instances | head`.

use std::io::{self, Write};

use crate::listing::escape;

/// Writes all of `text` to standard output. A reader that has gone is no error: it has had what it wanted.
pub fn print(text: &str) -> io::Result<()> {
    write(&mut io::stdout().lock(), text)
}

/// Writes lines for people to standard error, as far as anybody listens.
pub fn note(lines: &[String]) {
    let mut stderr = io::stderr().lock();
    // What AWS, or whatever stood in for it, said may hold anything; it is words here, never commands to the terminal.
    for line in lines.iter().flat_map(|text| text.lines()) {
        if writeln!(stderr, "{}", escape(line)).is_err() {
            return;
        }
    }
}

fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(why) if why.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    struct Gone(io::ErrorKind);

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_no_error_and_a_full_disk_is() {
        assert!(write(&mut Gone(io::ErrorKind::BrokenPipe), "text").is_ok());
        assert!(write(&mut Gone(io::ErrorKind::StorageFull), "text").is_err());
        let mut out = Vec::new();
        write(&mut out, "text").unwrap();
        assert_eq!(out, b"text");
    }
}
