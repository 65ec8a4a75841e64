//! Where a run takes place: the cluster, what Flux had applied there, and what was left by others.

use serde::{Deserialize, Serialize};

/// Where the run took place. What could not be read says why.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Named facts in the order in which they were read: `context`, `server version`, `kube-system uid`, `vmsingle version`,
    /// `way to Service observability/vmsingle-vmsingle`.
    pub facts: Vec<(String, String)>,
    /// What Flux had fetched and applied when the run began, and the revision of the checkout.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<Revision>,
}

/// A revision that an object of Flux had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// `GitRepository flux-system/infra`.
    pub object: String,
    /// `main@sha1:4f2a...`.
    pub revision: String,
}

/// What came of looking for what killed runs had left.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Swept {
    /// What was removed, in words: `VMRule observability/signoff-x`.
    pub removed: Vec<String>,
    /// What could not be looked at or removed, and why.
    pub troubles: Vec<String>,
}

/// What Flux had fetched and applied at one moment, and the revision of the checkout.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Every object's.
    pub revisions: Vec<Revision>,
    /// Kinds that could not be read, each with why; an empty name stands for all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<(String, String)>,
}

impl Swept {
    /// One line for each thing that was removed or went wrong.
    pub fn lines(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let removed = self.removed.iter().map(|what| ("removed of an earlier run", what));
        removed.chain(self.troubles.iter().map(|why| ("not swept", why)))
    }

    /// Whether nothing was left and nothing went wrong.
    pub fn is_quiet(&self) -> bool {
        self.removed.is_empty() && self.troubles.is_empty()
    }
}

impl Reading {
    /// That nothing could be read, and why.
    pub fn none(why: String) -> Self {
        Self { revisions: Vec::new(), unread: vec![(String::new(), why)] }
    }

    /// The revision of an object, where it was read.
    pub fn of(&self, object: &str) -> Option<&str> {
        self.revisions.iter().find(|one| one.object == object).map(|one| one.revision.as_str())
    }

    /// Why an object's kind could not be read.
    pub fn why_unread(&self, object: &str) -> Option<&str> {
        let is_of = |kind: &str| kind.is_empty() || object.split(' ').next() == Some(kind);
        self.unread.iter().find(|(kind, _)| is_of(kind)).map(|(_, why)| why.as_str())
    }
}
