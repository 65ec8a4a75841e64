//! Which fields Flux's kinds have, and what they may hold.

use std::sync::LazyLock;

use regex::Regex;

use super::spec::Release;

/// What a field may hold.
#[derive(Debug, PartialEq)]
pub enum Shape {
    /// Anything.
    Any,
    /// A text that YAML takes for nothing else.
    Text,
    /// `1h30m`, as Go writes it: without days.
    Duration,
    /// A boolean, without quotes.
    Boolean,
    /// A whole number, without quotes.
    Integer,
    /// One of these texts.
    OneOf(Vec<&'static str>),
    /// Any keys.
    Map,
    /// Items of this shape.
    List(Box<Shape>),
    /// These keys.
    Fields(Vec<Field>),
}

/// One field of a map.
#[derive(Debug, PartialEq)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// Whether the API server refuses a map without it.
    pub is_required: bool,
    /// The release of Flux that had it first, where it is a late one.
    pub since: Option<Release>,
    /// What it may hold.
    pub shape: Shape,
}

/// The kinds, each as a field under its apiVersion and kind.
pub static KINDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let lines = include_str!("fields.txt").lines().filter(|line| !line.starts_with('#'));
    let lines: Vec<_> = lines.map(|line| (line.len() - line.trim_start().len(), line.trim_start())).collect();
    fields(&lines)
});

static DURATION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$").expect("the pattern is fixed and tested"));

/// Reads a block of lines with their indentation.
pub fn fields(lines: &[(usize, &'static str)]) -> Vec<Field> {
    let mut found = Vec::new();
    let mut rest = lines;
    while let [(indent, line), below @ ..] = rest {
        let inner = below.iter().take_while(|(deeper, _)| deeper > indent).count();
        let (name, shape) = line.split_once(':').unwrap_or((line, "any"));
        let shape = if inner > 0 { Shape::Fields(fields(&below[..inner])) } else { shape_of(shape.trim()) };
        let (name, since) = name.split_once('@').map_or((name, None), |(name, since)| (name, Release::read(since)));
        let (name, is_required) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
        let (name, shape) = match name.strip_suffix("[]") {
            Some(name) => (name, Shape::List(Box::new(shape))),
            None => (name, shape),
        };
        found.push(Field { name, is_required, since, shape });
        rest = &below[inner..];
    }
    found
}

fn shape_of(text: &'static str) -> Shape {
    match text {
        "text" => Shape::Text,
        "duration" => Shape::Duration,
        "boolean" => Shape::Boolean,
        "integer" => Shape::Integer,
        "map" => Shape::Map,
        text => match text.strip_prefix("one of ") {
            Some(values) => Shape::OneOf(values.split(", ").collect()),
            None => Shape::Any,
        },
    }
}

impl Shape {
    /// Whether a scalar is what a field may hold.
    pub fn holds(&self, text: &str, plain: bool) -> bool {
        match self {
            Self::Any => true,
            Self::Text => !plain || !is_other(text),
            Self::Duration => DURATION.is_match(text),
            // Readers of YAML 1.1 take the other words for booleans, too.
            Self::Boolean => plain && matches!(text, "true" | "false" | "yes" | "no" | "on" | "off"),
            Self::Integer => plain && text.parse::<i64>().is_ok(),
            Self::OneOf(values) => values.contains(&text),
            Self::Map | Self::List(_) | Self::Fields(_) => false,
        }
    }

    /// What it may hold, in words.
    pub fn words(&self) -> String {
        match self {
            Self::Any => "anything".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Duration => "a duration such as 30m or 1h".to_owned(),
            Self::Boolean => "`true` or `false`".to_owned(),
            Self::Integer => "a whole number".to_owned(),
            Self::OneOf(values) => format!("one of {}", values.join(", ")),
            Self::Map | Self::Fields(_) => "a map".to_owned(),
            Self::List(_) => "a list".to_owned(),
        }
    }
}

/// Whether YAML takes a text without quotes for a number or a boolean.
fn is_other(text: &str) -> bool {
    matches!(text, "true" | "false") || text.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_fields_is_read_as_it_is_meant() {
        let names: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
        assert!(names.contains(&"helm.toolkit.fluxcd.io/v2 HelmRelease"), "{names:?}");
        let lines = [(0, "a!:"), (2, "b[]:"), (4, "c: one of x, y"), (2, "d[]!@2.9: text")];
        let c = Field { name: "c", is_required: false, since: None, shape: Shape::OneOf(vec!["x", "y"]) };
        let b = Shape::List(Box::new(Shape::Fields(vec![c])));
        let inner = vec![
            Field { name: "b", is_required: false, since: None, shape: b },
            Field {
                name: "d",
                is_required: true,
                since: Some(Release(2, 9)),
                shape: Shape::List(Box::new(Shape::Text)),
            },
        ];
        assert_eq!(fields(&lines), [Field { name: "a", is_required: true, since: None, shape: Shape::Fields(inner) }]);
    }
}
