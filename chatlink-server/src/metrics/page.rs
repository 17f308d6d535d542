//! The text that Prometheus reads, format 0.0.4. Names and labels are this program's own words; what comes from outside
//! is never among them.

use chatlink_core::metrics::Distribution;
use std::fmt::Write as _;

/// A page under construction. Labels are written as they stand: `a="b",c="d"`, or nothing.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    /// Numbers that only rise.
    pub(super) fn counter(&mut self, name: &str, help: &str, rows: &[(&str, u64)]) {
        self.head(name, help, "counter");
        rows.iter().for_each(|(labels, value)| self.sample(name, labels, value));
    }

    /// Numbers as they are now.
    pub(super) fn gauge<N: std::fmt::Display>(&mut self, name: &str, help: &str, rows: &[(&str, N)]) {
        self.head(name, help, "gauge");
        rows.iter().for_each(|(labels, value)| self.sample(name, labels, value));
    }

    /// Values by size.
    pub(super) fn histogram(&mut self, name: &str, help: &str, rows: &[(&str, &Distribution)]) {
        self.head(name, help, "histogram");
        for (labels, values) in rows {
            let comma = if labels.is_empty() { "" } else { "," };
            let bucket = format!("{name}_bucket");
            for (bound, count) in &values.below {
                self.sample(&bucket, &format!("{labels}{comma}le=\"{bound}\""), count);
            }
            self.sample(&bucket, &format!("{labels}{comma}le=\"+Inf\""), &values.count);
            self.sample(&format!("{name}_sum"), labels, &values.sum);
            self.sample(&format!("{name}_count"), labels, &values.count);
        }
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    fn head(&mut self, name: &str, help: &str, kind: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &str, value: &dyn std::fmt::Display) {
        let _ = match labels {
            "" => writeln!(self.0, "{name} {value}"),
            labels => writeln!(self.0, "{name}{{{labels}}} {value}"),
        };
    }
}
