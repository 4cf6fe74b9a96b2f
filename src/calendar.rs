//! Points in time as servers write them. A component has no calendar of its own: every date here comes from a reply.

use crate::prelude::*;
use crate::text;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const DAY: i64 = 86_400;

/// A millisecond, counted from 1970 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Moment(i64);

impl Moment {
    /// Reads the date of an HTTP header, such as `Mon, 23 Nov 2026 12:00:00 GMT`, the one form that servers may send.
    pub fn parse_http(text: &str) -> Option<Self> {
        let (_weekday, rest) = text::split_once(text, ", ")?;
        let [day, _, year, clock @ ..] = numbers(rest, "00 ??? 0000 00:00:00 GMT")?;
        let month = MONTHS.iter().position(|name| rest.get(3..6) == Some(*name))?;
        Self::of(year, i64::try_from(month).ok()? + 1, day, clock)
    }

    /// Reads a date of Daytona's JSON, such as `2026-11-23T12:00:00.000Z` (RFC 3339 in UTC), to the millisecond.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let (whole, fraction) = text::head(text.strip_suffix('Z')?, ".");
        let [year, month, day, clock @ ..] = numbers(whole, "0000-00-00T00:00:00")?;
        let thousandths = i64::from(text::thousandths(fraction.unwrap_or_default())?);
        Self::of(year, month, day, clock).map(|Self(ms)| Self(ms.saturating_add(thousandths)))
    }

    /// The moment so many seconds after the beginning of 1970.
    pub const fn at(seconds: i64) -> Self {
        Self(milliseconds(seconds))
    }

    fn of(year: i64, month: i64, day: i64, [hour, minute, second]: [i64; 3]) -> Option<Self> {
        let there = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
        let seconds = days_from_civil(year, month, day) * DAY + hour * 3_600 + minute * 60 + second;
        there.then_some(Self::at(seconds))
    }

    /// As RFC 3339 in UTC, to the second.
    pub fn to_rfc3339(self) -> String {
        let seconds = self.0.div_euclid(1_000);
        let (year, month, day) = civil_from_days(seconds.div_euclid(DAY));
        let second = seconds.rem_euclid(DAY);
        let mut text = String::with_capacity(20);
        for (number, after) in [
            (year / 100, ""),
            (year % 100, "-"),
            (month, "-"),
            (day, "T"),
            (second / 3_600, ":"),
            (second / 60 % 60, ":"),
            (second % 60, "Z"),
        ] {
            let number = u8::try_from(number).unwrap_or_default();
            for digit in [number / 10 % 10, number % 10] {
                text.push(char::from(b'0' + digit));
            }
            text.push_str(after);
        }
        text
    }

    /// The moment that many seconds later.
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds(seconds)))
    }

    /// Whole seconds from an earlier moment to this one; negative when it is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(1_000)
    }
}

/// So many seconds, or as many as there can be. Multiplying with saturation would take more code.
const fn milliseconds(seconds: i64) -> i64 {
    const MOST: i64 = i64::MAX / 1_000;
    1_000
        * if seconds > MOST {
            MOST
        } else if seconds < -MOST {
            -MOST
        } else {
            seconds
        }
}

/// The numbers of a text that looks like a pattern: digits where it has `0`, anything where it has `?`, and otherwise the
/// same. Whatever is no digit begins the next number.
fn numbers(text: &str, pattern: &str) -> Option<[i64; 6]> {
    let mut numbers = [0; 6];
    let mut number = 0;
    for (byte, expected) in text.bytes().zip(pattern.bytes()) {
        match expected {
            b'?' => {}
            b'0' if byte.is_ascii_digit() => {
                let digits = numbers.get_mut(number)?;
                *digits = *digits * 10 + i64::from(byte & 15);
            }
            _ if byte == expected && expected != b'0' => number += 1,
            _ => return None,
        }
    }
    (text.len() == pattern.len()).then_some(numbers)
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
///
/// Years are counted from March, so that the leap day is the last of its year; an era is 400 years, 146,097 days.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a day counted from 1970-01-01; the way back of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
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
    fn known_dates_of_json_are_read() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2026-11-23T12:00:00.000Z", 1_795_435_200),
        ] {
            assert_eq!(Moment::parse_rfc3339(text), Some(Moment::at(seconds)), "{text}");
        }
    }

    #[test]
    fn fractions_order_what_happened_within_a_second() {
        let at = |fraction: &str| Moment::parse_rfc3339(&format!("2026-11-23T12:00:00{fraction}Z"));
        assert!(at("") < at(".001") && at(".001") < at(".1") && at(".9") < at(".999999"));
        assert_eq!((at(".5"), at(".500"), at(".")), (at(".500"), at(".5000"), at("")));
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
            "Mon, 23 Nov 2026 25:00:00 GMT",
            "Mon, 23 Nov 2026 12:00:00 CET",
            "Mon, 23 Nov 99999 12:00:00 GMT",
            "Mon, 3 Nov 2026 12:00:00 GMT",
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
            "2026-11-23T12:00:00+01:00",
            "2026-11-23T12:00:00.xZ",
            "2026-13-23T12:00:00Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23-1T12:00:00Z",
            "2026-11-2xT12:00:00Z",
            "2026-1-23T12:00:00Z",
            "2026-11-23 12:00:00Z",
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
            let moment = Moment::at(day * DAY + 86_399);
            assert_eq!(Moment::parse_rfc3339(&moment.to_rfc3339()), Some(moment));
        }
        assert_eq!(Moment::at(1_795_435_201).to_rfc3339(), "2026-11-23T12:00:01Z");
    }
}
