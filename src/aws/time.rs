//! From the SDK's times to ours.

use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// The same moment; none where it is beyond what can be told.
pub(super) fn at(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// The moment, where AWS sent one.
pub(super) fn maybe(time: Option<&DateTime>) -> Option<Timestamp> {
    time.and_then(at)
}

/// The moment that a text holds, as EC2 sends image dates.
pub(super) fn parse(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(|text| text.parse().ok())
}
