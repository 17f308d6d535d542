//! When a day begins, for whoever goes to one in a timeline.

use crate::{error::Invalid, people::TimeZoneName};
use chatlink_protocol::Timestamp;
use jiff::{civil::Date, tz::TimeZone};

/// The first moment of a day, `2026-11-22`, by the clocks of that zone, or of UTC. Where they are put forward over
/// midnight it is later than midnight, and where midnight comes twice it is the first one.
///
/// # Errors
/// No day of the calendar, of the years 0 to 9999.
pub fn day_begins(text: &str, zone: Option<&TimeZoneName>) -> Result<Timestamp, Invalid> {
    let wrong = || Invalid::field("date", "bad_date", "a day like 2026-11-22");
    let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date: Date = shaped.then(|| text.parse().ok()).flatten().ok_or_else(wrong)?;
    let zone = zone.map_or(TimeZone::UTC, TimeZoneName::zone);
    let first = date.to_zoned(zone).map_err(|_| wrong())?;
    Ok(Timestamp::from_micros(first.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(date: &str, zone: &str) -> String {
        day_begins(date, Some(&zone.parse().unwrap())).unwrap().to_string()
    }

    #[test]
    fn a_day_is_a_day_of_the_calendar() {
        assert_eq!(day_begins("2026-11-22", None).unwrap().to_string(), "2026-11-22T00:00:00.000000Z");
        for bad in ["", "2026-11-31", "2026-1-1", "22.11.2026", "2026-11-22T00", "+226-11-22", "----------"] {
            assert_eq!(day_begins(bad, None).unwrap_err().0[0].field, "date", "{bad}");
        }
        for far in ["0000-01-01", "9999-12-31"] {
            for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
                let _ = day_begins(far, Some(&zone.parse().unwrap()));
            }
        }
    }

    #[test]
    fn it_begins_where_the_reader_is() {
        assert_eq!(begins("2026-11-22", "Asia/Tokyo"), "2026-11-21T15:00:00.000000Z");
        assert_eq!(begins("2026-11-22", "America/New_York"), "2026-11-22T05:00:00.000000Z");
        assert_eq!(begins("2026-07-01", "Europe/Berlin"), "2026-06-30T22:00:00.000000Z");
        assert_eq!(begins("2026-12-01", "Europe/Berlin"), "2026-11-30T23:00:00.000000Z");
    }

    #[test]
    fn it_begins_where_clocks_are_put_over_midnight() {
        // Santiago puts them forward at midnight: the day begins at 01:00. Havana puts them back at 01:00.
        assert_eq!(begins("2025-09-07", "America/Santiago"), "2025-09-07T04:00:00.000000Z");
        assert_eq!(begins("2025-11-02", "America/Havana"), "2025-11-02T04:00:00.000000Z");
    }
}
