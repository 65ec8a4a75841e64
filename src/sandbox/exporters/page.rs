//! A page of metrics in the Prometheus text format.

use std::collections::BTreeMap;
use std::fmt::Write;

/// The type of a metric family.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    Counter,
    Gauge,
    Histogram,
}

/// Metric families with their samples, in order of their names.
#[derive(Debug, Default)]
pub struct Page {
    families: BTreeMap<String, Family>,
}

#[derive(Debug)]
struct Family {
    kind: Type,
    lines: String,
}

impl Page {
    /// Adds one sample of a gauge.
    pub fn gauge(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.sample(name, Type::Gauge, name, labels, value);
    }

    /// Adds one sample of a counter.
    pub fn counter(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.sample(name, Type::Counter, name, labels, value);
    }

    /// Adds a histogram of `count` observations which all took `seconds`.
    pub fn histogram(&mut self, name: &str, labels: &[(&str, &str)], count: f64, seconds: f64) {
        for bound in [0.1, 0.5, 1.0, 5.0, 10.0, 60.0, f64::INFINITY] {
            let le = if bound.is_infinite() { "+Inf".to_owned() } else { bound.to_string() };
            let mut all = labels.to_vec();
            all.push(("le", &le));
            let within = if seconds <= bound { count } else { 0.0 };
            self.sample(name, Type::Histogram, &format!("{name}_bucket"), &all, within);
        }
        self.sample(name, Type::Histogram, &format!("{name}_sum"), labels, count * seconds);
        self.sample(name, Type::Histogram, &format!("{name}_count"), labels, count);
    }

    fn sample(&mut self, family: &str, kind: Type, name: &str, labels: &[(&str, &str)], value: f64) {
        let family = self.families.entry(family.to_owned()).or_insert_with(|| Family { kind, lines: String::new() });
        let labels: Vec<_> = labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        // Writing to a String cannot fail.
        let _ = writeln!(family.lines, "{name}{labels} {value}");
    }

    /// The page as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (name, family) in &self.families {
            let kind = format!("{:?}", family.kind).to_lowercase();
            let _ = write!(text, "# TYPE {name} {kind}\n{}", family.lines);
        }
        text
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_stand_below_the_type_of_their_family() {
        let mut page = Page::default();
        page.gauge("b", &[], 1.0);
        page.counter("a_total", &[("x", "say \"y\"\n")], 2.5);
        page.gauge("b", &[("x", "z")], 0.0);
        let expected =
            "# TYPE a_total counter\na_total{x=\"say \\\"y\\\"\\n\"} 2.5\n# TYPE b gauge\nb 1\nb{x=\"z\"} 0\n";
        assert_eq!(page.text(), expected);
    }

    #[test]
    fn a_histogram_has_cumulative_buckets_sum_and_count() {
        let mut page = Page::default();
        page.histogram("h", &[], 4.0, 0.5);
        let text = page.text();
        assert!(text.contains("h_bucket{le=\"0.1\"} 0\nh_bucket{le=\"0.5\"} 4\n"), "{text}");
        assert!(text.contains("h_bucket{le=\"+Inf\"} 4\nh_sum 2\nh_count 4\n"), "{text}");
    }
}
