//! Cron expressions of five fields in a time zone: when their slots are, and what daylight saving does to them.
//!
//! The expression is held against the local time of the zone. A local time that does not exist has its slot at the next minute
//! that does; one that comes twice has its slot the first time. An expression of every hour is another matter: its slots follow
//! the time that passes, so that none is lost or moved when an hour is left out and the hour that comes twice has its slots
//! twice.

use chrono::{
    DateTime, Duration, MappedLocalTime, NaiveDateTime, Offset as _, SubsecRound as _, TimeZone, Timelike as _, Utc,
};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// The longest expression, in bytes.
pub const EXPRESSION_BYTES_MAX: usize = 120;
/// The most minutes that no clock of a zone shows at once: a zone that crosses the date line leaves out a day.
const GAP_MINUTES_MAX: i64 = 36 * 60;
/// How far ahead a change of the clock can make the minute at hand come again.
const AHEAD: Duration = Duration::hours(25);

/// A cron expression in a time zone.
#[derive(Debug, Clone)]
pub struct Expression {
    cron: Cron,
    zone: Tz,
    /// Whether it has slots in every hour of its days.
    is_hourly: bool,
}

/// Why a text is no expression, or no zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpressionFault {
    /// The expression; with what is wrong with it.
    Expression(String),
    /// The time zone; with what is wrong with it.
    Timezone(String),
}

/// A time at which a schedule is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
    /// What the clocks of the zone have to do with it.
    pub shift: Shift,
}

/// What a change of the clocks does to a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shift {
    /// Nothing.
    None,
    /// Its local time does not exist: it is at the next minute that does.
    Moved,
    /// Its local time comes twice: this is the first.
    First,
    /// Its local time comes twice: this is the second, of an expression of every hour.
    Second,
}

impl Expression {
    /// Reads an expression of five fields and the name of a time zone, such as `Europe/Berlin`.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn parse(expression: &str, timezone: &str) -> Result<Self, ExpressionFault> {
        let refuse = |text: &str| ExpressionFault::Expression(text.to_owned());
        if expression.len() > EXPRESSION_BYTES_MAX {
            return Err(refuse("is longer than 120 bytes"));
        }
        let fields: Vec<&str> = expression.split_whitespace().collect();
        if fields.len() != 5 {
            let count = fields.len();
            return Err(ExpressionFault::Expression(format!(
                "has {count} fields instead of five: minute, hour, day of the month, month, day of the week; there are no \
                 seconds, years or names such as @daily"
            )));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(expression).map_err(|fault| refuse(&in_words(&fault.to_string())))?;
        let zone = timezone.parse::<Tz>().map_err(|_| {
            ExpressionFault::Timezone("is no time zone of the IANA database, such as Europe/Berlin or UTC".to_owned())
        })?;
        let is_hourly = matches!(fields.get(1), Some(&("*" | "*/1" | "0-23")));
        Ok(Self { cron, zone, is_hourly })
    }

    /// The expression in English.
    #[must_use]
    pub fn description(&self) -> String {
        self.cron.describe()
    }

    /// The local time of the zone, with its offset, as RFC 3339 writes it.
    #[must_use]
    pub fn local(&self, at_ms: i64) -> String {
        crate::clock::timestamp(at_ms).with_timezone(&self.zone).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
    }

    /// The first slot after `after_ms`, in milliseconds since the epoch; `None` if there is none before the year 5000.
    #[must_use]
    pub fn next_after(&self, after_ms: i64) -> Option<Slot> {
        let after = DateTime::<Utc>::from_timestamp_millis(after_ms)?;
        let local = minute(self.zone.from_utc_datetime(&after.naive_utc()).naive_local())?;
        let mut naive = local;
        let next = loop {
            naive = self.next_local(naive)?;
            if let Some(slot) = self.slot_of(naive, after) {
                break slot;
            }
        };
        let again = if self.is_hourly { self.again(after, next.at_ms) } else { None };
        Some(again.unwrap_or(next))
    }

    /// The next local time of the expression, as if no clock were ever changed.
    fn next_local(&self, after: NaiveDateTime) -> Option<NaiveDateTime> {
        self.cron.find_next_occurrence(&after, false).ok()
    }

    /// The slot of a local time, if it comes after `after`.
    fn slot_of(&self, naive: NaiveDateTime, after: DateTime<Utc>) -> Option<Slot> {
        let (at, shift) = match self.zone.from_local_datetime(&naive) {
            MappedLocalTime::Single(at) => (at.to_utc(), Shift::None),
            MappedLocalTime::Ambiguous(one, other) => {
                let (first, second) = (one.min(other).to_utc(), one.max(other).to_utc());
                if self.is_hourly && first <= after { (second, Shift::Second) } else { (first, Shift::First) }
            }
            MappedLocalTime::None if self.is_hourly => return None,
            MappedLocalTime::None => (self.after_gap(naive)?, Shift::Moved),
        };
        (at > after).then(|| Slot { at_ms: at.timestamp_millis(), shift })
    }

