//! The kind `repository` on a whole checkout: the one in which everything is right, and one mistake at a time, each found at
//! its line with its code and nothing else beside it. No cluster, and no sandbox.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

#[path = "common/copy.rs"]
mod copy;
#[path = "repository/mistakes.rs"]
mod mistakes;

use copy::copy;
use mistakes::{MISTAKES, Mistake};

const CHECKOUT: &str = "tests/repository/checkout";
const SUITE: &str = "suites/repository.yaml";

/// `signoff run` where there is no cluster; reports go below `folder`.
fn run(folder: &Path, more: &[&str]) -> Output {
    let reports = folder.join("reports");
    signoff(folder, &[&["run", SUITE], more, &["--reports", reports.to_str().unwrap()]].concat())
}

/// Any command where there is no cluster.
fn signoff(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
    command
        .args(arguments)
        .env("HOME", folder)
        .env_remove("KUBECONFIG")
        .env_remove("SIGNOFF_REPO")
        .env_remove("KUBERNETES_SERVICE_HOST");
    command.output().unwrap()
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

/// The findings of the last run, as code and place.
fn findings(folder: &Path) -> Vec<(String, String)> {
    let journal = fs::read_to_string(folder.join("reports/latest/events.jsonl")).unwrap();
    let mut found = Vec::new();
    for event in journal.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        collect(&event["what"]["check_ended"]["outcome"], &mut found);
    }
    found.sort();
    // Two checks look at the same checkout.
    found.dedup();
    found
}

fn collect(value: &Value, found: &mut Vec<(String, String)>) {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(_) if value.get("code").is_some() => found.push((text("code"), text("object"))),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, found)),
        _ => {}
    }
}

/// Puts a mistake into a checkout, and gives the place at which it must be found.
fn make(mistake: &Mistake, checkout: &Path) -> String {
    for (file, from, to) in mistake.edits {
        let path = checkout.join(file);
        let text = fs::read_to_string(&path).unwrap_or_default();
        assert!(text.contains(from), "{}: {file} has no {from:?}", mistake.code);
        let text = if from.is_empty() { format!("{text}{to}") } else { text.replacen(from, to, 1) };
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let (file, at) = mistake.at;
    if at.is_empty() {
        return file.to_owned();
    }
    let text = fs::read_to_string(checkout.join(file)).unwrap();
    let places: Vec<_> = text.match_indices(at).collect();
    let [(place, _)] = places[..] else { panic!("{}: {at:?} stands at {places:?} of {file}", mistake.code) };
    let before = &text[..place];
    let (line, column) =
        (before.matches('\n').count() + 1, before.len() - before.rfind('\n').map_or(0, |end| end + 1) + 1);
    format!("{file}:{line}:{column}")
}

#[test]
fn the_checkout_in_which_everything_is_right_is_green_without_a_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["--repo", CHECKOUT]);
    let page = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{page}{}", String::from_utf8_lossy(&output.stderr));
    assert!(page.contains("objects"), "{page}");
    assert_eq!(findings(folder.path()), []);
}

#[test]
fn a_pass_names_what_is_elsewhere_and_speaks_of_the_commit_that_is_meant() {
    const COMMIT: &str = "4f2a8c1d4f2a8c1d4f2a8c1d4f2a8c1d4f2a8c1d";
    let folder = tempfile::tempdir().unwrap();
    let checkout = folder.path().join("checkout");
    copy(Path::new(CHECKOUT), &checkout);
    fs::create_dir(checkout.join(".git")).unwrap();
    fs::write(checkout.join(".git/HEAD"), COMMIT).unwrap();
    let with = |revision: &str| run(folder.path(), &["--repo", checkout.to_str().unwrap(), "--revision", revision]);
    let (code, page) = said(&with("main@sha1:4f2a8c1d"));
    assert_eq!(code, Some(0), "{page}");
    let words: Vec<&str> = page.split_whitespace().collect();
    let elsewhere = "not seen: Kustomization flux-system/gateway-api of GitRepository gateway-api";
    assert!(words.join(" ").contains(elsewhere), "{page}");
    assert_eq!(said(&with("main@sha1:5f2a8c1d")).0, Some(3));
    assert_eq!(findings(folder.path()), [("repository/other-revision".to_owned(), String::new())]);
}

#[test]
fn without_a_checkout_nothing_is_said_and_a_wrong_one_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &[]).status.code(), Some(3));
    assert_eq!(findings(folder.path()), [("repository/not-given".to_owned(), String::new())]);
    let output = run(folder.path(), &["--repo", "nowhere"]);
    assert_eq!(output.status.code(), Some(3));
    let page = String::from_utf8_lossy(&output.stdout);
    let words: Vec<&str> = page.split_whitespace().collect();
    assert!(words.join(" ").contains("give --repo the root"), "{page}");
}

#[test]
fn nothing_of_a_cluster_is_asked_for_or_permitted() {
    let folder = tempfile::tempdir().unwrap();
    let doctor = said(&signoff(folder.path(), &["doctor", SUITE, "--repo", CHECKOUT]));
    let well = format!(
        "nothing of a cluster is used\n\ncheckout\n  ok           {CHECKOUT}\n\nnothing keeps a run from judging\n"
    );
    assert_eq!(doctor, (Some(0), well));
    let (code, without) = said(&signoff(folder.path(), &["doctor", SUITE]));
    assert_eq!(code, Some(3), "{without}");
    assert!(without.contains("missing      none was given") && without.contains("1 thing keeps"), "{without}");
    let (code, wrong) = said(&signoff(folder.path(), &["doctor", SUITE, "--repo", "nowhere"]));
    assert_eq!((code, wrong.starts_with("error: repository nowhere: it is no folder")), (Some(3), true), "{wrong}");
    let rbac = said(&signoff(folder.path(), &["rbac", SUITE]));
    let nothing = format!("# A run of {SUITE} uses nothing of a cluster: nothing has to be permitted.\n");
    assert_eq!(rbac, (Some(0), nothing));
    assert_eq!(said(&signoff(folder.path(), &["sweep", SUITE])), (Some(0), "nothing was left\n".to_owned()));
}

#[test]
fn each_mistake_is_found_at_its_line_and_nothing_else() {
    let mut wrong = Vec::new();
    for mistake in MISTAKES {
        let folder = tempfile::tempdir().unwrap();
        let checkout = folder.path().join("checkout");
        copy(Path::new(CHECKOUT), &checkout);
        let place = make(mistake, &checkout);
        let output = run(folder.path(), &["--repo", checkout.to_str().unwrap()]);
        let found = findings(folder.path());
        let expected = [(format!("repository/{}", mistake.code), place)];
        if found != expected || output.status.code() != Some(1) {
            wrong.push(format!("expected {expected:?}\n   found {found:?}, exit {:?}", output.status.code()));
        }
    }
    assert!(MISTAKES.len() >= 12 && wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn saved_evidence_is_judged_again_without_the_checkout() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["--repo", CHECKOUT]);
    let latest = folder.path().join("reports/latest");
    let judge = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
        command.arg("judge").arg(&latest).args(more).output().unwrap()
    };
    assert_eq!(judge(&[]).status.code(), Some(0));
    let elsewhere = judge(&["--var", "entry=clusters/other"]);
    assert_eq!(elsewhere.status.code(), Some(1), "{}", String::from_utf8_lossy(&elsewhere.stdout));
}
