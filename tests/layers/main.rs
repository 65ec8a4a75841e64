//! The directions of imports: what looks, what judges, what reports and the sandbox stay strangers where they must.

mod rules;
mod scan;

use std::fs;
use std::path::Path;

use rules::{Code, violations};

/// Every source file of the package.
fn package() -> Code {
    let mut code = Code::default();
    read(Path::new("src"), &mut code);
    code
}

fn read(folder: &Path, code: &mut Code) {
    for entry in fs::read_dir(folder).expect("the package has its sources") {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            code.add(&path.display().to_string(), &fs::read_to_string(&path).unwrap());
        }
    }
}

/// What breaks the rules when `text` is added to a small sound package.
fn with(path: &str, text: &str) -> Vec<String> {
    let mut code = Code::default();
    code.add("src/check/expectation.rs", "kinds! { Crds(super::crds::Crds), Query(super::query::Query), }");
    code.add("src/check/crds.rs", "use super::verdict::Verdict; use crate::connect::Resource;");
    code.add("src/main.rs", "use signoff::{cli, sandbox};");
    code.add(path, text);
    violations(&code)
}

#[test]
fn the_package_keeps_its_directions() {
    let broken = violations(&package());
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn the_kinds_of_the_package_are_found() {
    let kinds = package().kinds();
    for kind in ["crds", "workload", "query"] {
        assert!(kinds.iter().any(|found| found == kind), "{kind} is not among {kinds:?}");
    }
}

#[test]
fn a_verdict_that_knows_a_network_is_found() {
    for text in ["use tokio::time;", "fn f() { reqwest::get(x) }", "use {serde::Serialize, kube::Client};"] {
        assert_eq!(with("src/check/verdict.rs", text).len(), 1, "{text}");
        assert_eq!(with("src/report/junit.rs", text).len(), 1, "{text}");
    }
}

#[test]
fn a_kind_that_imports_another_is_found() {
    for text in ["use super::crds::Spec;", "use crate::check::{query, crds};", "mod tests { use super::super::crds; }"]
    {
        assert_eq!(with("src/check/query.rs", text).len(), 1, "{text}");
    }
    assert_eq!(with("src/check/query/judge.rs", "use super::super::crds::Crds;").len(), 1);
    assert!(with("src/check/query/judge.rs", "use super::Spec; use crate::check::query::Observation;").is_empty());
}

#[test]
fn a_report_that_knows_a_kind_is_found() {
    assert_eq!(with("src/report/html.rs", "use crate::{record::Run, check::crds::Observation};").len(), 1);
    assert!(with("src/report/html.rs", "use crate::check::verdict::Verdict;").is_empty());
}

#[test]
fn a_sandbox_that_shares_code_with_the_rest_is_found() {
    assert_eq!(with("src/sandbox/node.rs", "use crate::connect::Endpoint;").len(), 1);
    assert_eq!(with("src/sandbox/node.rs", "use super::super::units::Duration;").len(), 1);
    assert_eq!(with("src/run.rs", "use crate::sandbox::Sandbox;").len(), 1);
    assert!(with("src/sandbox/node.rs", "use crate::sandbox::api; use super::operator;").is_empty());
    assert!(with("src/cli.rs", "use crate::sandbox::Sandbox;").is_empty());
}

#[test]
fn an_import_against_the_flow_is_found() {
    assert_eq!(with("src/run.rs", "use crate::cli::Arguments;").len(), 1);
    assert_eq!(with("src/suite/rules.rs", "use crate::plan::Plan;").len(), 1);
    assert_eq!(with("src/check/crds.rs", "use crate::suite::Suite;").len(), 1);
}

#[test]
fn words_in_comments_and_texts_are_no_imports() {
    let text = r##"
        //! tokio is not used here, /* nor kube */
        /* crate::cli /* nested */ reqwest */
        const A: &str = "use \"tokio\"::time; // kube";
        const B: &str = r#"crate::cli "reqwest""#;
        const C: [char; 2] = ['"', '\''];
        fn f<'a>(x: &'a str) -> &'a str { x }
    "##;
    assert_eq!(with("src/check/verdict.rs", text), Vec::<String>::new());
}