    /// The first minute that exists after a local time that does not.
    fn after_gap(&self, naive: NaiveDateTime) -> Option<DateTime<Utc>> {
        let minutes = (1..=GAP_MINUTES_MAX).filter_map(|minutes| naive.checked_add_signed(Duration::minutes(minutes)));
        minutes.filter_map(|minute| self.zone.from_local_datetime(&minute).earliest()).map(|at| at.to_utc()).next()
    }

    /// Of an expression of every hour: the first slot after `after` and before `before_ms` whose local time has passed already,
    /// since the clocks are set back in between.
    fn again(&self, after: DateTime<Utc>, before_ms: i64) -> Option<Slot> {
        let offset = |at: DateTime<Utc>| self.zone.offset_from_utc_datetime(&at.naive_utc()).fix();
        let (now, later) = (offset(after), offset(after.checked_add_signed(AHEAD)?));
        if later.local_minus_utc() >= now.local_minus_utc() {
            return None;
        }
        let passed = minute(after.naive_utc().checked_add_offset(now)?)?;
        let mut naive = minute(after.naive_utc().checked_add_offset(later)?)?;
        loop {
            naive = self.next_local(naive).filter(|naive| *naive <= passed)?;
            let at = naive.checked_sub_offset(later)?.and_utc();
            if at.timestamp_millis() >= before_ms {
                return None;
            }
            if at > after && offset(at) == later {
                return Some(Slot { at_ms: at.timestamp_millis(), shift: Shift::Second });
            }
        }
    }
}

/// The beginning of the minute.
fn minute(at: NaiveDateTime) -> Option<NaiveDateTime> {
    at.trunc_subsecs(0).with_second(0)
}

