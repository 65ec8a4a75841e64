//! What the author wrote, read with the place of everything and refused with all that is wrong with it.

mod assemble;
mod at;
mod card;
mod each;
mod node;
mod problem;
mod reader;
mod rules;
mod source;
mod template;
#[cfg(test)]
mod tests;
mod variables;
mod written;

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use crate::check::expectation::Expectation;
pub use crate::check::suggest::closest;
pub use card::{CheckCard, Criterion, SuiteId, Unproven};
pub use problem::Error;
use problem::{Problem, Problems};
use reader::Reader;
use source::Source;
use variables::Variables;
use written::SuiteFile;

/// A valid suite: every id is unique, every name is known, nothing needs itself.
pub struct Suite {
    /// What it is called, and by which text and variables it can be known again.
    pub id: SuiteId,
    /// The file's text, from which the same suite can be read again.
    pub text: String,
    /// The longest that the whole run may take.
    pub deadline: Duration,
    /// Every criterion and bullet, in the file's order, each bullet behind its criterion.
    pub criteria: Vec<Criterion>,
    /// The checks, in the file's order.
    pub checks: Vec<Check>,
    /// What is not wrong but odd, rendered like an error: variables that nothing uses.
    pub warnings: Vec<String>,
}

/// One check as it was written.
pub struct Check {
    /// What reports know of it.
    pub card: CheckCard,
    /// What it demands.
    pub expectation: Expectation,
    /// How long it may take to become true.
    pub within: Duration,
}

/// Reads a suite; `variables` are names and values that override its defaults, the last one of a name counts.
///
/// The error holds everything that is wrong with the file, each with its line and a caret.
pub fn read(path: &Path, variables: &[(String, String)]) -> Result<Suite, Error> {
    let name = path.display().to_string();
    match std::fs::read(path) {
        Ok(bytes) => parse(&name, &bytes, variables),
        Err(error) => {
            let problem = Problem::outside(format!("the suite cannot be read: {error}"))
                .note("give the path of a suite's file, such as `suites/story-6.1.yaml`");
            Err(Error::new(&Source::new(&name, ""), &[problem]))
        }
    }
}

/// Reads a suite from the bytes of a file called `name`.
pub fn parse(name: &str, bytes: &[u8], variables: &[(String, String)]) -> Result<Suite, Error> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let source = Source::new(name, text);
    let problems = Problems::default();
    let read = text_to_file(text, &source, variables, &problems);
    match read {
        Some((file, variables)) if problems.is_empty() => Ok(assemble::suite(file, &variables, bytes, &source)),
        _ => Err(Error::new(&source, &problems.sorted())),
    }
}

/// Names of the variables that a suite's text declares; none where it cannot be read.
pub fn declared(text: &str) -> Vec<String> {
    let (source, problems) = (Source::new("", text), Problems::default());
    let root = node::parse(&template::mask(text).text, &source, &problems);
    root.map(|root| Variables::declare(&root, &[], &problems).effective().into_iter().map(|(name, _)| name).collect())
        .unwrap_or_default()
}

/// The file's content with its variables filled in; `None`, or problems, where something is wrong with it.
fn text_to_file(
    text: &str,
    source: &Source,
    given: &[(String, String)],
    problems: &Problems,
) -> Option<(SuiteFile, Variables)> {
    if let Some(problem) = source.unreadable() {
        problems.add(problem);
        return None;
    }
    let masked = template::mask(text);
    let mut root = node::parse(&masked.text, source, problems).map_err(|problem| problems.add(problem)).ok()?;
    if root.is_null() {
        problems.add(empty(source));
        return None;
    }
    let variables = Variables::declare(&root, given, problems);
    variables.fill(&mut root, &masked.holes, problems);
    let file = SuiteFile::deserialize(Reader::new(&root, problems));
    let file = file.map_err(|fault| problems.add(fault.problem(root.mark))).ok()?;
    rules::apply(&file, problems);
    Some((file, variables))
}

fn empty(source: &Source) -> Problem {
    Problem::at(source.word(source.last_line(), 1), "the suite is empty")
        .note("a suite needs `story`, `title`, `criteria` and `checks`; `signoff schema` describes them")
}

/// The JSON Schema of a suite's file, for editors.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(SuiteFile).to_value()
}
