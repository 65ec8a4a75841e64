//! What a look keeps of a checkout.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::git::Revision;
use super::tree::{Broken, Documents};

/// What was given with `--repo`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Observation {
    /// The checkout; absent where none was given.
    pub checkout: Option<Checkout>,
}

/// The files of a checkout, without Git's own.
#[derive(Debug, Serialize, Deserialize)]
pub struct Checkout {
    /// What is checked out, where Git's files tell it.
    pub revision: Option<Revision>,
    /// YAML files, by their paths.
    pub files: Vec<File>,
    /// Paths of all other files, which are not read.
    pub others: Vec<String>,
    /// Whether there were more files than are looked at.
    pub is_cut: bool,
    /// The files of which kustomize makes a Secret, by their paths.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seals: BTreeMap<String, Seal>,
}

/// Whether a file of which a Secret is made is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seal {
    /// Every value is, or is still to be filled in.
    Closed,
    /// Something can be read.
    Open,
    /// Nobody knows: it is not there, too large, or no text.
    Unread,
}

/// A YAML file with everything that may be a secret taken away.
#[derive(Debug, Serialize, Deserialize)]
pub struct File {
    /// Its path from the root of the checkout, with `/`.
    pub path: String,
    /// Its lines as a finding shows them; none of a large file.
    pub lines: Vec<String>,
    /// What it says.
    pub content: Content,
}

/// What a YAML file says, as far as it was read.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Its documents.
    Documents(Documents),
    /// It is no YAML.
    Broken(Broken),
    /// It is not kept: too large, or the values of a generated Secret.
    Unread(String),
}
