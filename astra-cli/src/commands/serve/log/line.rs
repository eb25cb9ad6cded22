//! A line of the log by hand: the same bytes as `tracing-subscriber` makes, without its maps and its generality.

use std::fmt::{Debug, Write as _};
use std::time::{Duration, UNIX_EPOCH};

use tracing::field::{Field, Visit};

use super::Format;

/// A line that is being written.
pub(super) struct Line<'a> {
    format: Format,
    text: &'a mut String,
    /// Whether a separator stands before the next field.
    has_fields: bool,
}

impl<'a> Line<'a> {
    /// Begins a line of `level` at the present time, with what stands before the fields: the text of a span, if it is in one.
    pub(super) fn begin(text: &'a mut String, format: Format, level: &str, span: &str, target: &str) -> Self {
        text.clear();
        match format {
            Format::Json => {
                text.push_str("{\"timestamp\":\"");
                write_time(text, now());
                text.extend(["\",\"level\":\"", level, "\""]);
            }
            Format::Text => {
                write_time(text, now());
                text.extend([" ", if level.len() < 5 { " " } else { "" }, level, " ", span, ": ", target, ":"]);
            }
        }
        // Both have something before the first field.
        Self { format, text, has_fields: true }
    }

    /// The fields of a span alone.
    pub(super) const fn of_span(text: &'a mut String, format: Format) -> Self {
        Self { format, text, has_fields: false }
    }

    /// Ends the line with what stands behind the fields.
    pub(super) fn end(self, span: &str, target: &str) {
        if self.format == Format::Json {
            self.text.extend([",\"target\":\"", target, "\",\"span\":", span, "}"]);
        }
        self.text.push('\n');
    }

    fn name(&mut self, name: &str) {
        match (self.format, self.has_fields) {
            (Format::Json, true) => self.text.extend([",\"", name, "\":"]),
            (Format::Json, false) => self.text.extend(["\"", name, "\":"]),
            // The message has no name there.
            (Format::Text, true) if name == "message" => self.text.push(' '),
            (Format::Text, true) => self.text.extend([" ", name, "="]),
            (Format::Text, false) => self.text.extend([name, "="]),
        }
        self.has_fields = true;
    }

    fn quoted(&mut self, value: &str) {
        let is_plain = value.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\');
        match self.format {
            _ if is_plain => self.text.extend(["\"", value, "\""]),
            // A value of text can always be written as JSON.
            Format::Json => self.text.push_str(&serde_json::to_string(value).unwrap_or_default()),
            Format::Text => drop(write!(self.text, "{value:?}")),
        }
    }
}

impl Visit for Line<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field.name());
        self.quoted(value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.name(field.name());
        write_number(self.text, value, 1);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.name(field.name());
        if self.format == Format::Text {
            let _ = write!(self.text, "{value:?}");
            return;
        }
        let begin = self.text.len();
        self.text.push('"');
        let _ = write!(self.text, "{value:?}");
        if self.text[begin + 1..].bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
            let shown = self.text.split_off(begin);
            self.quoted(&shown[1..]);
        } else {
            self.text.push('"');
        }
    }
}

/// How long ago 1970 began.
#[expect(clippy::disallowed_methods, reason = "the log says when something happened, by the clock of the machine")]
fn now() -> Duration {
    std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// RFC 3339 in UTC, with microseconds.
fn write_time(text: &mut String, since_1970: Duration) {
    let seconds = since_1970.as_secs();
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    // Years begin in March here, so that the day of a leap year is the last one; 400 years have 146,097 days.
    let shifted = day + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    for (value, digits, end) in [
        (year, 4, '-'),
        (month, 2, '-'),
        (day_of_month, 2, 'T'),
        (second / 3_600, 2, ':'),
        (second / 60 % 60, 2, ':'),
        (second % 60, 2, '.'),
        (u64::from(since_1970.subsec_micros()), 6, 'Z'),
    ] {
        write_number(text, value, digits);
        text.push(end);
    }
}

/// `value` in decimal, with at least so many digits.
fn write_number(text: &mut String, value: u64, digits: usize) {
    let mut shown = [b'0'; 20];
    let (mut begin, mut rest) = (shown.len(), value);
    while rest > 0 {
        begin -= 1;
        shown[begin] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    let begin = begin.min(shown.len() - digits);
    text.extend(shown[begin..].iter().map(|digit| char::from(*digit)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_utc_with_microseconds() {
        for (seconds, micros, shown) in [
            (0, 0, "1970-01-01T00:00:00.000000Z"),
            (951_782_399, 7, "2000-02-28T23:59:59.000007Z"),
            (951_782_400, 0, "2000-02-29T00:00:00.000000Z"),
            (951_868_800, 999_999, "2000-03-01T00:00:00.999999Z"),
            (1_795_823_999, 120_000, "2026-11-27T23:59:59.120000Z"),
            (4_107_542_400, 0, "2100-03-01T00:00:00.000000Z"),
        ] {
            let mut text = String::new();
            write_time(&mut text, Duration::new(seconds, micros * 1_000));
            assert_eq!(text, shown);
        }
    }

    #[test]
    fn numbers_have_all_their_digits() {
        for (value, digits, shown) in
            [(0, 1, "0"), (7, 1, "7"), (7, 2, "07"), (1_234, 2, "1234"), (u64::MAX, 1, "18446744073709551615")]
        {
            let mut text = String::new();
            write_number(&mut text, value, digits);
            assert_eq!(text, shown);
        }
    }
}
