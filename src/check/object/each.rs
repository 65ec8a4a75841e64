//! What a suite demands of every element of a list or map.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::count::Count;
use super::path::Path;
use super::wanted::Wanted;

/// Demands on each element that a path leads to. A path such as `containers[*].image` leads only to what is there: an element
/// without that field is passed over. Here it is told.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForEach {
    /// The elements, by JSONPath from the object: `spec.template.spec.containers[*]`. One at least must be there.
    pub path: Path,
    /// Demands on fields of each element, by JSONPath from the element: `{resources.limits.memory: {exists: true}}`.
    pub fields: BTreeMap<Path, Wanted>,
    /// How many elements there must be; one at least by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
}

impl ForEach {
    /// What is wrong with it, whatever the object.
    pub(super) fn fault(&self) -> Option<String> {
        let path = &self.path;
        if self.fields.is_empty() {
            return Some(format!("`{path}` demands nothing of its elements: expected `fields` with a demand"));
        }
        let count = self.count.as_ref()?;
        if count.exactly == Some(0) {
            return Some(format!("`{path}` has no element to demand anything of: expected `absent: true` in `fields`"));
        }
        count.fault().map(|fault| format!("`count` of `{path}` {fault}"))
    }
}

/// A path that stands in two entries: what was seen there could not be told apart.
pub(super) fn twice(all: &[ForEach]) -> Option<&Path> {
    let mut seen = BTreeSet::new();
    all.iter().map(|each| &each.path).find(|path| !seen.insert(path.as_str()))
}
