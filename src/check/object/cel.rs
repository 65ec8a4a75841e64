//! An expression in CEL, the Common Expression Language, as Flux takes them in `healthCheckExprs`: the only files that know the
//! crate that reads it are this one and those below it.
//!
//! As with Flux (fluxcd/pkg, runtime/cel/expression.go), the object's own top-level fields are the variables, `status` and not
//! `self.status`; optional fields (`status.?phase`) and the functions on strings are there.

mod evaluate;
mod limits;
mod mention;
mod order;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use ::cel::parser::Expression as Node;
use ::cel::{Env, Program};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::check::suggest::closest;
pub(super) use evaluate::Outcome;
pub(super) use mention::{Mention, part};

/// `status.updateStatus == 'operational'`.
#[derive(Clone)]
pub struct Expression {
    written: String,
    /// As it is evaluated.
    program: Arc<Node>,
    mentions: Vec<Mention>,
    work: limits::Work,
}

/// Stack of the thread that reads expressions: a long chain of fields nests as deep as it is long.
const STACK: usize = 64 << 20;
/// Names by which other users of CEL call the object.
const WHOLE: [&str; 3] = ["self", "object", "resource"];

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut environment = Env::stdlib();
    environment.add_extension(::cel::extensions::strings).expect("nothing else declares these functions");
    order::extension(&mut environment);
    Arc::new(environment)
});

impl Expression {
    /// The fields that it speaks of, each once.
    pub(super) fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// What it comes to, of an object of which no more is known than it mentions.
    pub(super) fn evaluate(&self, object: &serde_json::Value) -> Outcome {
        evaluate::evaluate(&self.program, &self.work, object)
    }
}

fn refusal(text: &str, why: &str) -> String {
    format!(
        "`{text}` is no CEL expression ({why}): expected one such as status.updateStatus == 'operational' or \
         status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')"
    )
}

/// Reads it on a stack of its own: what nests too deep is told afterwards.
fn compiled(text: &str) -> Result<(Program, Node, limits::Work), String> {
    let read = || {
        let program = ENVIRONMENT.compile(text).map_err(|errors| {
            let first = errors.errors.first();
            first.map_or_else(|| "it cannot be read".to_owned(), |error| place(error.pos, &error.msg))
        })?;
        let work = limits::work(program.expression())?;
        let mut ordered = program.expression().clone();
        order::order(&mut ordered);
        Ok((program, ordered, work))
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read);
        let thread = thread.map_err(|error| error.to_string())?;
        thread.join().unwrap_or_else(|_| Err("it cannot be read".to_owned()))
    })
}

/// Where in the expression something is wrong; the reader counts from 1, and has no place for some errors.
fn place((line, column): (isize, isize), message: &str) -> String {
    // What would have been right is every token that there is.
    let message = message.lines().next().unwrap_or_default();
    let message = message.split(" expecting ").next().unwrap_or_default();
    let message = message.trim_start_matches("Syntax error: ").replace("'<EOF>'", "its end");
    match (line, column) {
        (..=0, _) => message,
        (1, column) => format!("at its character {column}: {message}"),
        (line, column) => format!("in its line {line} at character {column}: {message}"),
    }
}

impl FromStr for Expression {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.chars().count() > limits::LENGTH {
            let start: String = text.chars().take(40).collect();
            let most = limits::LENGTH;
            return Err(refusal(&format!("{start}…"), &format!("it has more than {most} characters; split it")));
        }
        if limits::brackets(text) > limits::BRACKETS {
            let most = limits::BRACKETS;
            return Err(refusal(text, &format!("its brackets nest deeper than {most}; split it")));
        }
        let (program, ordered, work) = compiled(text).map_err(|why| refusal(text, &why))?;
        if let Some(function) = limits::unknown_function(&program) {
            let near = closest(&function, limits::FUNCTIONS.iter().chain(&limits::MACROS).copied());
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(refusal(text, &format!("there is no function `{function}` for so many arguments{near}")));
        }
        let mentions = mention::mentions(program.expression());
        if let Some(whole) = mentions.iter().find(|mention| WHOLE.contains(&mention.root())) {
            let root = whole.root();
            return Err(refusal(text, &format!("`{root}` is no field: the object's own fields are the variables")));
        }
        if mentions.is_empty() {
            return Err(refusal(text, "it mentions no field, and is the same for every object"));
        }
        Ok(Self { written: text.to_owned(), program: Arc::new(ordered), mentions, work })
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.written, f)
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

impl JsonSchema for Expression {
    fn schema_name() -> Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A CEL expression over the object's top-level fields: status.updateStatus == 'operational'"
        })
    }
}

#[cfg(test)]
mod tests;
