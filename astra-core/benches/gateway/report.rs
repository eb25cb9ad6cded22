//! What is printed: one line a figure, with the goal beside it.

use std::io::Write as _;

use super::Result;

/// What a figure should be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// Not less.
    AtLeast(f64),
    /// Not more.
    AtMost(f64),
    /// It is only told.
    None,
}

/// A line of text.
pub(crate) fn line(text: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

/// Says on stderr why nothing more comes.
pub(crate) fn complain(fault: &dyn std::fmt::Display) {
    // Where even that fails no one reads it.
    let _ = writeln!(std::io::stderr(), "error: {fault}");
}

/// Figures of the floor and of the gateway, a pair for each round: their medians, and the median of the rounds' ratios.
pub(crate) fn compare(what: &str, unit: &str, pairs: &[(f64, f64)], goal: Goal) -> Result<()> {
    let floor = median(pairs.iter().map(|(floor, _)| *floor));
    let gateway = median(pairs.iter().map(|(_, gateway)| *gateway));
    let ratio = median(pairs.iter().map(|(floor, gateway)| gateway / floor));
    let figures = format!("{} against {} {unit}", figure(gateway), figure(floor));
    line(&format!("  {what:<34} {figures:<34} ratio {ratio:<9.2} {}", verdict(ratio, "", goal)))
}

/// Figures of the gateway alone, one for each round: their median.
pub(crate) fn tell(what: &str, unit: &str, figures: impl IntoIterator<Item = f64>, goal: Goal) -> Result<()> {
    let median = median(figures);
    line(&format!("  {what:<34} {:<50} {}", format!("{} {unit}", figure(median)), verdict(median, unit, goal)))
}

/// The middle one, or the mean of the two in the middle.
fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match (figures.len() % 2, figures.get(middle), middle.checked_sub(1).and_then(|before| figures.get(before))) {
        (1, Some(figure), _) => *figure,
        (_, Some(after), Some(before)) => f64::midpoint(*before, *after),
        _ => f64::NAN,
    }
}

fn verdict(figure: f64, unit: &str, goal: Goal) -> String {
    let (is_met, text) = match goal {
        Goal::AtLeast(least) => (figure >= least, format!("at least {least} {unit}")),
        Goal::AtMost(most) => (figure <= most, format!("at most {most} {unit}")),
        Goal::None => return String::new(),
    };
    format!("{} ({})", if is_met { "met" } else { "MISSED" }, text.trim_end())
}

/// Three digits are all that such a figure is worth.
fn figure(value: f64) -> String {
    let decimals = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}
