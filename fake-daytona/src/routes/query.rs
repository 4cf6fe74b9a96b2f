//! Values of a query, as the server reads them.

use crate::clock::Timestamp;
use crate::http::call::Call;
use crate::refusal::Refusal;

/// What is wrong with a whole number of the query.
pub(super) fn number_problems(call: &Call<'_>, name: &str, least: u64) -> Vec<String> {
    let Some(text) = single(call, name) else { return Vec::new() };
    let number = text.and_then(|text| as_number(&text));
    let mut problems = Vec::new();
    if number.is_none_or(|number| number < least as f64) {
        problems.push(format!("{name} must not be less than {least}"));
    }
    if number.is_none_or(|number| number.fract() != 0.0) {
        problems.push(format!("{name} must be an integer number"));
    }
    problems
}

/// The one value of a parameter. The inner `None`: it was given more than once.
pub(super) fn single(call: &Call<'_>, name: &str) -> Option<Option<String>> {
    let mut values = call.request.query_values(name);
    match values.len() {
        0 => None,
        1 => Some(values.pop()),
        _ => Some(None),
    }
}

/// As JavaScript reads a number: nothing is zero.
pub(super) fn as_number(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() { Some(0.0) } else { text.parse().ok() }
}

/// A moment in the query, whatever zone it is written in.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let date_only = text.len() == 10;
    let text = if date_only { format!("{text}T00:00:00Z") } else { text.replace(' ', "+") };
    let (local, minutes) = match text.rfind(['+', '-']).filter(|at| *at > 10) {
        Some(at) => {
            let (hours, minutes) = text[at + 1..].split_once(':')?;
            let offset = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            (format!("{}Z", &text[..at]), if text[at..].starts_with('-') { -offset } else { offset })
        }
        None => (text, 0),
    };
    let since = humantime::parse_rfc3339(&local).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_millis(u64::try_from(since.as_millis() as i64 - minutes * 60_000).ok()?))
}

/// The length of a page: 100 unless it is asked for.
pub(super) fn limit(call: &Call<'_>) -> Result<usize, Refusal> {
    let Some(text) = single(call, "limit") else { return Ok(100) };
    let number = text.and_then(|text| as_number(&text));
    let mut problems = Vec::new();
    if number.is_none_or(|number| number.fract() != 0.0) {
        problems.push("limit must be an integer number");
    }
    if number.is_none_or(|number| number < 1.0) {
        problems.push("limit must not be less than 1");
    }
    if number.is_none_or(|number| number > 200.0) {
        problems.push("limit must not be greater than 200");
    }
    match number {
        Some(limit) if problems.is_empty() => Ok(limit as usize),
        _ => Err(Refusal::bad_request(problems.join(", "))),
    }
}

pub(super) fn moment(text: &str) -> Timestamp {
    let since = humantime::parse_rfc3339(text).ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    Timestamp::from_millis(since.map_or(0, |since| since.as_millis() as u64))
}
