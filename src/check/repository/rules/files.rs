//! Files that must be there, and files that must not.

use super::Ground;
use crate::check::finding::Finding;

pub fn findings(ground: &Ground<'_>) -> Vec<Finding> {
    let paths = || ground.files.paths().filter(|path| ground.files.is_file(path));
    let missing = ground.spec.require.iter().filter(|glob| !paths().any(|path| glob.matches(path))).map(|glob| {
        let finding = Finding::new("repository/missing-file", format!("a file {glob}"), "none");
        finding.hint("add it, or correct the pattern in the suite").terminal()
    });
    let unwanted = paths().filter(|path| !ground.spec.is_ignored(path)).filter_map(|path| {
        let glob = ground.spec.forbid.iter().find(|glob| glob.matches(path))?;
        let finding = Finding::new("repository/unwanted-file", format!("no file {glob}"), "there is one").on(path);
        Some(finding.hint("rename or remove it").terminal())
    });
    missing.chain(unwanted).collect()
}
