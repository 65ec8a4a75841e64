//! What a valid suite becomes, and that its schema says the same.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

const SUITE: &str = r#"# yaml-language-server: $schema=suite.schema.json
story: 6-1
title: Stack on ${cluster}
variables:
  namespace: observability
  cluster: infra
  unused: 1
criteria:
  - id: AC1
    text: uses $${CLUSTER_NAME}
    unproven: the flux kind is still to come
  - id: AC2
    text: metrics are queryable
    bullets:
      - {id: AC2.1, text: "it answers"}
checks:
  - id: answers
    sentence: storage in ${namespace} answers
    criteria: [AC2.1, AC2]
    within: 1m
    hint: look into ${namespace}
    expect:
      query: {endpoint: {namespace: ${namespace}, service: "vm-${cluster}", port: 8428}, query: up}
  - id: answers-again
    sentence: storage still answers
    criteria: [AC2.1]
    needs: [answers]
    expect:
      query:
        endpoint: {namespace: ${namespace}, service: vm, port: http}
        query: sum(up{job=~"a|b"}) > 0
"#;

fn read_with(text: &str, variables: &[(&str, &str)]) -> Result<Suite, Error> {
    let variables: Vec<_> = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    parse("suites/s.yaml", text.as_bytes(), &variables)
}

fn suite(variables: &[(&str, &str)]) -> Suite {
    read_with(SUITE, variables).unwrap_or_else(|error| panic!("{error}"))
}

fn expectation(suite: &Suite, check: usize) -> Value {
    serde_json::to_value(&suite.checks[check].expectation).unwrap()
}

#[test]
fn checks_know_their_line_and_times() {
    let suite = suite(&[]);
    let lines: Vec<_> = suite.checks.iter().map(|check| (check.card.id.as_str(), check.card.line)).collect();
    assert_eq!(lines, [("answers", 17), ("answers-again", 24)]);
    let times: Vec<_> = suite.checks.iter().map(|check| check.within.as_secs()).collect();
    assert_eq!(times, [60, 30]);
    assert_eq!(suite.deadline, Duration::from_secs(900));
    assert_eq!(suite.checks[0].card.trial(), "AC2.1::answers");
}

#[test]
fn bullets_stand_behind_their_criterion_with_their_checks() {
    let suite = suite(&[]);
    let criteria: Vec<_> = suite.criteria.iter().map(|one| (one.id.as_str(), one.line, one.checks.join(" "))).collect();
    let expected = [("AC1", 9, ""), ("AC2", 12, "answers"), ("AC2.1", 15, "answers answers-again")];
    assert_eq!(criteria, expected.map(|(id, line, checks)| (id, line, checks.to_owned())));
    assert_eq!(suite.criteria[2].parent.as_deref(), Some("AC2"));
    let why = Unproven::Open { reason: "the flux kind is still to come".to_owned() };
    assert_eq!(suite.criteria[0].unproven, Some(why));
}

#[test]
fn variables_are_filled_in_everywhere_and_a_doubled_dollar_is_one() {
    let suite = suite(&[("namespace", "monitoring"), ("namespace", "metrics")]);
    assert_eq!(suite.id.title, "Stack on infra");
    assert_eq!(suite.criteria[0].text, "uses ${CLUSTER_NAME}");
    assert_eq!(suite.checks[0].card.sentence, "storage in metrics answers");
    assert_eq!(suite.checks[0].card.hint.as_deref(), Some("look into metrics"));
    let endpoint = &expectation(&suite, 0)["query"]["endpoint"];
    assert_eq!(*endpoint, serde_json::json!({"namespace": "metrics", "service": "vm-infra", "port": "8428"}));
    assert_eq!(suite.id.variables[0], ("namespace".to_owned(), "metrics".to_owned()));
}

#[test]
fn a_value_cannot_change_the_documents_structure() {
    let suite = suite(&[("namespace", "x}, evil: {y"), ("cluster", "a: b # \"c\"\n- d")]);
    assert_eq!(expectation(&suite, 0)["query"]["endpoint"]["namespace"], "x}, evil: {y");
    assert_eq!(suite.id.title, "Stack on a: b # \"c\"\n- d");
}

#[test]
fn an_unused_variable_is_a_warning_at_its_line() {
    let suite = suite(&[]);
    let expected = "\
warning: variable `unused` is never used
 --> suites/s.yaml:7:3
  |
7 |   unused: 1
  |   ^^^^^^
  = write `${unused}` where its value belongs, or remove it
";
    assert_eq!(suite.warnings, [expected]);
}

