//! What happens to every object on its way into the store: pruning, defaults, validation.

use serde_json::Value;

use super::defaults;
use super::kind::Kind;
use super::object;
use super::schema;
use super::status::Failure;
use super::store::State;
use super::{crd, typed, valid};

/// What is done about fields that the kind does not have (`fieldValidation`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Validation {
    Ignore,
    Warn,
    Strict,
}

/// An object that may be stored.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) object: Value,
    pub(super) warnings: Vec<String>,
}

/// Prunes, completes and checks an object.
///
/// # Errors
/// 400 for unknown fields in strict mode, 422 with all causes otherwise.
pub(super) fn prepare(
    state: &State,
    kind: &Kind,
    before: Option<&Value>,
    mut object: Value,
    validation: Validation,
) -> Result<Checked, Failure> {
    let mut causes = Vec::new();
    let mut unknown = Vec::new();
    if let Some(schema) = kind.schema() {
        let report = schema::check(schema, &mut object);
        causes = report.causes;
        unknown = report.unknown;
    } else if !kind.custom() {
        unknown = typed::prune(kind, &mut object)?;
    }
    if validation == Validation::Strict && !unknown.is_empty() {
        return Err(strict(kind, &unknown));
    }
    defaults::fill(state, kind, before, &mut object);
    if kind.is("apiextensions.k8s.io", "customresourcedefinitions") {
        causes.extend(crd::check(&object));
        crd::fill(&mut object);
    }
    // What is stored already has a good name; only its content can have become wrong.
    causes.extend(valid::check(kind, &object));
    if !causes.is_empty() {
        return Err(Failure::invalid(kind, object::name(&object), &causes));
    }
    let warnings = match validation {
        Validation::Warn => unknown.iter().map(|path| format!("unknown field {path:?}")).collect(),
        Validation::Ignore | Validation::Strict => Vec::new(),
    };
    Ok(Checked { object, warnings })
}

fn strict(kind: &Kind, unknown: &[String]) -> Failure {
    let list: Vec<String> = unknown.iter().map(|path| format!("unknown field {path:?}")).collect();
    Failure::bad_request(format!(
        "{0} in version {1:?} cannot be handled as a {0}: strict decoding error: {2}",
        kind.kind,
        kind.version,
        list.join(", ")
    ))
}

/// Refuses an applied configuration with fields that the schema does not declare.
///
/// # Errors
/// The wording of apiserver's `failed to create typed patch object`, a 500 without a reason, as upstream.
pub(super) fn declared(kind: &Kind, wanted: &mut Value) -> Result<(), Failure> {
    let unknown = match kind.schema() {
        // On a copy: the defaults that the schema adds are not the applier's.
        Some(schema) => schema::check(schema, &mut wanted.clone()).unknown,
        None if kind.custom() => Vec::new(),
        None => typed::prune(kind, wanted)?,
    };
    let line = |path: &String| format!(".{path}: field not declared in schema");
    let list = match unknown.as_slice() {
        [] => return Ok(()),
        [one] => line(one),
        many => format!("errors:\n  {}", many.iter().map(line).collect::<Vec<_>>().join("\n  ")),
    };
    Err(Failure::unclassified(format!(
        "failed to create typed patch object ({}/{}; {}, Kind={}): {list}",
        object::namespace(wanted),
        object::name(wanted),
        kind.api_version(),
        kind.kind
    )))
}
