//! For how long something holds: "until Friday", "since March", "for the next two weeks", resolved by the clock of the turn. Days
//! begin at midnight UTC; what holds until a day holds to the end of it.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Weekday};

use super::clauses::Word;

const DAY_MS: i64 = 86_400_000;
const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: &[(&str, Weekday)] = &[
    ("monday", Weekday::Mon),
    ("tuesday", Weekday::Tue),
    ("wednesday", Weekday::Wed),
    ("thursday", Weekday::Thu),
    ("friday", Weekday::Fri),
    ("saturday", Weekday::Sat),
    ("sunday", Weekday::Sun),
];

/// A time that words give, and how many of the words they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Period {
    /// When it begins to hold, if the words say so, in milliseconds since the epoch.
    pub(super) from_ms: Option<i64>,
    /// When it ceases to hold, if the words say so.
    pub(super) to_ms: Option<i64>,
    /// The place of the first of the words, ...
    pub(super) first: usize,
    /// ... and how many they are.
    pub(super) count: usize,
}

/// The first period that `words` name.
pub(super) fn period(words: &[Word], now_ms: i64) -> Option<Period> {
    let today = DateTime::from_timestamp_millis(now_ms)?.date_naive();
    (0..words.len()).find_map(|first| {
        let lower: Vec<&str> = words[first..].iter().take(8).map(|word| word.lower.as_str()).collect();
        let (ends, skipped) = match lower.as_slice() {
            ["until" | "till" | "through", ..] => (true, 1),
            ["up", "to" | "until", ..] => (true, 2),
            ["since", ..] => (false, 1),
            ["starting" | "beginning", "from" | "on" | "in", ..] | ["as", "of", ..] => (false, 2),
            ["starting" | "beginning" | "effective" | "from", ..] => (false, 1),
            ["for", "the", "next", ..] => {
                return lasting(&lower[3..], today).map(|(to, count)| ends_at(to, first, count + 3));
            }
            _ => return None,
        };
        let (day, count) = day(&lower[skipped..], today, ends)?;
        let count = count + skipped;
        if ends {
            return Some(ends_at(day, first, count));
        }
        Some(Period { from_ms: Some(begin_ms(day)), to_ms: None, first, count })
    })
}

fn ends_at(day: NaiveDate, first: usize, count: usize) -> Period {
    Period { from_ms: None, to_ms: Some(begin_ms(day) + DAY_MS), first, count }
}

fn begin_ms(day: NaiveDate) -> i64 {
    day.and_hms_opt(0, 0, 0).map_or(0, |time| time.and_utc().timestamp_millis())
}

/// The last day of a number of days, weeks or months from today on.
fn lasting(words: &[&str], today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let (count, used) = match number(words.first()?) {
        Some(count) => (count, 1),
        None => (1, 0),
    };
    let unit = words.get(used)?.trim_end_matches('s');
    let day = match unit {
        "day" => today.checked_add_days(Days::new(count)),
        "week" => today.checked_add_days(Days::new(count.checked_mul(7)?)),
        "month" => today.checked_add_months(Months::new(u32::try_from(count).ok()?)),
        "year" => today.checked_add_months(Months::new(u32::try_from(count).ok()?.checked_mul(12)?)),
        _ => return None,
    }?;
    Some((day, used + 1))
}

fn number(word: &str) -> Option<u64> {
    let named = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let place = named.iter().position(|name| *name == word).and_then(|place| u64::try_from(place + 1).ok());
    place.or_else(|| word.parse().ok().filter(|count| (1..=400).contains(count)))
}

