//! A record in one line, for somebody who watches.

use crate::journal::Record;
use crate::listing::escape;

/// `03:14:22Z s1    called  aws autoscaling set-desired-capacity …`
pub fn line(record: &Record) -> String {
    let step = record.step.as_ref().map(ToString::to_string).unwrap_or_default();
    let (word, rest) = record.event.words();
    let text = format!("{} {step:<4} {word:<8} {rest}", record.at.strftime("%TZ"));
    format!("{}\n", escape(text.trim_end()))
}
