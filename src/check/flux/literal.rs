//! Variables of Flux that were not replaced in what it applied.

use serde_json::Value;

use super::seen::{Literal, Texts};

/// Asks Flux to leave an object as it is: as annotation or as label.
const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";
/// What a manifest does not say, or says of the object and not in it.
const BESIDE: [&str; 4] = ["apiVersion", "kind", "metadata", "status"];
/// Findings about one object that are kept.
const KEPT: usize = 5;

/// What the texts of an object hold; `None` of a Secret, into which nobody looks.
pub(super) fn texts(object: &Value) -> Option<Texts> {
    if object["kind"] == "Secret" {
        return None;
    }
    let metadata = &object["metadata"];
    let spared = ["annotations", "labels"].iter().any(|key| metadata[key][SUBSTITUTE] == "disabled");
    let mut texts = Texts { spared, ..Texts::default() };
    for (key, value) in object.as_object()?.iter().filter(|(key, _)| !BESIDE.contains(&key.as_str())) {
        walk(key.clone(), value, &mut texts);
    }
    Some(texts)
}

fn walk(field: String, value: &Value, texts: &mut Texts) {
    match value {
        Value::String(text) => {
            texts.read += 1;
            if let Some(variable) = variable(text).filter(|_| texts.literal.len() < KEPT) {
                texts.literal.push(Literal { field, variable });
            }
        }
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(at, one)| walk(format!("{field}[{at}]"), one, texts));
        }
        Value::Object(all) => all.iter().for_each(|(key, one)| walk(format!("{field}.{key}"), one, texts)),
        _ => {}
    }
}

/// What may stand behind a name: its end, or what is done with its value (drone/envsubst).
const BEHIND: [char; 9] = ['}', ':', '=', '-', '^', ',', '/', '#', '%'];

/// The first `${NAME}` or `${NAME:=default}` of a text, as `${NAME}`: a name as Flux takes it (fluxcd/pkg, kustomize,
/// `varsubRegex`). `$NAME`, which it leaves alone, and `${1}` of a relabelling are none.
fn variable(text: &str) -> Option<String> {
    text.match_indices("${").find_map(|(at, start)| {
        let rest = &text[at + start.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        let named = rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        (named && rest[end..].starts_with(BEHIND)).then(|| format!("${{{}}}", &rest[..end]))
    })
}