#[test]
fn the_digest_changes_with_a_byte_and_with_a_variable() {
    let digests = [
        suite(&[]).id.digest,
        suite(&[("cluster", "apps")]).id.digest,
        read_with(&format!("{SUITE}# more\n"), &[]).map(|suite| suite.id.digest).unwrap_or_default(),
    ];
    assert!(digests.iter().all(|digest| digest.len() == 64 && digest.chars().all(|c| c.is_ascii_hexdigit())));
    assert_ne!(digests[0], digests[1]);
    assert_ne!(digests[0], digests[2]);
    assert_eq!(suite(&[("cluster", "infra")]).id.digest, digests[0], "a given default is the same suite");
}

#[test]
fn a_default_time_fits_into_a_short_run() {
    let suite =
        read_with(&SUITE.replace("title:", "deadline: 5s\ntitle:").replace("    within: 1m\n", ""), &[]).unwrap();
    assert_eq!(suite.checks[0].within, Duration::from_secs(5));
}

#[test]
fn anchors_aliases_and_merges_are_plain_yaml() {
    let text = SUITE.replace(
        "endpoint: {namespace: ${namespace}, service: vm, port: http}",
        "endpoint: &vm\n          {namespace: ${namespace}, service: vm, port: http}",
    ) + "  - id: third\n    sentence: as before\n    criteria: [AC2.1]\n    expect:\n      query: {endpoint: *vm, query: up}\n";
    let suite = read_with(&text, &[]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(expectation(&suite, 2)["query"]["endpoint"], expectation(&suite, 1)["query"]["endpoint"]);
}

#[test]
fn a_byte_order_mark_is_not_a_part_of_the_first_key() {
    assert!(read_with(&format!("\u{feff}{SUITE}"), &[]).is_ok());
}

#[test]
fn a_file_that_is_not_there_is_refused_by_its_name() {
    let error = read(Path::new("suites/nope.yaml"), &[]).map(|_| ()).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("error: the suite cannot be read: "), "{text}");
    assert!(text.contains(" --> suites/nope.yaml\n"), "{text}");
}

#[test]
fn the_schema_describes_every_key_and_allows_no_other() {
    let schema = schema();
    let check = &schema["$defs"]["CheckEntry"];
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(check["additionalProperties"], false);
    assert_eq!(check["required"], serde_json::json!(["id", "sentence", "criteria", "expect"]));
    assert_eq!(schema["required"], serde_json::json!(["story", "title", "criteria", "checks"]));
    for object in [&schema, check, &schema["$defs"]["CriterionEntry"], &schema["$defs"]["BulletEntry"]] {
        for (key, property) in object["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "`{key}` has no description");
        }
    }
}

#[test]
fn the_schema_knows_every_kind() {
    let schema = schema();
    let kinds: Vec<_> = crate::check::expectation::PAGES.iter().map(|(name, _)| *name).collect();
    let variants = schema["$defs"]["Expectation"]["oneOf"].as_array().unwrap();
    let named: Vec<_> = variants.iter().map(|variant| variant["required"][0].as_str().unwrap()).collect();
    assert_eq!(named, kinds);
    assert!(variants.iter().all(|variant| variant["additionalProperties"] == false));
}

proptest! {
    /// However long a value, whatever stands before: an error behind it is where it is in the file.
    #[test]
    fn a_value_moves_no_error(value in "\\PC{0,40}", before in "[a-zäß監\u{1f600} ]{0,12}") {
        let line = format!("    sentence: \"{before}${{cluster}}${{namespace}} ${{oops}}\"");
        let text = SUITE.replace("    sentence: storage in ${namespace} answers", &line);
        let error = read_with(&text, &[("cluster", &value)]).map(|_| ()).unwrap_err().to_string();
        let column = line.chars().count() - "${oops}\"".len() + 1;
        let place = format!(" --> suites/s.yaml:18:{column}\n");
        prop_assert!(error.contains(&place), "{error}\n{place}");
        prop_assert!(error.ends_with("1 problem"));
    }

    /// No file makes the reader panic, whatever bytes are in it.
    #[test]
    fn any_bytes_are_read_or_refused(
        at in 0..SUITE.len(),
        bytes in proptest::collection::vec(any::<u8>(), 0..6),
        cut in 0..20usize,
    ) {
        let mut text = SUITE.as_bytes().to_vec();
        text.splice(at..(at + cut).min(SUITE.len()), bytes);
        if let Err(error) = parse("s.yaml", &text, &[]) {
            prop_assert!(error.problems > 0 && error.to_string().contains("--> s.yaml"));
        }
    }
}
