//! What makes a VMRule unusable. Far less than vmalert's own parser: it finds what a person is likely to get wrong.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sandbox::operator::duration;
use crate::sandbox::operator::object::{Object, given, list, scalar, text};

/// Annotation that switches validation off.
const SKIP: &str = "operator.victoriametrics.com/skip-validation";

/// Checks a VMRule as the operator does when no webhook has done it.
///
/// # Errors
/// The text for `status.reason`.
pub fn validate(rule: &Object) -> Result<(), String> {
    if rule.annotations.get(SKIP).is_some_and(|skip| skip == "true") {
        return Ok(());
    }
    let mut names = BTreeSet::new();
    for group in list(&rule.spec, "groups") {
        let name = text(group, "name");
        let context = format!("VMRule: {} group: {name}", rule.key());
        if !names.insert(name) {
            return Err(format!("duplicate group name: {context}"));
        }
        durations(group).map_err(|error| format!("cannot parse vmalert group {context}, err: {error}"))?;
        check_group(group).map_err(|error| format!("validation failed for {context} err: {error}"))?;
    }
    Ok(())
}

fn durations(group: &Value) -> Result<(), String> {
    let of_group = ["interval", "eval_delay"].map(|field| given(group, field));
    let of_rules =
        list(group, "rules").iter().flat_map(|rule| ["for", "keep_firing_for"].map(|field| given(rule, field)));
    for text in of_group.into_iter().chain(of_rules).flatten().map(scalar) {
        if !text.is_empty() && duration::parse(&text).is_none() {
            return Err(format!("cannot parse duration {text:?}"));
        }
    }
    Ok(())
}

fn check_group(group: &Value) -> Result<(), String> {
    if text(group, "name").is_empty() {
        return Err("group name must be set".into());
    }
    let mut seen = Vec::new();
    for rule in list(group, "rules") {
        check_rule(rule)?;
        if seen.contains(&identity(rule)) {
            return Err(format!("{:?} is a duplicate in group", describe(rule)));
        }
        seen.push(identity(rule));
    }
    Ok(())
}

/// Rules are the same when everything that names their series is the same.
fn identity(rule: &Value) -> [String; 4] {
    ["record", "alert", "expr", "labels"].map(|field| given(rule, field).map(scalar).unwrap_or_default())
}

fn describe(rule: &Value) -> String {
    let (kind, name) = match text(rule, "record") {
        "" => ("alerting", text(rule, "alert")),
        record => ("recording", record),
    };
    format!("{kind} rule {name:?}; expr: {:?}", expression(rule))
}

fn expression(rule: &Value) -> String {
    given(rule, "expr").map(scalar).unwrap_or_default()
}

fn check_rule(rule: &Value) -> Result<(), String> {
    let (record, alert) = (text(rule, "record"), text(rule, "alert"));
    let name = if alert.is_empty() { record } else { alert };
    if record.is_empty() == alert.is_empty() {
        return Err(format!("invalid rule {name:?}: either `record` or `alert` must be set"));
    }
    let expr = expression(rule);
    if expr.trim().is_empty() {
        return Err(format!("invalid rule {name:?}: expression can't be empty"));
    }
    if let Some(error) = unbalanced(&expr) {
        return Err(format!("invalid expression for rule  {name:?}: bad prometheus expr: {expr:?}, err: {error}"));
    }
    Ok(())
}

/// What is left open or closed too often in an expression.
fn unbalanced(expr: &str) -> Option<String> {
    let mut open = Vec::new();
    let mut letters = expr.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\'' | '`' => loop {
                match letters.next() {
                    None => return Some(format!("missing closing quote {letter}")),
                    Some('\\') if letter != '`' => drop(letters.next()),
                    Some(other) if other == letter => break,
                    Some(_) => {}
                }
            },
            '#' => drop(letters.by_ref().find(|c| *c == '\n')),
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() != Some(letter) => return Some(format!("unexpected {letter:?}")),
            _ => {}
        }
    }
    open.pop().map(|closing| format!("missing {closing:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn error_of(groups: Value) -> String {
        let rule =
            Object { namespace: "lab".into(), name: "rt".into(), spec: json!({"groups": groups}), ..Object::default() };
        validate(&rule).unwrap_err()
    }

    fn of_rule(rule: Value) -> String {
        error_of(json!([{"name": "a", "rules": [rule]}]))
    }

    #[test]
    fn what_the_webhook_refuses_is_refused_in_its_words() {
        let twice = json!([{"name": "a", "rules": []}, {"name": "a", "rules": []}]);
        assert_eq!(error_of(twice), "duplicate group name: VMRule: lab/rt group: a");
        assert_eq!(
            error_of(json!([{"rules": []}])),
            "validation failed for VMRule: lab/rt group:  err: group name must be set"
        );
        assert_eq!(
            of_rule(json!({"alert": "A"})),
            "validation failed for VMRule: lab/rt group: a err: invalid rule \"A\": expression can't be empty"
        );
        assert_eq!(
            of_rule(json!({"expr": "up"})),
            "validation failed for VMRule: lab/rt group: a err: invalid rule \"\": either `record` or `alert` must be set"
        );
        assert!(of_rule(json!({"alert": "A", "expr": "up", "for": "5 minutes"})).starts_with(
            "cannot parse vmalert group VMRule: lab/rt group: a, err: cannot parse duration \"5 minutes\""
        ));
        assert!(of_rule(json!({"alert": "A", "expr": "sum(up"})).starts_with(
            "validation failed for VMRule: lab/rt group: a err: invalid expression for rule  \"A\": bad prometheus expr: \"sum(up\""
        ));
    }

    #[test]
    fn what_the_webhook_accepts_is_accepted() {
        let groups = json!([{"name": "empty"}, {"name": "g", "rules": [
            {"record": "a b", "expr": "sum(rate(x{l=\"a)\"}[5m])) # ("}, {"alert": "A", "expr": "up", "unknown": 1}]}]);
        let rule = Object { spec: json!({"groups": groups}), ..Object::default() };
        assert_eq!(validate(&rule), Ok(()));
        assert_eq!(validate(&Object { spec: json!({"groups": []}), ..Object::default() }), Ok(()));
    }

    #[test]
    fn an_annotation_switches_validation_off() {
        let mut rule = Object { spec: json!({"groups": [{"rules": []}]}), ..Object::default() };
        rule.annotations.insert(SKIP.into(), "true".into());
        assert_eq!(validate(&rule), Ok(()));
    }
}
