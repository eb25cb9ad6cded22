//! Times as people write them on a command line: `30d`.

const UNITS: [(char, i64); 5] = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400), ('w', 604_800)];

/// Reads a number and a unit; answers seconds.
pub(crate) fn parse(text: &str) -> Result<i64, String> {
    let explained = || format!("write a number and a unit, such as {}", "45s, 30m, 12h, 30d or 2w");
    let unit = text.chars().next_back().ok_or_else(explained)?;
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(explained)?;
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(explained());
    }
    let number: i64 = digits.parse().map_err(|_| "it is too long".to_owned())?;
    number.checked_mul(*seconds).ok_or_else(|| "it is too long".to_owned())
}

/// Reads a time that lies between `least` and `most` seconds.
pub(crate) fn between(least: i64, most: i64) -> impl Fn(&str) -> Result<i64, String> + Clone + Send + Sync + 'static {
    move |text| match parse(text)? {
        seconds if seconds < least => Err(format!("it is shorter than {}", written(least))),
        seconds if seconds > most => Err(format!("it is longer than {}", written(most))),
        seconds => Ok(seconds),
    }
}

/// `seconds` in the largest unit up to days that says it exactly.
fn written(seconds: i64) -> String {
    let units = UNITS.iter().rev().skip(1);
    let unit = units.into_iter().find(|(_, length)| seconds > 0 && seconds % length == 0);
    unit.map_or_else(|| format!("{seconds}s"), |(name, length)| format!("{}{name}", seconds / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_told_as_they_are_written() {
        let read = between(60, 7 * 86_400);
        assert_eq!(read("1m"), Ok(60));
        assert_eq!(read("1w"), Ok(604_800));
        assert_eq!(read("59s"), Err("it is shorter than 1m".into()));
        assert_eq!(read("8d"), Err("it is longer than 7d".into()));
        assert_eq!(written(0), "0s");
    }

    #[test]
    fn a_number_and_a_unit_are_seconds() {
        assert_eq!(parse("45s"), Ok(45));
        assert_eq!(parse("30d"), Ok(2_592_000));
        assert_eq!(parse("0h"), Ok(0));
        for bad in [
            "",
            "d",
            "30",
            "-1d",
            "+1d",
            "1.5h",
            "30 d",
            "30D",
            "d30",
            "1é",
            "99999999999999999999s",
            "9223372036854775807w",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
