//! Reads the text exposition format that every component serves at `/metrics`.

use std::collections::BTreeMap;

/// One sample line.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Name of the metric.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its value.
    pub value: f64,
}

/// The samples whose metric is called `name`. Lines that are not samples, and samples that are malformed, are passed over.
pub fn samples<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = Sample> + 'a {
    text.lines().filter(move |line| line.starts_with(name)).filter_map(parse).filter(move |sample| sample.name == name)
}

/// The value of the first sample of a metric.
pub fn value(text: &str, name: &str) -> Option<f64> {
    samples(text, name).next().map(|sample| sample.value)
}

/// Whether the first sample of a metric that says yes or no says yes: it is 1.
pub fn is_one(text: &str, name: &str) -> Option<bool> {
    value(text, name).map(|value| value == 1.0)
}

/// Labels for people, much as a sample has them: `{job="a",namespace="b"}`.
pub fn braced<'a>(labels: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let pairs: Vec<String> = labels.map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{{{}}}", pairs.join(","))
}

/// The effective value of a flag of a VictoriaMetrics process, from its series `flag{name=..,value=..}`.
pub fn flag(text: &str, name: &str) -> Option<String> {
    samples(text, "flag")
        .find(|sample| sample.labels.get("name").is_some_and(|found| found == name))
        .and_then(|mut sample| sample.labels.remove("value"))
}

fn parse(line: &str) -> Option<Sample> {
    let end = line.find(|c: char| c == '{' || c.is_ascii_whitespace())?;
    let (name, mut rest) = line.split_at(end);
    let mut labels = BTreeMap::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = read_labels(inner, &mut labels)?;
    }
    let value = rest.split_ascii_whitespace().next()?.parse().ok()?;
    Some(Sample { name: name.to_owned(), labels, value })
}

/// Reads `a="b",c="d"}` and gives what stands behind it.
fn read_labels<'a>(mut text: &'a str, into: &mut BTreeMap<String, String>) -> Option<&'a str> {
    loop {
        text = text.trim_start_matches([',', ' ']);
        if let Some(rest) = text.strip_prefix('}') {
            return Some(rest);
        }
        let (name, rest) = text.split_once("=\"")?;
        let (value, rest) = quoted(rest)?;
        into.insert(name.trim().to_owned(), value);
        text = rest;
    }
}

/// Reads up to the closing quote, with `\\`, `\"` and `\n` resolved.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# HELP x y\nflag{name=\"retentionPeriod\", value=\"90d\", is_set=\"true\"} 1\n\
        vm_promscrape_config_last_reload_successful 0\nvm_promscrape_config_last_reload_successful_x 1\n\
        odd{a=\"q\\\"}\\n\",b=\"\"} 1.5e3 1700000000\nbroken{a=\"\n";

    #[test]
    fn a_metric_is_found_by_its_whole_name() {
        assert_eq!(value(TEXT, "vm_promscrape_config_last_reload_successful"), Some(0.0));
        assert_eq!(value(TEXT, "vm_promscrape"), None);
    }

    #[test]
    fn only_one_is_yes_and_absence_is_neither() {
        assert_eq!(is_one(TEXT, "vm_promscrape_config_last_reload_successful"), Some(false));
        assert_eq!(is_one(TEXT, "vm_promscrape_config_last_reload_successful_x"), Some(true));
        assert_eq!(is_one(TEXT, "vm_promscrape"), None);
    }

    #[test]
    fn labels_stand_in_braces() {
        let labels =
            BTreeMap::from([("a", "x\"y"), ("b", "")].map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(braced(labels.iter()), "{a=\"x\\\"y\",b=\"\"}");
        assert_eq!(braced(BTreeMap::new().iter()), "{}");
    }

    #[test]
    fn a_flag_has_the_value_that_the_process_runs_with() {
        assert_eq!(flag(TEXT, "retentionPeriod").as_deref(), Some("90d"));
        assert_eq!(flag(TEXT, "dedup.minScrapeInterval"), None);
    }

    #[test]
    fn escapes_in_label_values_are_resolved() {
        let sample = samples(TEXT, "odd").next().unwrap();
        assert_eq!((sample.labels["a"].as_str(), sample.labels["b"].as_str(), sample.value), ("q\"}\n", "", 1500.0));
    }

    #[test]
    fn a_malformed_line_is_passed_over() {
        assert_eq!(samples(TEXT, "broken").count(), 0);
    }
}
