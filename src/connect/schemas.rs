//! CustomResourceDefinitions that the user gave: they tell which fields kinds have, where the cluster's own do not.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use super::{Connections, OpenError};

/// Schemas by group, version and kind, each with the file that it is from.
#[derive(Default)]
pub(super) struct Schemas(HashMap<(String, String, String), (String, Value)>);

impl Schemas {
    /// Reads every manifest right in a folder. Other objects beside the CRDs do no harm; a folder without a CRD is refused.
    pub(super) fn read(folder: &Path) -> Result<Self, OpenError> {
        let refuse = |path: &Path, message: String| OpenError::Schemas { path: path.display().to_string(), message };
        let entries = std::fs::read_dir(folder)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| refuse(folder, format!("{error}; give a folder of CRDs")))?;
        let mut files: Vec<_> = entries.iter().map(std::fs::DirEntry::path).filter(|path| is_manifest(path)).collect();
        files.sort();
        let mut schemas = Self::default();
        for file in files {
            let text = std::fs::read_to_string(&file).map_err(|error| refuse(&file, error.to_string()))?;
            let objects: Vec<Value> =
                serde_saphyr::from_multiple(&text).map_err(|error| refuse(&file, error.to_string()))?;
            objects.iter().for_each(|object| schemas.add(object, &file.display().to_string()));
        }
        match schemas.0.is_empty() {
            true => Err(refuse(folder, "no CustomResourceDefinition is in its .yaml, .yml and .json files".to_owned())),
            false => Ok(schemas),
        }
    }

    fn add(&mut self, object: &Value, file: &str) {
        let spec = &object["spec"];
        let (Some(group), Some(kind)) = (spec["group"].as_str(), spec["names"]["kind"].as_str()) else { return };
        for version in spec["versions"].as_array().into_iter().flatten() {
            let schema = &version["schema"]["openAPIV3Schema"];
            if let (Some(name), true) = (version["name"].as_str(), schema.is_object()) {
                let key = (group.to_owned(), name.to_owned(), kind.to_owned());
                self.0.insert(key, (file.to_owned(), schema.clone()));
            }
        }
    }
}

impl Connections {
    /// The schema of a kind in the CRDs that were given, with the file that it is from.
    pub fn given_schema(&self, group: &str, version: &str, kind: &str) -> Option<(&str, &Value)> {
        let key = (group.to_owned(), version.to_owned(), kind.to_owned());
        self.inner.schemas.0.get(&key).map(|(file, schema)| (file.as_str(), schema))
    }
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crds_are_found_in_any_document_of_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let crd = "kind: CustomResourceDefinition\nspec:\n  group: g.io\n  names: {kind: K}\n  versions:\n  \
            - {name: v1, schema: {openAPIV3Schema: {type: object}}}\n  - {name: v2}\n";
        std::fs::write(folder.path().join("a.yaml"), format!("kind: Namespace\n---\n{crd}")).unwrap();
        std::fs::write(folder.path().join("notes.txt"), "{").unwrap();
        let schemas = Schemas::read(folder.path()).unwrap();
        let keys: Vec<_> = schemas.0.keys().cloned().collect();
        assert_eq!(keys, [("g.io".to_owned(), "v1".to_owned(), "K".to_owned())]);
    }

    #[test]
    fn a_folder_that_is_of_no_use_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &Path| Schemas::read(path).err().unwrap().to_string();
        assert!(refused(folder.path()).contains("no CustomResourceDefinition is in its"));
        assert!(refused(&folder.path().join("nowhere")).contains("give a folder of CRDs"));
        std::fs::write(folder.path().join("a.yaml"), "a: [").unwrap();
        assert!(refused(folder.path()).contains("a.yaml"));
    }
}