/// What the reader of expressions says of a fault, as the end of a sentence.
fn in_words(fault: &str) -> String {
    let fault = fault.rsplit_once("error: ").map_or(fault, |(_, rest)| rest);
    format!("cannot be read: {fault}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
    }

    /// The local times of the slots between two times, and what the clocks have to do with them.
    fn slots(expression: &str, zone: &str, from: &str, until: &str) -> Vec<(String, Shift)> {
        let expression = Expression::parse(expression, zone).unwrap();
        let (mut at_ms, until_ms, mut found) = (ms(from) - 1, ms(until), Vec::new());
        while let Some(slot) = expression.next_after(at_ms).filter(|slot| slot.at_ms <= until_ms) {
            found.push((expression.local(slot.at_ms), slot.shift));
            at_ms = slot.at_ms;
        }
        found
    }

    fn expect(found: &[(String, Shift)], expected: &[(&str, Shift)]) {
        let found: Vec<_> = found.iter().map(|(text, shift)| (text.as_str(), *shift)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_local_time_that_does_not_exist_is_moved_to_the_next_minute_that_does() {
        let berlin = slots("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-30T12:00:00Z");
        expect(
            &berlin,
            &[
                ("2026-03-28T02:30:00+01:00", Shift::None),
                ("2026-03-29T03:00:00+02:00", Shift::Moved),
                ("2026-03-30T02:30:00+02:00", Shift::None),
            ],
        );
        let york = slots("0,30 2,3 * * *", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-08T12:00:00Z");
        expect(&york, &[("2026-03-08T03:00:00-04:00", Shift::Moved), ("2026-03-08T03:30:00-04:00", Shift::None)]);
        // Half an hour is left out.
        let howe = slots("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-03T23:00:00Z");
        expect(&howe, &[("2026-10-04T02:30:00+11:00", Shift::Moved)]);
        // A whole day is left out: the 30th of December 2011 was none in Samoa.
        let apia = slots("0 12 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z", "2011-12-31T12:00:00Z");
        expect(
            &apia,
            &[
                ("2011-12-29T12:00:00-10:00", Shift::None),
                ("2011-12-31T00:00:00+14:00", Shift::Moved),
                ("2011-12-31T12:00:00+14:00", Shift::None),
            ],
        );
        // Midnight does not exist.
        let cairo = slots("0 0 * * *", "Africa/Cairo", "2026-04-23T00:00:00Z", "2026-04-24T12:00:00Z");
        expect(&cairo, &[("2026-04-24T01:00:00+03:00", Shift::Moved)]);
    }

    #[test]
    fn a_local_time_that_comes_twice_is_taken_once() {
        let berlin = slots("30 2 * * *", "Europe/Berlin", "2026-10-24T00:00:00Z", "2026-10-26T12:00:00Z");
        expect(
            &berlin,
            &[
                ("2026-10-24T02:30:00+02:00", Shift::None),
                ("2026-10-25T02:30:00+02:00", Shift::First),
                ("2026-10-26T02:30:00+01:00", Shift::None),
            ],
        );
        // From within the second hour on there is nothing left of it.
        let late = slots("*/20 1,2 * * *", "America/New_York", "2026-11-01T06:10:00Z", "2026-11-01T08:00:00Z");
        expect(
            &late,
            &[
                ("2026-11-01T02:00:00-05:00", Shift::None),
                ("2026-11-01T02:20:00-05:00", Shift::None),
                ("2026-11-01T02:40:00-05:00", Shift::None),
            ],
        );
        let steps = slots("0 */2 * * *", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T04:00:00Z");
        expect(
            &steps,
            &[
                ("2026-10-25T00:00:00+02:00", Shift::None),
                ("2026-10-25T02:00:00+02:00", Shift::First),
                ("2026-10-25T04:00:00+01:00", Shift::None),
            ],
        );
    }

    #[test]
    fn an_expression_of_every_hour_follows_the_time_that_passes() {
        let spring = slots("30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z");
        expect(&spring, &[("2026-03-29T01:30:00+01:00", Shift::None), ("2026-03-29T03:30:00+02:00", Shift::None)]);
        let autumn = slots("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z");
        expect(
            &autumn,
            &[
                ("2026-10-25T02:00:00+02:00", Shift::First),
                ("2026-10-25T02:30:00+02:00", Shift::First),
                ("2026-10-25T02:00:00+01:00", Shift::Second),
                ("2026-10-25T02:30:00+01:00", Shift::Second),
                ("2026-10-25T03:00:00+01:00", Shift::None),
            ],
        );
        for (zone, from, until, minutes) in [
            ("Australia/Lord_Howe", "2026-04-03T00:00:00Z", "2026-04-06T00:00:00Z", 3 * 1_440 + 1),
            ("America/St_Johns", "2026-10-30T00:00:00Z", "2026-11-03T00:00:00Z", 4 * 1_440 + 1),
            ("Africa/Casablanca", "2026-02-14T00:00:00Z", "2026-02-17T00:00:00Z", 3 * 1_440 + 1),
            ("Europe/Dublin", "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z", 2 * 1_440 + 1),
        ] {
            assert_eq!(slots("* * * * *", zone, from, until).len(), minutes, "{zone}");
        }
    }

    #[test]
    fn days_of_month_and_week_are_either_or_and_leap_days_come() {
        let found = slots("0 0 13 * FRI", "UTC", "2026-11-10T00:00:00Z", "2026-11-21T00:00:00Z");
        let days: Vec<&str> = found.iter().map(|(text, _)| &text[..10]).collect();
        assert_eq!(days, ["2026-11-13", "2026-11-20"]);
        let leap = Expression::parse("0 0 29 2 *", "UTC").unwrap().next_after(ms("2096-03-01T00:00:00Z"));
        assert_eq!(leap.map(|slot| slot.at_ms), Some(ms("2104-02-29T00:00:00Z")), "2100 has none");
        assert_eq!(Expression::parse("0 0 30 2 *", "UTC").unwrap().next_after(0), None);
        assert_eq!(Expression::parse("* * * * *", "UTC").unwrap().next_after(ms("9999-12-31T00:00:00Z")), None);
        assert_eq!(Expression::parse("* * * * *", "UTC").unwrap().next_after(i64::MAX), None);
    }

    #[test]
    fn what_is_no_expression_is_refused_in_words() {
        let long = "0,".repeat(60) + "1 * * * *";
        for (text, words) in [
            ("", "has 0 fields"),
            ("* * * *", "has 4 fields"),
            ("0 * * * * *", "has 6 fields"),
            ("0 0 * * * * 2030", "has 7 fields"),
            ("@daily", "has 1 fields"),
            (long.as_str(), "longer"),
            ("60 * * * *", "cannot be read"),
            ("* 24 * * *", "cannot be read"),
            ("* * 0 * *", "cannot be read"),
            ("* * * 13 *", "cannot be read"),
            ("* * * * 8", "cannot be read"),
            ("5-1 * * * *", "cannot be read"),
            ("*/0 * * * *", "cannot be read"),
            ("a b c d e", "cannot be read"),
            ("\u{e9} * * * *", "cannot be read"),
            ("99999999999999999999 * * * *", "cannot be read"),
        ] {
            match Expression::parse(text, "UTC") {
                Err(ExpressionFault::Expression(fault)) => assert!(fault.contains(words), "{text:?}: {fault}"),
                other => panic!("{text:?}: {other:?}"),
            }
        }
        for zone in ["", "Europe/Atlantis", "CEST", "+02:00", "europe/berlin ", "../UTC"] {
            let read = Expression::parse("* * * * *", zone);
            assert!(matches!(read, Err(ExpressionFault::Timezone(_))), "{zone:?}: {read:?}");
        }
    }
}
