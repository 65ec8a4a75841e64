//! The whole program against an API server that never answers, and against none: exit codes, signals, and a report in any case.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus};

const SUITE: &str = "
story: 6-1
title: Deploy it
deadline: 5m
criteria:
  - {id: AC1, text: it is there, bullets: [{id: AC1.1, text: CRDs}, {id: AC1.2, text: more, unproven: it is to come}]}
checks:
  - {id: crds, sentence: the CRDs are served, criteria: [AC1.1], within: 2m, expect: {crds: CRDS}}
  - {id: later, sentence: more CRDs are served, criteria: [AC1.1], needs: [crds], expect: {crds: CRDS}}
";

/// A folder with a suite, and a kubeconfig of an API server that takes connections and says nothing.
struct Place {
    folder: tempfile::TempDir,
    _silent: TcpListener,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let crds = "{group: operator.victoriametrics.com, version: v1beta1, kinds: [VMSingle]}";
        fs::write(folder.path().join("s.yaml"), SUITE.replace("CRDS", crds)).unwrap();
        let config = format!(
            "{{apiVersion: v1, kind: Config, current-context: c, contexts: [{{name: c, context: {{cluster: c, user: u}}}}], \
             clusters: [{{name: c, cluster: {{server: 'http://{}'}}}}], users: [{{name: u, user: {{}}}}]}}",
            silent.local_addr().unwrap()
        );
        fs::write(folder.path().join("kubeconfig"), config).unwrap();
        Self { folder, _silent: silent }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
        command.args(arguments).current_dir(self.folder.path());
        command.env("KUBECONFIG", self.folder.path().join("kubeconfig")).env_remove("SIGNOFF_REPORTS");
        command
    }

    fn ends(&self, arguments: &[&str]) -> (Option<i32>, Output) {
        let output = self.command(arguments).output().unwrap();
        (output.status.code(), output)
    }

    /// What a Pod would show of the run that has ended.
    fn last_words(&self) -> String {
        fs::read_to_string(self.folder.path().join("last-words")).unwrap()
    }

    fn latest(&self) -> PathBuf {
        self.folder.path().join("reports/latest")
    }

    /// Starts a run and waits until its first look has begun.
    fn start(&self) -> Child {
        let mut command = self.command(&["run", "s.yaml", "--junit", "copy.xml", "--termination-log", "last-words"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        let journal = self.latest().join("events.jsonl");
        while !fs::read_to_string(&journal).is_ok_and(|text| text.contains("check_started")) {
            assert!(begun.elapsed() < Duration::from_secs(20), "no look began");
            std::thread::sleep(Duration::from_millis(20));
        }
        child
    }
}

fn send(signal: &str, child: &Child) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

fn cases(file: &Path) -> Vec<TestCase> {
    let report = Report::deserialize_from_str(&fs::read_to_string(file).unwrap()).unwrap();
    report.test_suites.into_iter().flat_map(|suite| suite.test_cases).collect()
}

/// The message of a case that must be an error.
fn error(case: &TestCase) -> &str {
    match &case.status {
        TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, message: Some(message), .. } => message,
        other => panic!("{}: {other:?}", case.name.as_str()),
    }
}

#[test]
fn a_termination_ends_with_143_and_a_whole_report() {
    let place = Place::new();
    let mut child = place.start();
    send("-TERM", &child);
    let lines: Vec<String> = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(lines.last().unwrap(), "exit 143: terminated");
    let cases = cases(&place.latest().join("junit.xml"));
    let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names, ["AC1.1::crds", "AC1.1::later", "AC1.2::unproven"]);
    assert_eq!(error(&cases[0]), "interrupted by SIGTERM during its first look");
    assert_eq!(error(&cases[1]), "interrupted by SIGTERM before its first look");
    let words = place.last_words();
    assert!(words.starts_with("exit 143: terminated\n6-1, run "), "{words}");
    assert!(words.contains("\nAC1.1 inconclusive: crds: interrupted by SIGTERM during its first look\n"), "{words}");
}

#[test]
fn an_interruption_ends_with_130() {
    let place = Place::new();
    let mut child = place.start();
    send("-INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_kill_leaves_a_valid_report_and_a_journal_that_renders_again() {
    let place = Place::new();
    let mut child = place.start();
    send("-KILL", &child);
    child.wait().unwrap();
    for file in [place.latest().join("junit.xml"), place.folder.path().join("copy.xml")] {
        let cases = cases(&file);
        assert_eq!(cases.len(), 3, "{}", file.display());
        assert!(error(&cases[0]).starts_with("not finished: "));
    }
    let words = place.last_words();
    assert!(words.starts_with("exit 3: ") && words.contains("\nnot finished: the run was killed"), "{words}");
    // The last line torn, as when the kill comes in the middle of a write.
    let journal = place.latest().join("events.jsonl");
    let text = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, format!("{text}{{\"at\":\"2026-")).unwrap();
    let (code, output) = place.ends(&["report", "latest", "--junit", "again.xml"]);
    assert_eq!(code, Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is torn"));
    let again = cases(&place.folder.path().join("again.xml"));
    assert_eq!(error(&again[0]), "not finished: the run was cut short during its first look");
}

#[test]
fn without_a_cluster_every_check_is_an_error_that_says_so() {
    let place = Place::new();
    let (code, output) = place.ends(&["run", "s.yaml", "--kubeconfig", "absent"]);
    assert_eq!(code, Some(3));
    let cases = cases(&place.latest().join("junit.xml"));
    assert!(error(&cases[0]).contains("absent"), "{}", error(&cases[0]));
    assert!(matches!(cases[1].status, TestCaseStatus::Skipped { .. }), "what needs it is blocked");
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.contains("\n1 errored, 1 blocked, 1 unproven in "), "{page}");
}

