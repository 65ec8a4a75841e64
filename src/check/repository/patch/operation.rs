//! Operations of a JSON patch (RFC 6902) on a tree in which everything has its place, as kustomize applies them (by
//! github.com/evanphx/json-patch v4).

use super::merge::marked;
use super::pointer::{Misfit, Pointer};
use super::refused;
use crate::check::repository::blind::HIDDEN;
use crate::check::repository::fault::{Fault, Place, meant};
use crate::check::yaml::{Mark, Node, Value};

const NAMES: [&str; 6] = ["add", "remove", "replace", "move", "copy", "test"];

/// One operation.
pub struct Operation {
    place: Place,
    act: Act,
    path: Pointer,
}

enum Act {
    Add(Node),
    Remove,
    Replace(Node),
    Move(Pointer),
    Copy(Pointer),
    Test(Node),
}

impl Operation {
    /// Reads one item of a patch.
    pub fn read(item: &Node, place: impl Fn(Mark) -> Place) -> Result<Self, Fault> {
        let text = |key: &str| {
            item.get(key).and_then(|node| Some((node, node.text()?))).ok_or_else(|| {
                let fault = refused(place(item.mark), format!("an operation with `{key}`"), "it has none");
                fault.hint("write op and path, and value or from where the operation needs it")
            })
        };
        let pointer = |key: &str| {
            let (node, text) = text(key)?;
            Pointer::read(text).ok_or_else(|| {
                let fault = refused(place(node.mark), "a path such as /spec/interval", format!("`{text}`"));
                fault.hint("begin it with a slash; a slash within a key is ~1")
            })
        };
        let value = || {
            item.get("value").cloned().ok_or_else(|| {
                let fault = refused(place(item.mark), "an operation with `value`", "it has none");
                fault.hint("write the value; `null` where nothing is meant")
            })
        };
        let (name, op) = text("op")?;
        let act = match op {
            "add" => Act::Add(value()?),
            "remove" => Act::Remove,
            "replace" => Act::Replace(value()?),
            "move" => Act::Move(pointer("from")?),
            "copy" => Act::Copy(pointer("from")?),
            "test" => Act::Test(value()?),
            other => {
                let fault = refused(place(name.mark), format!("one of {}", NAMES.join(", ")), format!("`{other}`"));
                return Err(fault.hint(meant(other, NAMES, "write one of them")));
            }
        };
        let at = item.get("path").map_or(item.mark, |node| node.mark);
        Ok(Self { place: place(at), act, path: pointer("path")? })
    }

    /// Changes an object, which is called `title`.
    pub fn apply(&self, root: &mut Node, title: &str) -> Result<(), Fault> {
        self.change(root).map_err(|(actual, hint)| {
            let expected = format!("{} {} fits {title}", self.name(), self.path.text);
            Fault::new(self.place, "failing-patch", expected, format!("{actual}: kustomize fails")).hint(hint)
        })
    }

    fn name(&self) -> &'static str {
        match self.act {
            Act::Add(_) => "add",
            Act::Remove => "remove",
            Act::Replace(_) => "replace",
            Act::Move(_) => "move",
            Act::Copy(_) => "copy",
            Act::Test(_) => "test",
        }
    }

    fn change(&self, root: &mut Node) -> Result<(), Misfit> {
        match &self.act {
            Act::Add(value) => self.path.add(root, value),
            Act::Remove => self.path.remove(root).map(drop),
            Act::Replace(value) => {
                let node = self.path.find(root)?;
                *node = marked(value, node.mark);
                Ok(())
            }
            Act::Move(from) => {
                let node = from.remove(root)?;
                self.path.add(root, &node)
            }
            Act::Copy(from) => {
                let node = from.find(root)?.clone();
                self.path.add(root, &node)
            }
            Act::Test(value) => match self.path.find(root) {
                Ok(node) if node.is_same_as(value) || is_hidden(node) || is_hidden(value) => Ok(()),
                Err(_) if value.is_null() => Ok(()),
                Ok(_) => Err(("something else is there".to_owned(), "see what the object has there".to_owned())),
                Err(misfit) => Err(misfit),
            },
        }
    }
}

/// Whether something in it was taken away: then it may be what a test wants.
fn is_hidden(node: &Node) -> bool {
    match &node.value {
        Value::Scalar { text, .. } => text == HIDDEN,
        Value::List(items) => items.iter().any(is_hidden),
        Value::Map(entries) => entries.iter().any(|(_, node)| is_hidden(node)),
    }
}

#[cfg(test)]
mod tests;
