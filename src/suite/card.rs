//! What reports know of a suite: its identity, its criteria, its checks.

use serde::{Deserialize, Serialize};

use crate::check::kind::Kind;
use crate::check::settled::Settled;

/// Identity of a suite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuiteId {
    /// Name of the file as it was given.
    pub file: String,
    /// Key of the story.
    pub story: String,
    /// Its title.
    pub title: String,
    /// SHA-256 of the file's bytes and the variables, hexadecimal.
    pub digest: String,
    /// Variables after `--var`, by name.
    pub variables: Vec<(String, String)>,
    /// Names of those whose value did not come from the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<String>,
}

/// One acceptance criterion (AC2) or one bullet of it (AC2.3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// `AC2` or `AC2.3`.
    pub id: String,
    /// The story's own wording.
    pub text: String,
    /// The criterion that a bullet belongs to.
    pub parent: Option<String>,
    /// Line in the suite's file, from 1.
    pub line: u64,
    /// Ids of the checks that prove it. A bullet without any is unproven; a criterion with bullets stands or falls with them.
    pub checks: Vec<String>,
    /// Why no check proves it, where the suite says so; only ever set where `checks` is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unproven: Option<Unproven>,
}

/// Why a suite has no check for a criterion. It does not make the criterion green.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unproven {
    /// Not yet, for this reason.
    Open {
        /// The author's words.
        reason: String,
    },
    /// A person must attest it.
    Manual {
        /// Who.
        owner: String,
        /// Why no check can prove it.
        reason: String,
    },
}

/// A check as reports show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckCard {
    /// Unique id in the suite: `vmsingle-answers`.
    pub id: String,
    /// The sentence about the system that must hold.
    pub sentence: String,
    /// Ids of the criteria that it proves, at least one.
    pub criteria: Vec<String>,
    /// Name of its kind.
    pub kind: String,
    /// Ids of the checks that must be green before it is worth looking.
    pub needs: Vec<String>,
    /// The author's advice for the day it is red.
    pub hint: Option<String>,
    /// Line in the suite's file, from 1.
    pub line: u64,
}

impl CheckCard {
    /// The name of its trial: `AC2.4::vmsingle-answers`. Stable, unique, without measured values.
    pub fn trial(&self) -> String {
        format!("{}::{}", self.criteria[0], self.id)
    }

    /// Whether it waits until what is meant is applied and stands still: what needs it is judged at what is there when it passes.
    pub fn is_gate(&self) -> bool {
        self.kind == Settled::NAME
    }
}
