//! Single values: ids are texts outside, points in time the platform's own, secrets texts that this side wipes.

use crate::ChatError;
use chatlink_client::Secret;
use chatlink_protocol::{ClientId, EventId, RoomId, Seq, SessionId, Timestamp, UserId};
use std::time::{Duration, SystemTime};

uniffi::custom_type!(UserId, String, {
    remote,
    lower: |id| id.to_string(),
    try_lift: |text| text.parse().map_err(|_| ChatError::NoId.into()),
});
uniffi::custom_type!(RoomId, String, {
    remote,
    lower: |id| id.to_string(),
    try_lift: |text| text.parse().map_err(|_| ChatError::NoId.into()),
});
uniffi::custom_type!(EventId, String, {
    remote,
    lower: |id| id.to_string(),
    try_lift: |text| text.parse().map_err(|_| ChatError::NoId.into()),
});
uniffi::custom_type!(ClientId, String, {
    remote,
    lower: |id| id.to_string(),
    try_lift: |text| text.parse().map_err(|_| ChatError::NoId.into()),
});
uniffi::custom_type!(SessionId, String, {
    remote,
    lower: |id| id.to_string(),
    try_lift: |text| text.parse().map_err(|_| ChatError::NoId.into()),
});

// Below 2^53 by the wire's own word: signed numbers are what platforms count with.
uniffi::custom_type!(Seq, i64, {
    remote,
    lower: |seq| i64::try_from(seq.0).unwrap_or(i64::MAX),
    try_lift: |number| u64::try_from(number).map(Seq).map_err(|_| ChatError::NoId.into()),
});

uniffi::custom_type!(Timestamp, SystemTime, {
    remote,
    lower: |at| outside(at),
    try_lift: |at| Ok(inside(at)),
});

// A text that is an argument by itself is taken over without a copy, and wiped when it goes. Copies on the foreign side,
// and what lay in a buffer together with other values, are not within reach.
uniffi::custom_type!(Secret, String, {
    remote,
    lower: |secret| secret.expose().to_owned(),
    try_lift: |text| Ok(Secret::new(text)),
});

fn outside(at: Timestamp) -> SystemTime {
    let micros = Duration::from_micros(at.as_micros().unsigned_abs());
    let epoch = SystemTime::UNIX_EPOCH;
    let moved = if at.as_micros() < 0 { epoch.checked_sub(micros) } else { epoch.checked_add(micros) };
    moved.unwrap_or(epoch)
}

fn inside(at: SystemTime) -> Timestamp {
    let micros = |span: Duration| i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => micros(after),
        Err(before) => -micros(before.duration()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_in_time_keeps_its_microseconds_on_both_sides_of_the_epoch() {
        for micros in [0, 1, -1, 1_764_496_800_123_456, -86_400_000_001] {
            let at = Timestamp::from_micros(micros);
            assert_eq!(inside(outside(at)), at);
        }
    }
}
