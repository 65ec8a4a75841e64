//! Patches of kustomize: strategic merges, and JSON patches, each with the objects that it is for.

mod merge;
mod operation;
mod pointer;
mod target;

use super::fault::{Fault, Place};
use super::model::Object;
use crate::check::yaml::{Mark, Node, Value};
pub use merge::merge_at;
use merge::merge_in;
use operation::Operation;
use target::Target;

/// One patch.
pub struct Patch {
    target: Target,
    body: Body,
    /// Where it says what it is for.
    pub place: Place,
}

enum Body {
    Merge(Node),
    Operations(Vec<Operation>),
}

impl Patch {
    /// The patches of one entry: each document that is a map is one, and so is a list of operations. `target` stands in
    /// `file`; the places of the documents are found by `place`.
    ///
    /// # Errors
    /// What makes kustomize refuse the entry.
    pub fn read(
        file: usize,
        target: Option<&Node>,
        documents: &[Node],
        place: impl Fn(Mark) -> Place,
    ) -> Result<Vec<Self>, Fault> {
        if let [_, second, ..] = documents
            && target.is_some()
        {
            let fault = refused(place(second.mark), "one patch beside a `target`", "a second document");
            return Err(fault.hint("write an entry of its own for each"));
        }
        let read = |body: &Node| {
            let here = place(body.mark);
            let for_whom = match target {
                Some(node) => Target::read(file, node)?,
                None => Target::named_by(body),
            };
            let place_of_target = target.map_or(here, |node| Place { file, mark: node.mark });
            let body = match &body.value {
                Value::Map(_) => Body::Merge(body.clone()),
                Value::List(items) if target.is_some() => {
                    Body::Operations(items.iter().map(|item| Operation::read(item, &place)).collect::<Result<_, _>>()?)
                }
                Value::List(_) => {
                    let fault = refused(here, "a `target` beside a list of operations", "none");
                    return Err(fault.hint("add the target: a list names no object itself"));
                }
                Value::Scalar { .. } => {
                    let fault = refused(here, "a map to merge, or a list of operations", "a text");
                    return Err(fault.hint("write the patch as YAML"));
                }
            };
            Ok(Self { target: for_whom, body, place: place_of_target })
        };
        documents.iter().map(read).collect()
    }

    /// Whether it changes this object.
    pub fn takes(&self, object: &Object) -> bool {
        self.target.takes(object)
    }

    /// Whether it may change an object that kustomize makes of files and literals.
    pub fn may_take(&self, kind: &str, name: &str) -> bool {
        self.target.may_take(kind, name)
    }

    /// What it means that there is no such object: that the patch is idle.
    ///
    /// # Errors
    /// That kustomize fails.
    pub fn nothing_found(&self) -> Result<Fault, Fault> {
        match &self.target {
            Target::Selected(_) => {
                let actual = "no object of this build is: kustomize ignores the patch";
                let fault = Fault::new(self.place, "idle-patch", "a patch whose target is there", actual);
                Ok(fault.hint("correct the target, or take the patch away"))
            }
            Target::Named(id) => {
                let actual = format!("no matches for {id}: kustomize fails");
                let fault = Fault::new(self.place, "failing-patch", "a patch whose object is there", actual);
                Err(fault.hint("correct apiVersion, kind, name and namespace, or give the patch a `target`"))
            }
        }
    }

    /// Changes an object; `false` where the patch takes it away.
    ///
    /// # Errors
    /// The operation that cannot be applied.
    pub fn apply(&self, object: &mut Object) -> Result<bool, Fault> {
        // Of a CRD not more was kept than that it is there.
        if object.kind() == "CustomResourceDefinition" {
            object.is_patched = true;
            return Ok(!self.deletes());
        }
        let namespace = |object: &Object| object.text(&["metadata", "namespace"]).to_owned();
        let was = namespace(object);
        match &self.body {
            Body::Merge(_) if self.deletes() => return Ok(false),
            Body::Merge(body) => merge_in(&mut object.root, body),
            Body::Operations(operations) => {
                object.remember();
                let mut root = object.root.clone();
                operations.iter().try_for_each(|operation| operation.apply(&mut root, &object.title()))?;
                object.root = root;
            }
        }
        let now = namespace(object);
        if now != was {
            object.namespace = Some(now);
        }
        Ok(true)
    }

    fn deletes(&self) -> bool {
        matches!(&self.body, Body::Merge(body) if body.get("$patch").and_then(Node::text) == Some("delete"))
    }
}

/// A patch that kustomize does not even read; it needs a hint.
fn refused(place: Place, expected: impl Into<String>, actual: impl Into<String>) -> Fault {
    Fault::new(place, "bad-patch", expected, actual)
}
