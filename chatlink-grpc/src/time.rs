//! Points in time on this wire.

use chatlink_protocol::Timestamp;

/// As protobuf has it: seconds, and what is above them.
pub(crate) fn at(time: Timestamp) -> prost_types::Timestamp {
    let micros = time.as_micros().rem_euclid(1_000_000);
    prost_types::Timestamp { seconds: time.as_secs(), nanos: i32::try_from(micros * 1_000).unwrap_or(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microseconds_are_kept_on_both_sides_of_the_epoch() {
        for (text, seconds, nanos) in [
            ("1970-01-01T00:00:00.000000Z", 0, 0),
            ("2026-11-30T05:00:00.123456Z", 1_796_014_800, 123_456_000),
            ("1969-12-31T23:59:59.999999Z", -1, 999_999_000),
        ] {
            assert_eq!(at(text.parse().unwrap()), prost_types::Timestamp { seconds, nanos }, "{text}");
        }
    }
}