/// The day that the first words name: the next one of its name if something ends, the last one if it has begun.
fn day(words: &[&str], today: NaiveDate, is_end: bool) -> Option<(NaiveDate, usize)> {
    let words_of_day = match words {
        ["the", "end", "of", ..] => return end_of(&words[3..], today).map(|(day, count)| (day, count + 3)),
        ["end", "of", ..] => return end_of(&words[2..], today).map(|(day, count)| (day, count + 2)),
        ["next" | "this" | "last", ..] => return relative(words, today),
        ["the" | "on" | "in", rest @ ..] => return day(rest, today, is_end).map(|(day, count)| (day, count + 1)),
        words => words,
    };
    let first = *words_of_day.first()?;
    match first {
        "today" | "now" | "tonight" => return Some((today, 1)),
        "tomorrow" => return today.succ_opt().map(|day| (day, 1)),
        "yesterday" => return today.pred_opt().map(|day| (day, 1)),
        _ => {}
    }
    if let Ok(date) = NaiveDate::parse_from_str(first, "%Y-%m-%d") {
        return Some((date, 1));
    }
    if let Some((_, weekday)) = WEEKDAYS.iter().find(|(name, _)| *name == first) {
        return Some((near_weekday(*weekday, today, is_end)?, 1));
    }
    of_calendar(words_of_day, today, is_end)
}

fn near_weekday(weekday: Weekday, today: NaiveDate, is_next: bool) -> Option<NaiveDate> {
    let ahead = u64::from((7 + weekday.num_days_from_monday() - today.weekday().num_days_from_monday()) % 7);
    if is_next { today.checked_add_days(Days::new(ahead)) } else { today.checked_sub_days(Days::new((7 - ahead) % 7)) }
}

/// "next week", "this year", "last month", "next Friday".
fn relative(words: &[&str], today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let [which, unit, ..] = words else { return None };
    if let Some((_, weekday)) = WEEKDAYS.iter().find(|(name, _)| name == unit) {
        let near = near_weekday(*weekday, today, *which != "last")?;
        let other_week = *which != "this" && near == today;
        let day = match (*which, other_week) {
            ("last", true) => near.checked_sub_days(Days::new(7)),
            (_, true) => near.checked_add_days(Days::new(7)),
            _ => Some(near),
        };
        return Some((day?, 2));
    }
    let is_next = match *which {
        "next" => true,
        "last" => false,
        _ => return end_of(words, today),
    };
    let months = match *unit {
        "week" => {
            let days = Days::new(7);
            let day = if is_next { today.checked_add_days(days) } else { today.checked_sub_days(days) };
            return Some((day?, 2));
        }
        "month" => Months::new(1),
        "year" => Months::new(12),
        _ => return of_month(unit, is_next, today).map(|day| (day, 2)),
    };
    let day = if is_next { today.checked_add_months(months) } else { today.checked_sub_months(months) };
    Some((day?, 2))
}

fn of_month(name: &str, is_next: bool, today: NaiveDate) -> Option<NaiveDate> {
    let month = month(name)?;
    let is_ahead = month > today.month();
    let year = match (is_next, is_ahead) {
        (true, true) => today.year(),
        (true, false) => today.year() + 1,
        (false, _) if month < today.month() => today.year(),
        (false, _) => today.year() - 1,
    };
    NaiveDate::from_ymd_opt(year, month, 1)
}

/// The last day of this week, month or year, or of a month.
fn end_of(words: &[&str], today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let (unit, count) = match words {
        ["this" | "the", unit, ..] => (*unit, 2),
        [unit, ..] => (*unit, 1),
        [] => return None,
    };
    let day = match unit {
        "week" => near_weekday(Weekday::Sun, today, true)?,
        "month" => last_of_month(today.year(), today.month())?,
        "year" => NaiveDate::from_ymd_opt(today.year(), 12, 31)?,
        name => {
            let month = month(name)?;
            last_of_month(if month < today.month() { today.year() + 1 } else { today.year() }, month)?
        }
    };
    Some((day, count))
}

fn last_of_month(year: i32, month: u32) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    first.checked_add_months(Months::new(1))?.pred_opt()
}

fn month(name: &str) -> Option<u32> {
    let is_month = |month: &&str| *month == name || (name.len() == 3 && month.starts_with(name));
    let place = MONTHS.iter().position(is_month)?;
    u32::try_from(place + 1).ok()
}

