//! Folders as Kustomize renders them, in kubectl and so in Flux.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::copy::copy;

/// What a folder renders to; `None`, loudly, without kubectl.
pub fn kustomize(folder: &str, arguments: &[&str]) -> Option<Vec<Value>> {
    let output = match Command::new("kubectl").arg("kustomize").args(arguments).arg(folder).output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("LEFT OUT: kubectl is not on PATH, so {folder} was not rendered: {error}");
            return None;
        }
    };
    assert!(output.status.success(), "{folder}: {}", String::from_utf8_lossy(&output.stderr));
    Some(serde_saphyr::from_multiple(&String::from_utf8(output.stdout).unwrap()).unwrap())
}

/// The one object of a kind whose name is this, or begins so where `named` ends with `-`.
pub fn of<'a>(objects: &'a [Value], kind: &str, named: &str) -> &'a Value {
    let is = |name: &str| name == named || (named.ends_with('-') && name.starts_with(named));
    let mut found =
        objects.iter().filter(|object| object["kind"] == kind && object["metadata"]["name"].as_str().is_some_and(is));
    let object = found.next().unwrap_or_else(|| panic!("no {kind} {named}"));
    assert!(found.next().is_none(), "two {kind} {named}");
    object
}

/// A repository with the stack's files where the story has them, and `deploy/` and `suites/` at its root.
pub struct Story(tempfile::TempDir);

impl Story {
    pub fn new() -> Self {
        let story = Self(tempfile::tempdir().unwrap());
        for folder in ["deploy", "suites"] {
            copy(Path::new(folder), &story.0.path().join(folder));
        }
        for file in story.files() {
            story.change(&file);
        }
        story
    }

    /// The stack's files, as the acceptance lists them.
    pub fn files(&self) -> Vec<String> {
        let text = fs::read_to_string("deploy/flux/acceptance/kustomization.yaml").unwrap();
        let kustomization: Value = serde_saphyr::from_str(&text).unwrap();
        let files = kustomization["configMapGenerator"][0]["files"].as_array().unwrap();
        files.iter().map(|file| file.as_str().unwrap().trim_start_matches("../../../").to_owned()).collect()
    }

    /// Adds a line to a file.
    pub fn change(&self, file: &str) {
        let path = self.0.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, text + "# changed\n").unwrap();
    }

    /// What Flux makes of the acceptance's folder; Flux reads files outside of it.
    pub fn render(&self) -> Option<Vec<Value>> {
        let folder = self.0.path().join("deploy/flux/acceptance");
        kustomize(folder.to_str().unwrap(), &["--load-restrictor", "LoadRestrictionsNone"])
    }
}
