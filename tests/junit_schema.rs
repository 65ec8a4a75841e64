//! The JUnit of real runs is valid against its schema: of a green one, of a red one, and of one that was killed.

#![cfg(feature = "sandbox")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use quick_junit::Report;
use signoff::sandbox::binaries::{cache, debian};

const SUITE: &str = "
story: 6-1
title: Deploy it
criteria:
  - {id: AC1, text: it is there, bullets: [{id: AC1.1, text: CRDs}, {id: AC1.2, text: more, unproven: to come}]}
  - {id: AC2, text: it answers}
checks:
  - id: crds
    sentence: the CRDs are served
    criteria: [AC1.1]
    expect: {crds: {group: operator.victoriametrics.com, version: v1beta1, kinds: [VMSingle]}}
  - id: answers
    sentence: it answers & is \"<fresh>\"
    criteria: [AC1.1, AC2]
    needs: [crds]
    within: 4s
    hint: an answer alone proves nothing
    expect:
      query:
        endpoint: {namespace: observability, service: vmsingle-vmsingle, port: http}
        query: 'min(up{job=\"vmsingle-vmsingle\"}) by (job)'
        value: {equals: EQUALS}
        fresh_by: 'up{job=\"vmsingle-vmsingle\"}'
        newest_sample: 10m
  - id: later
    sentence: it is blocked where it does not answer
    criteria: [AC2]
    needs: [answers]
    expect: {crds: {group: operator.victoriametrics.com, version: v1beta1, kinds: [VMAgent]}}
";

/// A program that validates, and the folders of its libraries.
struct Xmllint {
    program: PathBuf,
    libraries: Vec<PathBuf>,
}

impl Xmllint {
    /// The machine's own one, else one out of Debian packages that are unpacked privately; `None`, loudly, without either.
    async fn find() -> Option<Self> {
        let mut found = Self { program: "xmllint".into(), libraries: Vec::new() };
        let mut missing = found.missing();
        if missing.is_some()
            && let Err(error) = found.unpack("libxml2-utils").await
        {
            eprintln!("LEFT OUT: there is no xmllint, nothing was validated: {error:#}");
            return None;
        }
        // It needs its own library, and that one whatever the release has of ICU.
        for _ in 0..3 {
            missing = found.missing();
            let Some(text) = &missing else { return Some(found) };
            let icu = text.split("libicuuc.so.").nth(1).and_then(|rest| rest.split(':').next());
            let package = icu.map_or("libxml2".to_owned(), |number| format!("libicu{number}"));
            if let Err(error) = found.unpack(&package).await {
                eprintln!("{package} cannot be had: {error:#}");
                break;
            }
        }
        eprintln!("LEFT OUT: xmllint does not start, nothing was validated: {}", missing.unwrap_or_default());
        None
    }

    async fn unpack(&mut self, package: &str) -> anyhow::Result<()> {
        let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
        let suite = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
        let progress = |text: &str| eprintln!("{text}");
        let suite = suite.unwrap_or(debian::DEFAULT_SUITE);
        let unpacked = debian::unpack(package, suite, &cache::root()?, &progress).await?;
        let program = unpacked.folder.join("usr/bin/xmllint");
        if program.is_file() {
            self.program = program;
        }
        let libraries = fs::read_dir(unpacked.folder.join("usr/lib")).into_iter().flatten().flatten();
        self.libraries.extend(libraries.map(|entry| entry.path()).filter(|path| path.is_dir()));
        Ok(())
    }

    /// Why it does not start.
    fn missing(&self) -> Option<String> {
        match self.command().arg("--version").output() {
            Ok(output) if output.status.success() => None,
            Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
            Err(error) => Some(error.to_string()),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        if !self.libraries.is_empty() {
            command.env("LD_LIBRARY_PATH", std::env::join_paths(&self.libraries).unwrap());
        }
        command
    }

    fn validate(&self, name: &str, file: &Path) {
        let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/junit.xsd");
        let output = self.command().arg("--noout").arg("--schema").arg(schema).arg(file).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A folder with the suite, whose query must give this value.
fn place(equals: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let suite = folder.path().join("suite.yaml");
    fs::write(&suite, SUITE.replace("EQUALS", equals)).unwrap();
    (folder, suite)
}

fn counts(file: &Path) -> [usize; 4] {
    let report = Report::deserialize_from_str(&fs::read_to_string(file).unwrap()).unwrap();
    [report.tests, report.failures, report.errors, report.skipped]
}

#[tokio::test]
async fn the_junit_of_green_red_and_killed_runs_is_valid() {
    let Some(xmllint) = Xmllint::find().await else { return };
    let Some(sandbox) = common::sandbox().await else { return };
    // The tests, failures, errors and skipped ones: `answers` is a case of both criteria, AC1.2 is allowed to be unproven.
    for (name, equals, code, expected) in [("green", "1", 0, [5, 0, 0, 1]), ("red", "7", 1, [5, 2, 0, 2])] {
        let (folder, suite) = place(equals);
        let output = common::run(&sandbox, folder.path(), &suite).arg("--allow-unproven").output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{name}: {}", String::from_utf8_lossy(&output.stdout));
        let junit = folder.path().join("reports/latest/junit.xml");
        xmllint.validate(name, &junit);
        assert_eq!(counts(&junit), expected, "{name}");
    }
    let (folder, suite) = place("7");
    let mut command = common::run(&sandbox, folder.path(), &suite);
    let mut child = command.arg("--allow-unproven").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let reports = folder.path().join("reports/latest");
    let begun = Instant::now();
    while !fs::read_to_string(reports.join("events.jsonl"))
        .is_ok_and(|text| text.contains("\"looked\":{\"check\":\"answers\""))
    {
        assert!(begun.elapsed() < Duration::from_secs(30), "`answers` was never looked at");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    sandbox.stop().await;
    xmllint.validate("killed", &reports.join("junit.xml"));
    let [tests, failures, errors, skipped] = counts(&reports.join("junit.xml"));
    assert_eq!((tests, failures, skipped), (5, 0, 1), "what was not finished is there, and no verdict is made up");
    assert_eq!(errors, 3, "the two cases of `answers`, and `later`");
}
