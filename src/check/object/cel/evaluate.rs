//! Evaluates an expression on what is known of an object.

use std::collections::HashMap;

use ::cel::parser::Expression as Node;
use ::cel::{Context, ExecutionError, Value};
use serde_json::Value as Json;

use super::ENVIRONMENT;
use super::limits::{STEPS, Work};

/// What an expression comes to.
#[derive(Debug, PartialEq)]
pub(in crate::check::object) enum Outcome {
    /// `true` or `false`.
    Bool(bool),
    /// Something else: the name of its type.
    Other(&'static str),
    /// It cannot be evaluated, and why.
    Error(String),
    /// It was not evaluated: it would take too many steps.
    TooMuch,
}

pub(super) fn evaluate(program: &Node, work: &Work, object: &Json) -> Outcome {
    let longest = longest(object).max(work.longest).max(1);
    if longest.checked_pow(work.loops).is_none_or(|steps| steps > STEPS) {
        return Outcome::TooMuch;
    }
    let mut context = Context::with_env(ENVIRONMENT.clone());
    for (name, field) in object.as_object().into_iter().flatten() {
        context.add_variable_from_value(name.as_str(), value(field));
    }
    match context.resolve(program) {
        Ok(Value::Bool(is)) => Outcome::Bool(is),
        Ok(other) => Outcome::Other(type_of(&other)),
        Err(error) => Outcome::Error(words(&error)),
    }
}

/// An error in words. Values are told by their types: one may hold maps, which would be written in another order each time.
fn words(error: &ExecutionError) -> String {
    match error {
        ExecutionError::ValuesNotComparable(one, other) => {
            format!("{} can not be compared to {}", type_of(one), type_of(other))
        }
        ExecutionError::UnsupportedBinaryOperator(operator, one, other) => {
            format!("`{operator}` does not take {} and {}", type_of(one), type_of(other))
        }
        ExecutionError::UnsupportedIndex(index, of) => format!("{} is no index of {}", type_of(index), type_of(of)),
        ExecutionError::UnsupportedKeyType(key) => format!("{} is no key of a map", type_of(key)),
        ExecutionError::UnsupportedTargetType { target } => format!("{} is no argument here", type_of(target)),
        ExecutionError::NotSupportedAsMethod { method, target } => {
            format!("{} has no method `{method}`", type_of(target))
        }
        other => other.to_string(),
    }
}

/// A value as CEL has it. Whole numbers are all of the signed type, as in Kubernetes: a literal 3 is of it, too.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(is) => Value::Bool(*is),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(whole), ..) => Value::Int(whole),
            (_, Some(whole), _) => Value::UInt(whole),
            (.., Some(number)) => Value::Float(number),
            _ => Value::Null,
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::from(items.iter().map(value).collect::<Vec<_>>()),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| (name.clone(), value(field)));
            Value::from(fields.collect::<HashMap<String, Value>>())
        }
    }
}

/// Elements of the longest list or map in it.
fn longest(json: &Json) -> u64 {
    match json {
        Json::Array(items) => items.iter().map(longest).max().unwrap_or(0).max(items.len() as u64),
        Json::Object(fields) => fields.values().map(longest).max().unwrap_or(0).max(fields.len() as u64),
        _ => 0,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "a number",
        Value::String(_) => "a text",
        Value::Bool(_) => "true or false",
        Value::Null => "null",
        _ => "something else",
    }
}
