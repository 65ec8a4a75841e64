//! A checkout that holds the story's files word for word, on a platform that is right but for what the story leaves to it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::copy::copy;
use crate::ran::run;
use crate::report::{Red, agrees_with_the_table, blocked, expected};
use crate::table::Of::{Platform, Story};

/// The platform.
const CHECKOUT: &str = "tests/repository/checkout";
/// The story's files, by their paths in the repository.
const AS_WRITTEN: &str = "src/sandbox/scenario/as-written/clusters";
const SUITE: &str = include_str!("../../suites/repository.yaml");
const APPS: &str = "clusters/infra/apps";

/// What is wrong anywhere, which the first check tells.
const SOUND: &[Red] = &[
    ("repository-sound", "repository/chart-twice", &[Story(1)]),
    ("repository-sound", "repository/unknown-value", &[Story(2)]),
    ("repository-sound", "repository/missing-field", &[Story(3)]),
    ("repository-sound", "repository/unknown-source", &[Platform(3)]),
    ("repository-sound", "repository/storage-shape", &[Story(6)]),
    ("repository-sound", "repository/own-namespace", &[Story(7)]),
    ("repository-sound", "repository/no-nodes", &[Story(8)]),
    ("repository-sound", "repository/dead-metric", &[Story(13)]),
    ("repository-sound", "repository/unknown-store", &[Platform(1)]),
    ("repository-sound", "repository/missing-namespace", &[Story(27), Platform(5)]),
    ("repository-sound", "repository/blind-health", &[Story(26)]),
    // Without a list Flux takes every file below, `app` folders too, and substitutes nothing there.
    ("repository-sound", "repository/applied-twice", &[Platform(9)]),
    ("repository-sound", "repository/not-substituted", &[Platform(9)]),
];

/// What this platform demands besides, which the second check tells when the first is green.
const PATTERNS: &[Red] = &[
    ("patterns-followed", "repository/other-value", &[Platform(10), Story(14), Story(22)]),
    ("patterns-followed", "repository/no-value", &[Story(20), Story(23), Story(24), Platform(17)]),
    ("patterns-followed", "repository/not-behind", &[Story(19)]),
];

/// Changes a file of the checkout.
fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} has no {from:?}", file.display());
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

/// The platform's files with those of the story in place of the stack that is right.
fn checkout(at: &Path) {
    copy(Path::new(CHECKOUT), at);
    fs::remove_dir_all(at.join(APPS).join("observability")).unwrap();
    copy(Path::new(AS_WRITTEN), &at.join("clusters"));
    // What the story leaves to others, and nobody does: a list of the ks.yaml, and the namespace.
    fs::remove_file(at.join(APPS).join("kustomization.yaml")).unwrap();
    let namespace = "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: observability\n";
    edit(&at.join(APPS).join("namespaces.yaml"), namespace, "");
    // What it rightly takes for given: the source by its name.
    let sync = at.join("clusters/infra/flux/sync.yaml");
    let source = fs::read_to_string(&sync).unwrap();
    let own = source.split("---\n").find(|document| document.contains("kind: GitRepository")).unwrap();
    let known = own.replacen("name: flux-system", "name: k8s-ops", 1);
    fs::write(&sync, format!("{source}---\n{known}")).unwrap();
}

#[test]
fn the_storys_files_word_for_word_are_told_every_trap_that_files_can_show() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("checkout");
    checkout(&at);
    let repo = ["--repo", at.to_str().unwrap()];
    let first = run(folder.path(), "first", SUITE, &repo);
    assert_eq!((first.exit, blocked(&first)), (Some(1), vec!["patterns-followed"]));
    assert_eq!(first.reds(), expected(&[SOUND]), "{}", first.lines());

    // The second check is judged although the first is red. It tells again what is wrong anywhere.
    let second = run(folder.path(), "second", SUITE, &[&repo[..], &["--keep-going"]].concat());
    let codes: BTreeSet<&str> = SOUND.iter().map(|(_, code, _)| *code).collect();
    let besides = second
        .reds()
        .into_iter()
        .filter(|(check, code)| check == "patterns-followed" && !codes.contains(code.as_str()));
    assert_eq!(besides.collect::<BTreeSet<_>>(), expected(&[PATTERNS]), "{}", second.lines());
    agrees_with_the_table(&[SOUND, PATTERNS], |code| code.starts_with("repository/"));
}
