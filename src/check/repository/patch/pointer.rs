//! JSON pointers (RFC 6901) into a tree in which everything has its place. As kustomize has them (by
//! github.com/evanphx/json-patch v4): adding makes no map above, what is changed or removed must be there, and a negative index
//! counts from the end.

use super::merge::marked;
use crate::check::suggest::closest;
use crate::check::yaml::{Key, Mark, Node, Value};

/// Why something cannot be done, and what to do.
pub type Misfit = (String, String);

/// A path into an object.
pub struct Pointer {
    /// As it is written.
    pub text: String,
    steps: Vec<String>,
}

impl Pointer {
    /// Reads one; `None` where it does not begin with a slash.
    pub fn read(text: &str) -> Option<Self> {
        let steps = text.strip_prefix('/')?.split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
        Some(Self { text: text.to_owned(), steps: steps.collect() })
    }

    /// What it leads to.
    pub fn find<'n>(&self, root: &'n mut Node) -> Result<&'n mut Node, Misfit> {
        Ok(self.walk(root, &self.steps)?.0)
    }

    /// Puts a value there: in the place of what is behind that key, or before that item.
    pub fn add(&self, root: &mut Node, value: &Node) -> Result<(), Misfit> {
        let Some((last, above)) = self.steps.split_last() else { return Err(self.misfit(0, None)) };
        let (parent, mark) = self.walk(root, above)?;
        match &mut parent.value {
            Value::Map(entries) => match entries.iter_mut().find(|(key, _)| key.text == *last) {
                Some((_, node)) => *node = marked(value, node.mark),
                None => entries.push((Key { text: last.clone(), mark }, marked(value, mark))),
            },
            Value::List(items) => {
                let at = if last == "-" { Some(items.len()) } else { index(last, items.len() + 1) };
                items.insert(at.ok_or_else(|| self.misfit(above.len(), None))?, marked(value, mark));
            }
            Value::Scalar { .. } => return Err(self.misfit(above.len(), None)),
        }
        Ok(())
    }

    /// Takes away what is there.
    pub fn remove(&self, root: &mut Node) -> Result<Node, Misfit> {
        let Some((last, above)) = self.steps.split_last() else { return Err(self.misfit(0, None)) };
        let (parent, _) = self.walk(root, above)?;
        let near = near(parent, last);
        let removed = match &mut parent.value {
            Value::Map(entries) => entries.iter().position(|(key, _)| key.text == *last).map(|at| entries.remove(at).1),
            Value::List(items) => index(last, items.len()).map(|at| items.remove(at)),
            Value::Scalar { .. } => None,
        };
        removed.ok_or_else(|| self.misfit(above.len(), near))
    }

    /// Goes some steps: what is there, and the place of its key.
    fn walk<'n>(&self, root: &'n mut Node, steps: &[String]) -> Result<(&'n mut Node, Mark), Misfit> {
        let mark = root.mark;
        let mut reached = (root, mark);
        for (nth, step) in steps.iter().enumerate() {
            let near = near(reached.0, step);
            reached = below(reached.0, step).ok_or_else(|| self.misfit(nth, near))?;
        }
        Ok(reached)
    }

    /// The step that leads to nothing; `near` is a key that is there and may be meant.
    fn misfit(&self, nth: usize, near: Option<String>) -> Misfit {
        let there: String = self.text.split('/').skip(1).take(nth + 1).map(|step| format!("/{step}")).collect();
        let otherwise = || "add what is above it first, or correct the path".to_owned();
        (format!("there is no {there}"), near.map_or_else(otherwise, |near| format!("did you mean `{near}`?")))
    }
}

/// What one step leads to.
fn below<'n>(node: &'n mut Node, step: &str) -> Option<(&'n mut Node, Mark)> {
    match &mut node.value {
        Value::Map(entries) => entries.iter_mut().find(|(key, _)| key.text == step).map(|(key, node)| (node, key.mark)),
        Value::List(items) => {
            let at = index(step, items.len())?;
            let node = &mut items[at];
            let mark = node.mark;
            Some((node, mark))
        }
        Value::Scalar { .. } => None,
    }
}

/// A key that is there and may be meant.
fn near(node: &Node, step: &str) -> Option<String> {
    closest(step, node.entries().iter().map(|(key, _)| key.text.as_str())).map(str::to_owned)
}

/// An index as it is written, where there are so many places.
fn index(text: &str, places: usize) -> Option<usize> {
    let written: isize = text.parse().ok()?;
    let places = isize::try_from(places).ok()?;
    let index = if written < 0 { written + places } else { written };
    usize::try_from(index).ok().filter(|_| index < places)
}
