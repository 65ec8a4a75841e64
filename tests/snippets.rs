//! The snippet of every kind's page is a whole check: it is read as it stands, it holds on the sandbox, and it asks the API
//! for exactly what its kind declares. No kind takes damaged evidence for good.

#[cfg(feature = "sandbox")]
#[path = "snippets/asked.rs"]
mod asked;
#[cfg(feature = "sandbox")]
mod common;
#[path = "snippets/damaged.rs"]
mod damaged;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
#[cfg(feature = "sandbox")]
use std::process::Command;

use regex::Regex;
use signoff::check::expectation::PAGES;
#[cfg(feature = "sandbox")]
use signoff::event::{Event, What};
#[cfg(feature = "sandbox")]
use signoff::plan::{Filter, Plan};
use signoff::suite::{self, Suite};

/// As whom the snippets are run, so that their requests are known in the audit log.
#[cfg(feature = "sandbox")]
const ASKER: &str = "system:serviceaccount:default:snippets";

/// The one snippet of a page.
fn snippet(kind: &str, page: &'static str) -> &'static str {
    let blocks: Vec<_> = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [snippet] = blocks[..] else { panic!("the page of {kind} has {} snippets, not one", blocks.len()) };
    snippet
}

/// A suite of these checks, with just the criteria that they name.
fn suite_of(snippets: &[&str]) -> String {
    let checks = snippets.concat();
    let bullet = Regex::new(r"\b(AC\d+)\.\d+\b").unwrap();
    let mut criteria: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for found in bullet.captures_iter(&checks) {
        criteria.entry(found.get(1).unwrap().as_str()).or_default().insert(found.get(0).unwrap().as_str());
    }
    let mut text = "story: pages\ntitle: The snippets of the pages\ndeadline: 10m\ncriteria:\n".to_owned();
    for (top, bullets) in criteria {
        let bullets: Vec<_> = bullets.iter().map(|id| format!("{{id: {id}, text: a bullet}}")).collect();
        writeln!(text, "  - {{id: {top}, text: a criterion, bullets: [{}]}}", bullets.join(", ")).unwrap();
    }
    text.push_str("checks:\n");
    text.extend(checks.lines().map(|line| format!("  {line}\n")));
    text
}

fn parsed(text: &str) -> Suite {
    suite::parse("snippets.yaml", text.as_bytes(), &[]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn the_snippet_of_every_page_is_a_whole_check_of_its_kind() {
    for (kind, page) in PAGES {
        let suite = parsed(&suite_of(&[snippet(kind, page)]));
        let kinds: Vec<_> = suite.checks.iter().map(|check| check.expectation.kind()).collect();
        assert_eq!(kinds, [*kind]);
        assert!(suite.warnings.is_empty(), "{kind}: {:?}", suite.warnings);
    }
}

#[cfg(feature = "sandbox")]
#[tokio::test]
async fn every_snippet_holds_on_the_sandbox() {
    let Some(sandbox) = common::sandbox().await else { return };
    let snippets: Vec<_> = PAGES.iter().map(|(kind, page)| snippet(kind, page)).collect();
    let text = suite_of(&snippets);
    let count = parsed(&text).checks.len();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snippets.yaml");
    std::fs::write(&file, &text).unwrap();
    let doctor = Command::new(env!("CARGO_BIN_EXE_signoff"))
        .arg("doctor")
        .arg(&file)
        .arg("--kubeconfig")
        .arg(&sandbox.kubeconfig)
        .args(["--repo", "tests/repository/checkout"])
        .output()
        .unwrap();
    assert_eq!(doctor.status.code(), Some(0), "{}", String::from_utf8_lossy(&doctor.stdout));
    let mut run = common::run(&sandbox, folder.path(), &file);
    let output = run.args(["--as", ASKER, "--repo", "tests/repository/checkout"]).output().unwrap();
    let asked = asked::by(ASKER, sandbox.folder().unwrap());
    let journal = std::fs::read_to_string(folder.path().join("reports/latest/events.jsonl")).unwrap();
    sandbox.stop().await;
    let page = String::from_utf8_lossy(&output.stdout);
    // On a machine that is busy with other things the sender can be late, and then nothing is said about the system.
    let lagged = page.contains("\n  latency/sender-lagged\n");
    let (code, passed) = if lagged { (3, count - 1) } else { (0, count) };
    assert_eq!(output.status.code(), Some(code), "{page}");
    assert!(page.contains(&format!("{passed} passed")), "{page}");
    let all: BTreeSet<String> = parsed(&text).checks.into_iter().map(|check| check.card.id).collect();
    assert_eq!(naming(&journal), all, "every kind tells which objects it has judged");
    if lagged {
        eprintln!("LEFT OUT: the latency of the queries was not judged, since this machine is too busy");
    }
    assert!(asked.len() > PAGES.len(), "{asked:#?}");
    let plan = Plan::new(suite::read(&file, &[]).unwrap_or_else(|error| panic!("{error}")), &Filter::default());
    assert_eq!(asked::differences(&plan, &asked), Vec::<String>::new());
    asked::must_differ(&plan, &asked);
}

/// The checks of a run that told which objects they judged.
#[cfg(feature = "sandbox")]
fn naming(journal: &str) -> BTreeSet<String> {
    let events = journal.lines().map(|line| serde_json::from_str::<Event>(line).unwrap());
    let named = events.filter_map(|event| match event.what {
        What::Identified { check, objects } if !objects.is_empty() => Some(check),
        _ => None,
    });
    named.collect()
}
