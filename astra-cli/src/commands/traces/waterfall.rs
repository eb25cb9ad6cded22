//! The spans of a trace as bars under each other: names, a common time line, durations.

use console::measure_text_width;

use super::trace::{Span, duration};
use crate::harmless::on_one_line;

/// The widest column of names.
const NAMES_WIDTH: usize = 36;
/// The narrowest time line.
const LINE_WIDTH: usize = 16;

/// A line for each span, in the order of their beginnings, and one for the reason of each that failed. `width` is how many
/// columns there are.
pub(super) fn lines(spans: &[Span], total_ms: f64, width: usize) -> Vec<String> {
    let mut spans: Vec<&Span> = spans.iter().collect();
    spans.sort_by(|one, other| one.start_ms.total_cmp(&other.start_ms));
    let names: Vec<String> = spans.iter().map(|span| shortened(&name(span), NAMES_WIDTH)).collect();
    let names_width = names.iter().map(|name| measure_text_width(name)).max().unwrap_or(0);
    let times: Vec<String> = spans.iter().map(|span| duration(span.duration_ms)).collect();
    let times_width = times.iter().map(String::len).max().unwrap_or(0);
    // A space at either side of the time line.
    let line_width = width.saturating_sub(names_width + times_width + 4).max(LINE_WIDTH);
    let mut lines = Vec::new();
    for ((span, name), time) in spans.iter().zip(&names).zip(&times) {
        let padding = " ".repeat(names_width - measure_text_width(name));
        let bar = bar(span, total_ms, line_width);
        lines.push(format!("{name}{padding}  {bar}  {time:>times_width$}"));
        if let Some(error) = &span.error {
            lines.push(shortened(&on_one_line(&format!("  failed: {error}")), width));
        }
    }
    lines
}

/// What a span is called.
fn name(span: &Span) -> String {
    let subject = match (&span.tool, &span.provider, &span.model) {
        (Some(tool), ..) => format!(" {tool}"),
        (None, Some(provider), Some(model)) => format!(" {provider}/{model}"),
        (None, Some(provider), None) => format!(" {provider}"),
        _ => String::new(),
    };
    on_one_line(&format!("{}{subject}", span.name))
}

fn shortened(text: &str, width: usize) -> String {
    if measure_text_width(text) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.chars() {
        if measure_text_width(&short) + measure_text_width(letter.encode_utf8(&mut [0; 4])) >= width {
            break;
        }
        short.push(letter);
    }
    short + "\u{2026}"
}

/// A time line of `width` columns with one bar: at least one column of it is filled.
fn bar(span: &Span, total_ms: f64, width: usize) -> String {
    let column = |time_ms: f64| column(time_ms, total_ms, width);
    let first = column(span.start_ms).min(width - 1);
    let end = column(span.start_ms + span.duration_ms).clamp(first + 1, width);
    // Up to the first content it is light.
    let content = span.first_content_ms.map_or(first, |first_ms| column(span.start_ms + first_ms).clamp(first, end));
    let (light, full) = ("\u{2591}".repeat(content - first), "\u{2588}".repeat(end - content));
    format!("{}{light}{full}{}", "\u{b7}".repeat(first), "\u{b7}".repeat(width - end))
}

/// The column of a time.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a terminal has few columns, and the share of one is bounded"
)]
fn column(time_ms: f64, total_ms: f64, width: usize) -> usize {
    let share = if total_ms > 0.0 { (time_ms / total_ms).clamp(0.0, 1.0) } else { 0.0 };
    (share * width as f64).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(name: &str, start_ms: f64, duration_ms: f64) -> Span {
        Span { name: name.into(), start_ms, duration_ms, ..Span::default() }
    }

    #[test]
    fn bars_stand_where_their_spans_were_and_columns_are_aligned() {
        let streamed = Span {
            provider: Some("p".into()),
            model: Some("m".into()),
            first_content_ms: Some(250.0),
            ..span("inference", 250.0, 500.0)
        };
        let tool = Span { tool: Some("clock".into()), error: Some("no\nluck".into()), ..span("tool", 999.9, 0.01) };
        let lines = lines(&[tool, streamed, span("storage", 0.0, 0.2)], 1_000.0, 40);
        assert_eq!(
            lines,
            [
                "storage        █···············  0.20 ms",
                "inference p/m  ····░░░░████····   500 ms",
                "tool clock     ···············█  0.01 ms",
                "  failed: no luck",
            ]
        );
    }

    #[test]
    fn odd_times_and_long_names_are_shown_within_their_columns() {
        let long = Span { tool: Some("表".repeat(60)), ..span("tool", 5.0, f64::MAX) };
        let odd = [long, span("queue", -3.0, 0.0), span("context", 7e9, 1.0)];
        for total_ms in [0.0, 10.0] {
            let widths: Vec<_> = lines(&odd, total_ms, 90).iter().map(|line| measure_text_width(line)).collect();
            assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{widths:?}");
        }
        assert_eq!(lines(&[], 1.0, 80), [""; 0]);
    }
}
