//! Cursors of lists whose place the edge itself writes down: a time and an id. They grant nothing, so they need no
//! signature.

use chatlink_core::Invalid;
use chatlink_protocol::Timestamp;
use std::{fmt::Display, str::FromStr};

/// Writes a place in a list down.
pub(crate) fn seal<I: Display>((time, id): (Timestamp, I)) -> String {
    format!("{time}/{id}")
}

/// Reads what [`seal`] wrote; anything else is an invalid field.
pub(crate) fn open<I: FromStr>(text: &str) -> Result<(Timestamp, I), Invalid> {
    let place = text.split_once('/').and_then(|(time, id)| Some((time.parse().ok()?, id.parse().ok()?)));
    place.ok_or_else(|| Invalid::field("cursor", "bad_cursor", "not a cursor of this list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_is_opened_and_nothing_else() {
        let place = (Timestamp::from_micros(1_796_014_800_123_456), 7_u32);
        assert_eq!(open::<u32>(&seal(place)).unwrap(), place);
        for text in ["", "/", "7", "2026-11-30T05:00:00.123456Z/x", "x/7"] {
            assert!(open::<u32>(text).is_err(), "{text}");
        }
    }
}