#[test]
fn the_deadline_of_the_run_can_be_given() {
    let place = Place::new();
    let (code, _) = place.ends(&["run", "s.yaml", "--deadline", "300ms"]);
    assert_eq!(code, Some(3));
    assert!(error(&cases(&place.latest().join("junit.xml"))[0]).contains("deadline of the whole run"));
}

#[test]
fn what_the_caller_must_set_right_ends_with_2_and_starts_nothing() {
    let place = Place::new();
    fs::write(place.folder.path().join("wrong.yaml"), "story: 1\nchecks: []\n").unwrap();
    for arguments in [
        &["run", "wrong.yaml"][..],
        &["run", "absent.yaml"],
        &["run", "s.yaml", "--deadline", "5"],
        &["run", "s.yaml", "--junit", "no/such/folder.xml"],
        &["run"],
        &["lint", "s.yaml", "wrong.yaml"],
        &["explain", "flux-capacitor"],
        &["report", "nothing"],
    ] {
        assert_eq!(place.ends(arguments).0, Some(2), "{arguments:?}");
    }
    assert!(!place.latest().exists());
}

#[test]
fn what_ends_before_the_run_leaves_its_reason_too() {
    let place = Place::new();
    fs::write(place.folder.path().join("wrong.yaml"), "story: 1\nchecks: []\n").unwrap();
    for (arguments, begins) in [
        (&["wrong.yaml"][..], "exit 2: the suite or the arguments are wrong\nerror: missing key `title`\n"),
        (&["s.yaml", "AC9"], "exit 4: nothing was selected\n"),
    ] {
        let mut command = place.command(&["run", "--termination-log", "last-words"]);
        assert!(!command.args(arguments).output().unwrap().status.success());
        assert!(place.last_words().starts_with(begins), "{}", place.last_words());
    }
}

#[test]
fn a_report_that_cannot_be_published_changes_no_verdict_and_is_said() {
    let place = Place::new();
    let arguments = ["run", "s.yaml", "--deadline", "300ms", "--publish=acceptance", "--termination-log", "last-words"];
    let (code, output) = place.ends(&arguments);
    assert_eq!(code, Some(3));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("\nnot published: no answer from the Kubernetes API at http://127.0.0.1:"), "{told}");
    assert!(place.last_words().contains("\nnot published: no answer from "), "{}", place.last_words());
}

#[test]
fn a_filter_that_selects_nothing_ends_with_4() {
    let place = Place::new();
    assert_eq!(place.ends(&["run", "s.yaml", "AC9"]).0, Some(4));
    assert_eq!(place.ends(&["run", "s.yaml", "--skip", "AC1"]).0, Some(4));
    assert!(!place.latest().exists());
}

#[test]
fn listing_and_explaining_need_no_cluster() {
    let place = Place::new();
    let (code, output) = place.ends(&["run", "s.yaml", "crds", "--list"]);
    assert_eq!(
        (code, String::from_utf8(output.stdout).unwrap().as_str()),
        (Some(0), "AC1.1::crds: test\n\n1 test, 0 benchmarks\n")
    );
    for arguments in [&["schema"][..], &["explain"], &["explain", "crds"], &["list", "s.yaml", "--criteria"]] {
        let (code, output) = place.ends(arguments);
        assert_eq!(code, Some(0), "{arguments:?}");
        assert!(!output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_revision_is_what_the_suites_variable_wants() {
    let place = Place::new();
    let path = place.folder.path().join("s.yaml");
    let without = fs::read_to_string(&path).unwrap();
    let told = |arguments: &[&str]| {
        let (code, output) = place.ends(&[&["run", "s.yaml", "--revision", "main@sha1:4f2a"], arguments].concat());
        (code, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, note) = told(&["--list"]);
    assert_eq!(code, Some(0));
    assert!(note.contains("note: --revision is told in the report alone: s.yaml has no variable `revision`"), "{note}");
    let with = without
        .replace("deadline: 5m", "deadline: 5m\nvariables: {revision: ''}")
        .replace("it is there", "at ${revision}");
    fs::write(&path, with).unwrap();
    let (code, note) = told(&["--deadline", "1s"]);
    assert!(code == Some(3) && !note.contains("note:"), "{note}");
    let journal = fs::read_to_string(place.latest().join("events.jsonl")).unwrap();
    assert!(journal.contains("at main@sha1:4f2a"), "{journal}");
    assert_eq!(told(&["--list", "--var", "revision=main@sha1:4f2a"]), (Some(0), String::new()));
    let (code, refused) = told(&["--list", "--var", "revision=main@sha1:0000"]);
    assert_eq!(code, Some(2));
    assert!(refused.contains("give one of them, or the same twice"), "{refused}");
}
