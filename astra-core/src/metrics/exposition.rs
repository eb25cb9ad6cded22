//! Prometheus' text format, version 0.0.4: families of samples with their help.

use std::fmt::{self, Display, Write as _};

use super::histogram::{BOUNDS, HistogramCounts};

/// What a family of samples is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// It grows from zero.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// A text that grows by families. Samples of a family follow it.
#[derive(Debug, Default)]
pub struct Exposition(String);

/// Labels as they are written, with another one at their end.
struct Labels<'a>(&'a [(&'a str, &'a str)], Option<&'a str>);

impl Exposition {
    /// The media type of the text.
    pub const MEDIA_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// Begins the family `name`, of which `help` says in one line what it is.
    pub fn family(&mut self, name: &str, kind: MetricKind, help: &str) {
        let kind = match kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
        };
        self.begin(name, kind, help);
    }

    /// Adds a sample to the family `name`.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.line(name, &Labels(labels, None), value);
    }

    /// Adds a family of one sample without labels.
    pub fn single(&mut self, name: &str, kind: MetricKind, help: &str, value: impl Display) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }

    /// Begins a family of histograms of durations in seconds.
    pub fn histograms(&mut self, name: &str, help: &str) {
        self.begin(name, "histogram", help);
    }

    /// Adds a histogram to the family `name`.
    pub fn histogram(&mut self, name: &str, labels: &[(&str, &str)], counts: &HistogramCounts) {
        let (mut sum, bucket) = (0_u64, format!("{name}_bucket"));
        let bounds = BOUNDS.iter().map(|(_, bound)| *bound).chain(["+Inf"]);
        for (bound, count) in bounds.zip(&counts.buckets) {
            sum += count;
            self.line(&bucket, &Labels(labels, Some(bound)), sum);
        }
        let (seconds, rest_us) = (counts.sum_us / 1_000_000, counts.sum_us % 1_000_000);
        self.sample(&format!("{name}_sum"), labels, format_args!("{seconds}.{rest_us:06}"));
        self.sample(&format!("{name}_count"), labels, sum);
    }

    /// The whole text.
    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }

    fn begin(&mut self, name: &str, kind: &str, help: &str) {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        self.0 += &format!("# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn line(&mut self, name: &str, labels: &Labels<'_>, value: impl Display) {
        // A text takes all that is written.
        let _written = writeln!(self.0, "{name}{labels} {value}");
    }
}

impl Display for Labels<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(labels, bound) = self;
        let mut separator = '{';
        for (name, value) in labels.iter().copied().chain(bound.map(|bound| ("le", bound))) {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            write!(formatter, "{separator}{name}=\"{value}\"")?;
            separator = ',';
        }
        if separator == ',' { formatter.write_char('}') } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn families_have_their_help_and_labels_are_escaped() {
        let mut text = Exposition::default();
        text.single("up", MetricKind::Gauge, "Whether it is.\nIt is.", 1);
        text.family("calls_total", MetricKind::Counter, "Calls.");
        text.sample("calls_total", &[("provider", "a\"b\\c\nd"), ("x", "")], 7);
        assert_eq!(
            text.finish(),
            "# HELP up Whether it is.\\nIt is.\n# TYPE up gauge\nup 1\n# HELP calls_total Calls.\n# TYPE calls_total counter\n\
            calls_total{provider=\"a\\\"b\\\\c\\nd\",x=\"\"} 7\n"
        );
    }

    #[test]
    fn the_buckets_of_a_histogram_are_sums() {
        let (mut text, mut counts) = (Exposition::default(), HistogramCounts::default());
        [50, 90, 2_000_000, 400_000_000].map(Duration::from_micros).into_iter().for_each(|took| counts.add(took));
        text.histogram("t", &[("a", "b")], &counts);
        let text = text.finish();
        for line in [
            "t_bucket{a=\"b\",le=\"0.0001\"} 2\n",
            "t_bucket{a=\"b\",le=\"2.5\"} 3\n",
            "t_bucket{a=\"b\",le=\"+Inf\"} 4\nt_sum{a=\"b\"} 402.000140\nt_count{a=\"b\"} 4\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
}
