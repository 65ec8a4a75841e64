//! Whether a file of which a Secret is made is encrypted. Nothing else of it is kept.

use std::fs;
use std::path::Path;

use super::blind::is_open;
use super::observation::Seal;
use super::tree;
use crate::check::yaml::{Node, Value};

/// Bytes of a file that is read for this.
const LARGE: u64 = 2 * 1024 * 1024;

/// What a block of SOPS says where it encrypts some values only.
const CHOICE: [&str; 6] = [
    "encrypted_regex",
    "encrypted_suffix",
    "unencrypted_regex",
    "unencrypted_suffix",
    "encrypted_comment_regex",
    "unencrypted_comment_regex",
];

/// Looks at a file. What is no text may be encrypted or not.
pub fn of_file(path: &Path) -> Seal {
    let text = match fs::metadata(path) {
        Ok(about) if about.is_file() && about.len() <= LARGE => fs::read(path).ok(),
        _ => None,
    };
    text.and_then(|bytes| String::from_utf8(bytes).ok()).map_or(Seal::Unread, |text| of(&text))
}

/// SOPS writes YAML and JSON with a block of its own, `name=value` lines with `sops_...` among them, and INI files that end in
/// a section `[sops]`.
fn of(text: &str) -> Seal {
    let is_sealed = match tree::documents(text) {
        Ok(read) if read.roots.iter().any(|root| !root.entries().is_empty()) => read.roots.iter().all(of_tree),
        _ => of_lines(text.split("\n[sops]").next().unwrap_or_default()),
    };
    if is_sealed { Seal::Closed } else { Seal::Open }
}

fn of_tree(root: &Node) -> bool {
    let sops = root.get("sops");
    if sops.is_some_and(|sops| CHOICE.iter().any(|key| sops.get(key).is_some_and(|node| !node.is_null()))) {
        return true;
    }
    root.entries().iter().filter(|(key, _)| key.text != "sops").all(|(_, node)| is_sealed(node))
}

fn is_sealed(node: &Node) -> bool {
    match &node.value {
        Value::Scalar { text, .. } => is_open(text),
        Value::List(items) => items.iter().all(is_sealed),
        Value::Map(entries) => entries.iter().all(|(_, value)| is_sealed(value)),
    }
}

fn of_lines(text: &str) -> bool {
    let mut lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';', '['])).peekable();
    let is_sealed = |line: &str| {
        let parts = line.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
        parts.is_some_and(|(name, value)| name.starts_with("sops_") || is_open(value.trim_matches('"')))
    };
    lines.peek().is_some() && lines.all(is_sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sops_writes_is_closed_and_one_value_opens_it() {
        const MAC: &str = "ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]";
        for text in [
            format!("A={MAC}\nB=\nsops_version=3.9.0\nsops_mac={MAC}\n"),
            format!("a: {MAC}\nb:\n  - {MAC}\nsops:\n  mac: {MAC}\n  version: 3.9.0\n"),
            format!("{{\"data\": \"{MAC}\", \"sops\": {{\"version\": \"3.9.0\"}}}}"),
            format!("[one]\na = {MAC}\n\n[sops]\nversion = 3.9.0\n"),
            format!("a: open\nb: {MAC}\nsops: {{encrypted_regex: ^b$}}\n"),
        ] {
            assert_eq!(of(&text), Seal::Closed, "{text}");
        }
        for text in [
            format!("A={MAC}\nB=x\n"),
            format!("a: {MAC}\nb: x\nsops: {{version: 3.9.0, unencrypted_suffix: null}}\n"),
            "A=x\n".to_owned(),
            "a: x\n".to_owned(),
            "only a text\n".to_owned(),
            String::new(),
        ] {
            assert_eq!(of(&text), Seal::Open, "{text}");
        }
    }
}
