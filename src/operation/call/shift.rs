//! Parameters of the Application Recovery Controller's calls (botocore's model of `arc-zonal-shift`).

use serde::{Deserialize, Serialize};

use crate::id::{Arn, Text, ZoneId};

/// The field of the answer by which a shift is named from then on: `${s3.zonalShiftId}` in what takes it back.
pub const SHIFT_ID: &str = "zonalShiftId";

/// A resource's traffic leaves a zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartShift {
    /// What is shifted: a balancer or a group.
    pub resource_identifier: Arn,
    /// The zone that it leaves, by its id.
    pub away_from: ZoneId,
    /// When traffic comes back by itself, healed or not: `3h`, `90m`, at most 72 hours.
    pub expires_in: Text,
    /// Whose it is: at most 128 letters.
    pub comment: Text,
}

/// A shift that goes on for longer, or is told otherwise; what is not said stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateShift {
    /// Which.
    pub zonal_shift_id: Text,
    /// The words that replace those it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Text>,
    /// From now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<Text>,
}

/// A shift that ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CancelShift {
    /// Which.
    pub zonal_shift_id: Text,
}

/// The minutes of an expiry as ARC takes it (`^[1-9][0-9]*(m|h)$`, at most 72 hours; `aws-domain.md` C.3); none for another.
#[must_use]
pub fn expiry_minutes(text: &str) -> Option<u32> {
    let (number, minutes) = match text.strip_suffix('h') {
        Some(hours) => (hours, 60),
        None => (text.strip_suffix('m')?, 1),
    };
    let is_plain = !number.starts_with('0') && number.bytes().all(|letter| letter.is_ascii_digit());
    let number: u32 = number.parse().ok().filter(|_| is_plain)?;
    number.checked_mul(minutes).filter(|minutes| (1..=72 * 60).contains(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_what_arc_takes_and_nothing_else_aws_domain_c3() {
        for (text, minutes) in [("3h", Some(180)), ("90m", Some(90)), ("72h", Some(4320)), ("4320m", Some(4320))] {
            assert_eq!(expiry_minutes(text), minutes, "{text}");
        }
        for text in ["", "h", "0h", "03h", "73h", "4321m", "1d", "1.5h", "+2h", "-1h", "2 h", "99999999999h"] {
            assert_eq!(expiry_minutes(text), None, "{text}");
        }
    }
}
