//! Writes JSON values as block YAML, the form in which VictoriaMetrics reads its configuration.

use serde_json::Value;

use super::duration;

/// `value` as a YAML document: blocks, two spaces, keys in the given order, texts quoted only where they must be.
pub fn document(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => block(value, 0, &mut out),
        Value::Array(items) if !items.is_empty() => block(value, 0, &mut out),
        other => {
            out.push_str(&inline(other));
            out.push('\n');
        }
    }
    out
}

fn block(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                pad(indent, out);
                out.push_str(&quoted(key));
                out.push(':');
                nested(value, indent, out);
            }
        }
        Value::Array(items) => {
            for item in items {
                pad(indent, out);
                out.push_str("- ");
                if is_block(item) {
                    block(item, indent + 2, out);
                } else {
                    out.push_str(&inline(item));
                    out.push('\n');
                }
            }
        }
        other => out.push_str(&inline(other)),
    }
}

fn nested(value: &Value, indent: usize, out: &mut String) {
    if !is_block(value) {
        out.push(' ');
        out.push_str(&inline(value));
        out.push('\n');
        return;
    }
    out.push('\n');
    let deeper = if value.is_array() { indent } else { indent + 2 };
    block(value, deeper, out);
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// The first line of a list item stands behind its dash and needs no padding.
fn pad(indent: usize, out: &mut String) {
    if out.ends_with("- ") {
        return;
    }
    out.extend(std::iter::repeat_n(' ', indent));
}

/// JSON's quoted form is valid YAML, so anything that could be read as something else gets it.
fn quoted(text: &str) -> String {
    if is_plain(text) || duration::parse(text).is_some() { text.to_string() } else { Value::from(text).to_string() }
}

fn is_plain(text: &str) -> bool {
    let first = text.bytes().next();
    let starts_well = first.is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'/' | b'(' | b'$'));
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"_-./ ()$+=;^|\\<>\"'%~".contains(&b);
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan"];
    starts_well && !text.ends_with(' ') && text.bytes().all(safe) && !reserved.contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn maps_and_lists_become_blocks_in_order() {
        let value = json!({"b": [{"x": "1m", "w": ["p", "q"]}, {"z": {}}], "a": {"c": true}});
        let expected = "b:\n- x: 1m\n  w:\n  - p\n  - q\n- z: {}\na:\n  c: true\n";
        assert_eq!(document(&value), expected);
    }

    #[test]
    fn texts_that_look_like_something_else_are_quoted() {
        let value = json!(["true", "8080", "a: b", "", "{{ x }}", "Pod;(.*)", "http://x"]);
        let expected = "- \"true\"\n- \"8080\"\n- \"a: b\"\n- \"\"\n- \"{{ x }}\"\n- \"Pod;(.*)\"\n- \"http://x\"\n";
        assert_eq!(document(&value), expected);
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_value() {
        let value = json!({"a": "x # y", "b": ["- 1", "&z", "line\nbreak", "${1}", "^(.*):(.*)", "'q'"],
            "dash": [{"f": "ends - ", "g": 1}, "30s", "5"], "c": {"d": [[1, 2], [{"e": null}]]}, "sum(up) > 0": "no", "t": " lead", "u": "2026-01-01"});
        let back: Value = serde_saphyr::from_str(&document(&value)).unwrap();
        assert_eq!(back, value);
    }
}
