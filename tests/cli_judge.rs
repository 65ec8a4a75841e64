//! The verbs that look back: a run against a small API server, then judged again, shown and summed up without any cluster.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

const SUITE: &str = "
story: 6-1
title: Deploy it
variables: {restarts: 2, name: x}
criteria:
  - {id: AC1, text: it runs, bullets: [{id: AC1.1, text: the pods are sound}]}
checks:
  - id: runs
    sentence: x has rolled out
    criteria: [AC1.1]
    within: 2s
    expect: {workload: {kind: StatefulSet, namespace: o, name: \"${name}\", restarts: {at_most: ${restarts}}}}
";

/// The same with a second check behind the first.
fn two(story: &str) -> String {
    let (head, check) = SUITE.split_once("checks:\n").unwrap();
    let second = check.replace("id: runs", "id: again").replace("    within: 2s", "    needs: [runs]\n    within: 2s");
    let second = second.replace("${restarts}", "9");
    format!("{}checks:\n{check}{second}", head.replace("6-1", story))
}

const REVISION: &str = "main@sha1:4f2a17c09d1b6e3358aa21f70c9be8d6b1c20a55";

/// What the API server answers: a StatefulSet with one pod that was restarted once, and a source of Flux.
fn answer(path: &str, revisions: &Revisions) -> Option<Value> {
    let set = json!({
        "metadata": {"name": "x", "namespace": "o", "uid": "u-1", "generation": 3, "resourceVersion": "41"},
        "spec": {"replicas": 1, "serviceName": "x", "selector": {"matchLabels": {"app": "x"}},
            "template": {"metadata": {"labels": {"app": "x"}}}},
        "status": {"observedGeneration": 3, "replicas": 1, "readyReplicas": 1, "updatedReplicas": 1, "currentReplicas": 1,
            "availableReplicas": 1, "currentRevision": "x-1", "updateRevision": "x-1"},
    });
    let ready = json!({"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-25T01:00:00Z"});
    let container = json!({"name": "c", "image": "example.org/x:v1", "imageID": "example.org/x@sha256:77aa", "ready": true,
        "started": true, "restartCount": 1, "state": {"running": {"startedAt": "2026-11-25T01:00:00Z"}}});
    let pod = json!({
        "metadata": {"name": "x-0", "namespace": "o", "resourceVersion": "42",
            "labels": {"app": "x", "controller-revision-hash": "x-1"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "x", "uid": "u-1", "controller": true}]},
        "spec": {"containers": [{"name": "c", "image": "example.org/x:v1"}]},
        "status": {"phase": "Running", "conditions": [ready], "containerStatuses": [container]},
    });
    Some(match path.split('?').next()? {
        "/version" => json!({"major": "1", "minor": "34", "gitVersion": "v1.34.4"}),
        "/api/v1/namespaces/kube-system" => json!({"metadata": {"name": "kube-system", "uid": "uid-of-the-cluster"}}),
        "/apis/apps/v1/namespaces/o/statefulsets/x" => set,
        "/api/v1/namespaces/o/pods" => json!({"kind": "PodList", "metadata": {}, "items": [pod]}),
        "/apis/source.toolkit.fluxcd.io/v1/gitrepositories" => json!({"metadata": {}, "items": [source(revisions)]}),
        _ => return None,
    })
}

/// What the source of Flux is at, one time of asking after the other; the last stays.
type Revisions = Arc<Mutex<Vec<String>>>;

fn source(revisions: &Revisions) -> Value {
    let mut revisions = revisions.lock().unwrap();
    let now = if revisions.len() > 1 { revisions.remove(0) } else { revisions[0].clone() };
    json!({"metadata": {"namespace": "flux-system", "name": "infra"}, "status": {"artifact": {"revision": now}}})
}

fn serve(stream: TcpStream, revisions: &Revisions) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line.trim().is_empty() {
                break;
            }
            lines.push(line);
        }
        let path = lines.first()?.split(' ').nth(1)?.to_owned();
        let (status, kind, body) = match answer(&path, revisions) {
            Some(value) => (200, "application/json", value.to_string()),
            None if path.contains("helmreleases") => {
                let words = json!({"kind": "Status", "message": "signoff cannot list helmreleases", "code": 403});
                (403, "application/json", words.to_string())
            }
            None => (404, "text/plain", "404 page not found".to_owned()),
        };
        let length = body.len();
        write!(stream, "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}").ok()?;
    }
}