/// "March", "March 2025", "5 March", "March 5", "5th of March 2027", "2019".
fn of_calendar(words: &[&str], today: NaiveDate, is_end: bool) -> Option<(NaiveDate, usize)> {
    let number_of_day = |word: &str| {
        let digits = word.trim_end_matches(char::is_alphabetic);
        digits.parse::<u32>().ok().filter(|day| (1..=31).contains(day) && !digits.is_empty())
    };
    let year_at = |place: usize| {
        words.get(place).and_then(|word| word.parse::<i32>().ok()).filter(|year| (1900..=2200).contains(year))
    };
    if let Some(year) = year_at(0) {
        return Some((NaiveDate::from_ymd_opt(year, if is_end { 12 } else { 1 }, if is_end { 31 } else { 1 })?, 1));
    }
    let of = usize::from(words.get(1) == Some(&"of"));
    let (month_number, month_day, used) = match (month(words.first()?), number_of_day(words.first()?)) {
        (Some(number), _) => match words.get(1).and_then(|word| number_of_day(word)) {
            Some(day) => (number, Some(day), 2),
            None => (number, None, 1),
        },
        (None, Some(day)) => (month(words.get(1 + of)?)?, Some(day), 2 + of),
        (None, None) => return None,
    };
    let given_year = year_at(used);
    let in_year = |year: i32| match month_day {
        Some(day) => NaiveDate::from_ymd_opt(year, month_number, day),
        None if is_end => last_of_month(year, month_number),
        None => NaiveDate::from_ymd_opt(year, month_number, 1),
    };
    let used = used + usize::from(given_year.is_some());
    if let Some(year) = given_year {
        return Some((in_year(year)?, used));
    }
    let near = in_year(today.year())?;
    let year = match (is_end, near < today, near > today) {
        (true, true, _) => today.year() + 1,
        (false, _, true) => today.year() - 1,
        _ => today.year(),
    };
    Some((in_year(year)?, used))
}

#[cfg(test)]
mod tests {
    use super::super::clauses::clauses;
    use super::*;

    /// Thursday, 2026-11-26 09:00 UTC.
    const NOW_MS: i64 = 1_795_683_600_000;

    fn dates(text: &str) -> (Option<String>, Option<String>, usize) {
        let clause = clauses(text).remove(0);
        let period = period(&clause.words, NOW_MS).unwrap_or_default();
        let date = |ms: i64| DateTime::from_timestamp_millis(ms).map(|time| time.format("%Y-%m-%d").to_string());
        (period.from_ms.and_then(date), period.to_ms.and_then(|ms| date(ms - 1)), period.count)
    }

    #[test]
    fn words_of_time_are_resolved_by_the_clock() {
        for (text, from, to, count) in [
            ("I am in Rome until Friday", "", "2026-11-27", 2),
            ("I am in Rome until Thursday", "", "2026-11-26", 2),
            ("I am in Rome until next Friday", "", "2026-11-27", 3),
            ("I am in Rome until tomorrow", "", "2026-11-27", 2),
            ("I am in Rome until 5 January", "", "2027-01-05", 3),
            ("I am in Rome until January 5th, 2028", "", "2028-01-05", 4),
            ("I am in Rome until the 5th of March", "", "2027-03-05", 5),
            ("I am in Rome until 2026-12-24", "", "2026-12-24", 2),
            ("I am in Rome until March", "", "2027-03-31", 2),
            ("I am in Rome until the end of the month", "", "2026-11-30", 6),
            ("I am in Rome until next week", "", "2026-12-03", 3),
            ("I am in Rome for the next two weeks", "", "2026-12-10", 5),
            ("I am in Rome for the next month", "", "2026-12-26", 4),
            ("I am in Rome through December", "", "2026-12-31", 2),
            ("I live in Rome since March", "2026-03-01", "", 2),
            ("I live in Rome since December", "2025-12-01", "", 2),
            ("I live in Rome since 2019", "2019-01-01", "", 2),
            ("I live in Rome since yesterday", "2026-11-25", "", 2),
            ("I live in Rome since last week", "2026-11-19", "", 3),
            ("I live in Rome since Monday", "2026-11-23", "", 2),
            ("I live in Rome since March 2021", "2021-03-01", "", 3),
            ("I work there starting next month", "2026-12-26", "", 3),
            ("I live in Rome since I was young", "", "", 0),
            ("I work until late", "", "", 0),
            ("I am from Paris", "", "", 0),
        ] {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            assert_eq!(dates(text), (some(from), some(to), count), "{text}");
        }
    }
}
