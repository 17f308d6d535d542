//! Points in time on this wire.

use chatlink_core::Invalid;
use chatlink_protocol::Timestamp;

/// As protobuf has it: seconds, and what is above them.
pub(crate) fn at(time: Timestamp) -> prost_types::Timestamp {
    let micros = time.as_micros().rem_euclid(1_000_000);
    prost_types::Timestamp { seconds: time.as_secs(), nanos: i32::try_from(micros * 1_000).unwrap_or(0) }
}

/// A time that a request tells, down to the microsecond.
pub(crate) fn time(told: prost_types::Timestamp) -> Timestamp {
    let micros = told.seconds.saturating_mul(1_000_000).saturating_add(i64::from(told.nanos) / 1_000);
    Timestamp::from_micros(micros)
}

/// A time that a request must tell.
pub(crate) fn needed(told: Option<prost_types::Timestamp>, field: &'static str) -> Result<Timestamp, Invalid> {
    told.map(time).ok_or_else(|| Invalid::field(field, "required", "a point in time"))
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
            let told = prost_types::Timestamp { seconds, nanos };
            assert_eq!((at(text.parse().unwrap()), time(told)), (told, text.parse().unwrap()), "{text}");
        }
    }
}
