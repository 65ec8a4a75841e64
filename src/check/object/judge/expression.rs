//! Judges what expressions in CEL come to.

use serde_json::Value as Json;

use super::{Told, value};
use crate::check::finding::Finding;
use crate::check::object::blind::is_marked;
use crate::check::object::cel::{Expression, Mention, Outcome};
use crate::check::object::observation::{Found, Value};
use crate::check::object::spec::Demand;

/// Fields whose values a finding shows.
const SHOWN: usize = 4;

/// Expressions that are not true. Those about a status that speaks of an older generation are left alone.
pub(super) fn of_object(demand: &Demand, object: &Found, settled: bool) -> Vec<Told> {
    let speaks_of_status = |one: &Expression| one.mentions().iter().any(|field| field.root() == "status");
    let current = demand.cel.iter().filter(|one| settled || !speaks_of_status(one));
    current.filter_map(|expression| of_expression(expression, object.mentioned.as_ref())).collect()
}

fn of_expression(expression: &Expression, mentioned: Option<&Value>) -> Option<Told> {
    let finding = |code: &str, actual: String| Finding::new(code, format!("{expression} is true"), actual);
    let unclear = |code: &str, actual: &str| Told::Unclear(finding(code, actual.to_owned()).terminal());
    let object = match mentioned {
        Some(Value::Json(object)) => object,
        Some(Value::Large { bytes }) => {
            return Some(unclear(
                "object/too-large",
                &format!("what it mentions has {bytes} bytes, more than are kept"),
            ));
        }
        _ => return Some(unclear("object/not-looked-at", "what it mentions was not looked at")),
    };
    if let Some(field) = expression.mentions().iter().find(|field| is_hidden(field, object)) {
        let actual = format!("in {} is what may be a secret, and is not read", field.shown());
        return Some(unclear("object/hidden", &actual));
    }
    match expression.evaluate(object) {
        Outcome::Bool(true) => None,
        Outcome::Bool(false) => {
            Some(Told::Fails(finding("object/cel-false", format!("it is false, where {}", values(expression, object)))))
        }
        Outcome::Other(what) => {
            let told = finding("object/cel-no-answer", format!("it is {what}, and neither true nor false"));
            Some(Told::Fails(told.hint("compare it with something").terminal()))
        }
        Outcome::Error(why) => {
            let actual = format!("{}, where {}", value::cut(&why), values(expression, object));
            let hint = "what may be missing is asked for first: has(status.phase) && status.phase == 'Ready'";
            Some(Told::Fails(finding("object/cel-error", actual).hint(hint)))
        }
        Outcome::TooMuch => {
            let actual = "the lists that it walks are too long for macros in macros";
            Some(unclear("object/too-large", actual))
        }
    }
}

/// That a field is there may be known of a secret, too.
fn is_hidden(field: &Mention, object: &Json) -> bool {
    !field.presence && field.of(object).is_some_and(is_marked)
}

/// `status.updateStatus is "failed", metadata.generation is 3`.
fn values(expression: &Expression, object: &Json) -> String {
    let shown = |field: &Mention| match field.of(object) {
        Some(_) if field.presence => format!("{} is there", field.shown()),
        Some(found) => format!("{} is {}", field.shown(), value::cut(&found.to_string())),
        None => format!("there is no {}", field.shown()),
    };
    let mut told: Vec<String> = expression.mentions().iter().take(SHOWN).map(shown).collect();
    let more = expression.mentions().len().saturating_sub(SHOWN);
    told.extend((more > 0).then(|| format!("{more} more")));
    told.join(", ")
}
