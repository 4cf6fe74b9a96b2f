//! Points in time as servers write them. A component has no calendar of its own: every date here comes from a reply.

use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcDateTime};

use crate::digits::digits;
use crate::json::{FromScalar, Scalar};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Bytes of a date such as `2026-11-23T12:00:00Z`.
const RFC3339_LEN: usize = 20;

/// A millisecond, counted from 1970 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Moment(i64);

impl Moment {
    /// Reads the date of an HTTP header, such as `Mon, 23 Nov 2026 12:00:00 GMT`.
    pub fn parse_http(text: &str) -> Option<Self> {
        // The one form that servers may send (RFC 9110, IMF-fixdate) has the parts of the other one in another order.
        let (_weekday, date) = text.strip_suffix(" GMT")?.split_once(", ")?;
        let mut parts = date.split(' ');
        let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let month = MONTHS.iter().position(|name| *name == month)?;
        let (hour, time) = time.split_once(':')?;
        let (minute, second) = time.split_once(':')?;
        let month = Month::January.nth_next(u8::try_from(month).ok()?);
        let date = Date::from_calendar_date(i32::try_from(number(year, 4)?).ok()?, month, two_digits(day)?).ok()?;
        let time = Time::from_hms(two_digits(hour)?, two_digits(minute)?, two_digits(second)?).ok()?;
        Some(Self::of(PrimitiveDateTime::new(date, time).assume_utc()))
    }

    /// Reads an RFC 3339 date, such as `2026-11-23T12:00:00.000Z` or `2026-11-23t13:00:00+01:00`, to the millisecond.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::of)
    }

    fn of(date: OffsetDateTime) -> Self {
        Self(date.unix_timestamp().saturating_mul(1_000).saturating_add(i64::from(date.millisecond())))
    }

    /// The moment so many seconds after the beginning of 1970.
    #[cfg(test)]
    pub const fn at(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// As RFC 3339 in UTC, to the second.
    pub fn to_rfc3339(self) -> String {
        let date = UtcDateTime::from_unix_timestamp(self.0.div_euclid(1_000)).unwrap_or(UtcDateTime::MAX);
        let (year, month, day) = date.to_calendar_date();
        let (hour, minute, second) = date.as_hms();
        // Digit by digit: every status has such dates, and a formatter takes ten times as long.
        let mut text = String::with_capacity(RFC3339_LEN);
        push_digits(&mut text, year.unsigned_abs(), 4);
        for (before, part) in [('-', u8::from(month)), ('-', day), ('T', hour), (':', minute), (':', second)] {
            text.push(before);
            push_digits(&mut text, part.into(), 2);
        }
        text.push('Z');
        text
    }

    /// The moment that many seconds later.
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000)))
    }

    /// Whole seconds from an earlier moment to this one, rounded down; negative when it is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(1_000)
    }
}

/// A number of exactly so many decimal digits.
fn number(text: &str, length: usize) -> Option<u64> {
    if text.len() == length { digits(text) } else { None }
}

fn two_digits(text: &str) -> Option<u8> {
    u8::try_from(number(text, 2)?).ok()
}

/// Appends the last so many digits of a number, zeros before it.
fn push_digits(text: &mut String, number: u32, digits: u32) {
    for place in (0..digits).rev() {
        text.extend(char::from_digit(number / 10_u32.pow(place) % 10, 10));
    }
}

impl FromScalar for Moment {
    fn from_scalar(value: Scalar<'_>) -> Option<Self> {
        match value {
            Scalar::Text(text) => Self::parse_rfc3339(&text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates_of_headers_are_read() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Mon, 23 Nov 2026 12:00:00 GMT", 1_795_435_200),
        ] {
            assert_eq!(Moment::parse_http(text), Some(Moment::at(seconds)), "{text}");
        }
    }

    #[test]
    fn known_dates_of_json_are_read_with_any_offset_and_in_lower_case() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2026-11-23T12:00:00.000Z", 1_795_435_200),
            ("2026-11-23t12:00:00z", 1_795_435_200),
            ("2026-11-23T12:00:00+00:00", 1_795_435_200),
            ("2026-11-23T13:30:00+01:30", 1_795_435_200),
            ("2026-11-22T23:00:00.5-13:00", 1_795_435_200),
        ] {
            let read = Moment::parse_rfc3339(text).map(|moment| moment.since(Moment::at(0)));
            assert_eq!(read, Some(seconds), "{text}");
        }
    }

    #[test]
    fn fractions_order_what_happened_within_a_second() {
        let at = |fraction: &str| Moment::parse_rfc3339(&format!("2026-11-23T12:00:00{fraction}Z"));
        assert!(at("") < at(".001") && at(".001") < at(".1") && at(".9") < at(".999999"));
        assert_eq!(at(".5"), at(".500"));
        let since = at(".9").zip(at(".1")).map(|(late, early)| (late.since(early), early.since(late)));
        assert_eq!(since, Some((0, -1)));
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "30",
            "Mon, 23 Foo 2026 12:00:00 GMT",
            "Mon, 23 Nov 2026 12:00 GMT",
            "Mon, 3 Nov 2026 12:00:00 GMT",
            "Mon, 23 Nov 2026 25:00:00 GMT",
            "Mon, 30 Feb 2026 12:00:00 GMT",
            "Mon, 23 Nov 2026 12:00:00 CET",
            "Mon, 23 Nov 99999 12:00:00 GMT",
            "Mon, 23 Nov 2026 12:00:0x GMT",
            "Mon, 23 Nov 2026 12.00:00 GMT",
            "Mon, 23 日 2026 12:00:00 GMT",
            "Mon, 23 Nov 2026 12:00:00 GMT ",
            "2026-11-23T12:00:00Z",
        ] {
            assert_eq!(Moment::parse_http(text), None, "{text}");
        }
        for text in [
            "",
            "2026-11-23",
            "2026-11-23T12:00:00",
            "2026-11-23T12:00:00.xZ",
            "2026-13-23T12:00:00Z",
            "2026-02-30T12:00:00Z",
            "2025-02-29T12:00:00Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23-1T12:00:00Z",
            "2026-11-2xT12:00:00Z",
            "2026-1-23T12:00:00Z",
            "2026-00-23T12:00:00Z",
            "-2026-11-23T12:00:00Z",
            "Mon, 23 Nov 2026 12:00:00 GMT",
        ] {
            assert_eq!(Moment::parse_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again_on_every_day_of_eight_centuries() {
        for day in -146_097..146_097 {
            let moment = Moment::at(day * 86_400 + 86_399);
            assert_eq!(Moment::parse_rfc3339(&moment.to_rfc3339()), Some(moment));
        }
        assert_eq!(Moment::at(1_795_435_201).to_rfc3339(), "2026-11-23T12:00:01Z");
    }
}