/// A folder with a suite that ran once.
struct Place(tempfile::TempDir, Revisions);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap(), Revisions::new(Mutex::new(vec![REVISION.to_owned()])));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let config = format!(
            "{{apiVersion: v1, kind: Config, current-context: c, contexts: [{{name: c, context: {{cluster: c, user: u}}}}], \
             clusters: [{{name: c, cluster: {{server: 'http://{}'}}}}], users: [{{name: u, user: {{}}}}]}}",
            listener.local_addr().unwrap()
        );
        let revisions = place.1.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let revisions = revisions.clone();
                std::thread::spawn(move || serve(stream, &revisions));
            }
        });
        place.write("kubeconfig", &config);
        place.write("s.yaml", SUITE);
        assert_eq!(place.ends(&["run", "s.yaml", "--kubeconfig", "kubeconfig"]).0, Some(0));
        place
    }

    /// Runs on the small API server.
    fn run(&self, arguments: &[&str]) -> Option<i32> {
        self.ends(&[&["run", "--kubeconfig", "kubeconfig"], arguments].concat()).0
    }

    /// How `show` ends for a revision, and what it prints.
    fn shows(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let (code, output) = self.ends(&[&["show", "--revision"], arguments].concat());
        (code, out(&output))
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    fn ends(&self, arguments: &[&str]) -> (Option<i32>, Output) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
        command.args(arguments).current_dir(self.0.path()).env("KUBECONFIG", "absent").env_remove("SIGNOFF_REPORTS");
        let output = command.output().unwrap();
        (output.status.code(), output)
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_same_suite_gives_the_same_report_byte_for_byte() {
    let place = Place::new();
    for format in ["json", "markdown", "junit", "page"] {
        let (code, report) = place.ends(&["report", "latest", "--format", format]);
        let (again, judged) = place.ends(&["judge", "latest", "--format", format]);
        assert_eq!((code, again), (Some(0), Some(0)), "{format}: {}", said(&judged));
        assert_eq!(out(&judged), out(&report), "{format}");
        let (_, with_file) = place.ends(&["judge", "latest", "s.yaml", "--format", format]);
        assert_eq!(out(&with_file), out(&report), "{format}");
    }
}

#[test]
fn a_stricter_limit_is_judged_on_what_was_seen_and_the_run_is_left_as_it_is() {
    let place = Place::new();
    let files = ["reports/latest/summary.md", "reports/latest/junit.xml", "reports/latest/suite.yaml"];
    let before = files.map(|file| place.read(file));
    let (code, output) = place.ends(&["judge", "latest", "--var", "restarts=0", "--junit", "again.xml"]);
    assert_eq!(code, Some(1), "{}", out(&output));
    assert!(out(&output).contains("restarts_of_one_container = 1 (limit 0)"), "{}", out(&output));
    assert!(said(&output).contains("note: AC1.1::runs was: passed; now: "), "{}", said(&output));
    assert!(place.read("again.xml").contains("failures=\"1\""));
    assert_eq!(files.map(|file| place.read(file)), before);
}

#[test]
fn what_was_not_asked_is_not_judged() {
    let place = Place::new();
    let (code, output) = place.ends(&["judge", "latest", "--var", "name=y"]);
    assert_eq!(code, Some(3));
    assert!(out(&output).contains("judge/other-question"), "{}", out(&output));
    place.write("edited.yaml", &SUITE.replace("id: runs", "id: newer"));
    let (code, output) = place.ends(&["judge", "latest", "edited.yaml"]);
    assert_eq!(code, Some(3));
    assert!(out(&output).contains("judge/no-evidence"), "{}", out(&output));
    fs::remove_file(place.path("reports/latest/evidence/runs.json")).unwrap();
    assert_eq!(place.ends(&["judge", "latest"]).0, Some(3), "without evidence nothing is green");
}

#[test]
fn what_the_caller_must_set_right_ends_with_2() {
    let place = Place::new();
    for arguments in [
        &["judge", "nothing"][..],
        &["judge", "latest", "absent.yaml"],
        &["judge", "latest", "--var", "nope=1"],
        &["show", "--revision", ""],
        &["show", "--reports", "absent"],
    ] {
        assert_eq!(place.ends(arguments).0, Some(2), "{arguments:?}");
    }
    fs::remove_file(place.path("reports/latest/suite.yaml")).unwrap();
    let (code, output) = place.ends(&["judge", "latest"]);
    assert_eq!(code, Some(2));
    assert!(said(&output).contains("holds no suite.yaml"), "{}", said(&output));
    assert_eq!(place.ends(&["judge", "latest", "s.yaml"]).0, Some(0), "its digest is the run's");
}

#[test]
fn the_summary_tells_what_was_judged_and_where() {
    let place = Place::new();
    let summary = place.read("reports/latest/summary.md");
    assert_eq!(out(&place.ends(&["report", "latest", "--format", "markdown"]).1), summary);
    for part in [
        "# Deploy it\n\n**proven** (exit 0): 1 passed in ",
        "restarts_of_one_container = 1 (limit 2) | [runs](evidence/runs.json) |\n",
        "| kube-system uid | uid-of-the-cluster |\n",
        "| server version | v1.34.4 |\n",
        &format!("| GitRepository flux-system/infra | {REVISION} |\n"),
        "| OCIRepository | its CRD is not installed |\n",
        "| HelmRelease | not permitted to list helmreleases.helm.toolkit.fluxcd.io in the whole cluster: ",
        "| StatefulSet o/x | generation 3; resourceVersion 41 |\n",
        "| Pod o/x-0 | resourceVersion 42; c: example.org/x:v1 (example.org/x@sha256:77aa) |\n",
    ] {
        assert!(summary.contains(part), "{part} is not in\n{summary}");
    }
}

#[test]
fn a_revision_leads_to_its_runs() {
    let place = Place::new();
    assert_eq!(place.ends(&["run", "s.yaml", "--kubeconfig", "kubeconfig", "--var", "restarts=0"]).0, Some(1));
    let (code, all) = place.ends(&["show"]);
    assert_eq!((code, out(&all).matches("6-1  exit ").count()), (Some(0), 2), "{}", out(&all));
    for wanted in [REVISION, "main@sha1:4f2a", "4f2a17c0"] {
        let (code, found) = place.ends(&["show", "--revision", wanted]);
        assert_eq!(code, Some(1), "the newest run decides");
        assert_eq!(out(&found).matches(REVISION).count(), 2, "{}", out(&found));
    }
    let (code, none) = place.ends(&["show", "--revision", "main@sha1:0000"]);
    assert_eq!((code, out(&none).as_str()), (Some(4), ""));
    place.write("reports/latest/events.jsonl", "{}\n");
    let (_, output) = place.ends(&["show"]);
    assert!(said(&output).contains("is left out"), "{}", said(&output));
    assert_eq!(out(&output).matches("6-1  exit ").count(), 1, "one that cannot be read hides no other");
}

#[test]
fn a_revision_that_moves_during_a_run_is_proven_by_it_neither_before_nor_after() {
    let place = Place::new();
    let (before, after) = ("main@sha1:aaaa0001", "main@sha1:bbbb0002");
    *place.1.lock().unwrap() = vec![before.to_owned(), after.to_owned()];
    assert_eq!(place.run(&["s.yaml"]), Some(3));
    let told = format!("GitRepository flux-system/infra was at {before}, then at {after}");
    for format in ["json", "markdown", "junit", "page"] {
        let report = out(&place.ends(&["report", "latest", "--format", format]).1);
        assert!(report.contains("aaaa0001") && report.contains("bbbb0002"), "{report}");
        assert_eq!(out(&place.ends(&["judge", "latest", "--format", format]).1), report, "{format}");
    }
    let summary = place.read("reports/latest/summary.md");
    assert!(summary.contains(&told) && summary.contains("(exit 3)"), "{summary}");
    let junit = place.read("reports/latest/junit.xml");
    assert!(junit.contains("run::one-revision") && junit.contains("errors=\"1\""), "{junit}");
    let (code, shown) = place.shows(&["bbbb0002"]);
    assert!(code == Some(3) && shown.contains(&told), "{shown}");
    assert_eq!(place.shows(&["aaaa0001"]), (Some(4), String::new()));
    assert_eq!(place.run(&["s.yaml"]), Some(0), "by now it stands still");
    assert_eq!(place.shows(&["bbbb0002"]).0, Some(0));
    *place.1.lock().unwrap() = vec![after.to_owned(), before.to_owned()];
    assert_eq!(place.run(&["s.yaml", "--var", "restarts=0"]), Some(1), "what failed stays failed");
}

#[test]
fn neither_a_part_nor_another_story_takes_a_red_run_away() {
    let place = Place::new();
    place.write("two.yaml", &two("6-1"));
    place.write("other.yaml", &two("6-2"));
    assert_eq!(place.run(&["two.yaml", "--var", "restarts=0"]), Some(1));
    assert_eq!(place.run(&["two.yaml", "--skip", "again"]), Some(0));
    assert_eq!(place.run(&["other.yaml"]), Some(0));
    let (code, shown) = place.shows(&[REVISION]);
    assert_eq!(code, Some(1), "{shown}");
    assert_eq!(shown.matches("    does not decide: a filter left checks out\n").count(), 1, "{shown}");
    assert_eq!(shown.matches("    does not decide: a newer run of this story").count(), 1, "{shown}");
    assert_eq!(place.shows(&[REVISION, "--story", "6-2"]).0, Some(0));
    assert_eq!(place.shows(&[REVISION, "--story", "6-1"]).0, Some(1));
    assert_eq!(place.shows(&[REVISION, "--story", "6-3"]), (Some(4), String::new()));
    assert_eq!(place.run(&["two.yaml"]), Some(0));
    assert_eq!(place.shows(&[REVISION]).0, Some(0), "the newest whole run decides");
    place.write("third.yaml", &two("6-4"));
    assert_eq!(place.run(&["third.yaml", "--skip", "again"]), Some(0));
    let (code, output) = place.ends(&["show", "--story", "6-4", "--revision", REVISION]);
    assert_eq!(code, Some(4), "a part alone says nothing");
    assert!(said(&output).contains("no whole run of story 6-4 at revision "), "{}", said(&output));
}

#[test]
fn a_run_that_keeps_going_says_so_and_is_judged_so_again() {
    let place = Place::new();
    place.write("two.yaml", &two("6-1"));
    let blocked = |place: &Place| place.read("reports/latest/junit.xml").contains("blocked by runs");
    assert_eq!(place.run(&["two.yaml", "--var", "restarts=0"]), Some(1));
    assert!(blocked(&place));
    assert_eq!(place.run(&["two.yaml", "--var", "restarts=0", "--keep-going"]), Some(1));
    assert!(!blocked(&place));
    for format in ["json", "markdown", "junit", "page"] {
        let report = out(&place.ends(&["report", "latest", "--format", format]).1);
        assert!(report.contains("keep_going") || report.contains("--keep-going"), "{report}");
        let (code, judged) = place.ends(&["judge", "latest", "--format", format]);
        assert_eq!((code, out(&judged)), (Some(1), report), "{format}");
    }
    assert!(place.read("reports/latest/summary.md").contains("1 failed, 1 passed in"));
}
