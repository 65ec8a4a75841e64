//! Routes of literal configurations. The receivers without unknown labels are those that amtool v0.29 names
//! (`amtool config routes test --config.file=F LABEL=VALUE...`).

use super::*;

const RECEIVERS: &str = "receivers: [{name: default}, {name: a}, {name: b}, {name: c}]\n";

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Receivers of an alert with exactly these names of labels in play, joined by commas.
fn leads(routes: &str, pairs: &[(&str, &str)]) -> String {
    let config = format!("route:\n  receiver: default\n  routes:\n{routes}\n{RECEIVERS}");
    let routing = Routing::read(&config).unwrap();
    routing.receivers_of(&labels(pairs)).into_iter().collect::<Vec<_>>().join(",")
}

#[test]
fn without_a_child_that_matches_the_root_is_meant() {
    let routes = "  - {receiver: a, matchers: ['x=\"1\"']}";
    assert_eq!(leads(routes, &[("x", "1")]), "a");
    assert_eq!(leads(routes, &[("x", "2")]), "default");
    assert_eq!(leads("", &[("x", "2")]), "default");
}

#[test]
fn every_kind_of_matcher_is_understood() {
    for (matcher, holds) in [
        (r#"x="1""#, true),
        (r#"x="2""#, false),
        (r#"x!="1""#, false),
        (r#"x!="2""#, true),
        (r#"x=~"1|2""#, true),
        (r#"x=~"[0-9]+""#, true),
        (r#"x!~"1|2""#, false),
        (r#"x!~"3""#, true),
        ("x=1", true),
        (" x = 1 ", true),
        (r#"{x="1",y!="1"}"#, true),
        (r#"{x="1", y="1",}"#, false),
        (r#""x"="1""#, true),
    ] {
        let routes = format!("  - receiver: a\n    matchers: ['{matcher}']");
        let expected = if holds { "a" } else { "default" };
        assert_eq!(leads(&routes, &[("x", "1"), ("y", "2")]), expected, "{matcher}");
    }
}

#[test]
fn a_pattern_must_match_the_whole_value() {
    assert_eq!(leads("  - {receiver: a, matchers: ['x=~\"li\"']}", &[("x", "deliver")]), "default");
    assert_eq!(leads("  - {receiver: a, matchers: ['x=~\"d|deliv\"']}", &[("x", "deliver")]), "default");
    assert_eq!(leads("  - {receiver: a, match_re: {x: 'de.*|no'}}", &[("x", "deliver")]), "a");
}

#[test]
fn the_old_keys_count_beside_the_new_one() {
    let routes = "  - receiver: a\n    match: {x: \"1\"}\n    match_re: {y: \"2|3\"}\n    matchers: ['z!=\"4\"']";
    assert_eq!(leads(routes, &[("x", "1"), ("y", "3"), ("z", "5")]), "a");
    assert_eq!(leads(routes, &[("x", "1"), ("y", "3"), ("z", "4")]), "default");
    assert_eq!(leads(routes, &[("x", "1"), ("y", "4"), ("z", "5")]), "default");
    assert_eq!(leads(routes, &[("x", "2"), ("y", "3"), ("z", "5")]), "default");
}

#[test]
fn all_matchers_of_a_route_must_hold_and_none_holds_always() {
    let routes = "  - {receiver: a, matchers: ['x=\"1\"', 'y=\"2\"']}\n  - {receiver: b}";
    assert_eq!(leads(routes, &[("x", "1"), ("y", "2")]), "a");
    assert_eq!(leads(routes, &[("x", "1"), ("y", "3")]), "b");
}

#[test]
fn the_first_child_that_matches_ends_the_search_unless_it_continues() {
    let routes = |goes_on: bool| {
        format!(
            "  - {{receiver: a, matchers: ['x=\"1\"'], continue: {goes_on}}}\n  - {{receiver: b, matchers: ['x=~\"1|2\"']}}\n  - {{receiver: c}}"
        )
    };
    assert_eq!(leads(&routes(false), &[("x", "1")]), "a");
    assert_eq!(leads(&routes(true), &[("x", "1")]), "a,b");
    assert_eq!(leads(&routes(true), &[("x", "2")]), "b");
    assert_eq!(leads(&routes(true), &[("x", "3")]), "c");
}

#[test]
fn a_last_child_that_continues_does_not_bring_the_root_back() {
    assert_eq!(leads("  - {receiver: a, matchers: ['x=\"1\"'], continue: true}", &[("x", "1")]), "a");
}

#[test]
fn a_nested_route_wins_over_its_parent_and_inherits_its_receiver() {
    let routes = "  - receiver: a\n    matchers: ['x=\"1\"']\n    routes:\n    - {matchers: ['y=\"1\"'], receiver: b}\n    - {matchers: ['y=\"2\"']}\n  - {receiver: c}";
    assert_eq!(leads(routes, &[("x", "1"), ("y", "1")]), "b");
    assert_eq!(leads(routes, &[("x", "1"), ("y", "2")]), "a");
    assert_eq!(leads(routes, &[("x", "1"), ("y", "3")]), "a");
    assert_eq!(leads(routes, &[("x", "2"), ("y", "1")]), "c");
}

#[test]
fn a_nested_continue_stays_in_its_branch() {
    let routes = "  - receiver: a\n    matchers: ['x=\"1\"']\n    routes:\n    - {receiver: b, matchers: ['y=\"1\"'], continue: true}\n  - {receiver: c}";
    assert_eq!(leads(routes, &[("x", "1"), ("y", "1")]), "b");
}

#[test]
fn a_condition_on_a_label_that_is_not_known_may_hold_or_not() {
    let routes = "  - {receiver: a, matchers: ['team=\"x\"']}\n  - {receiver: b, matchers: ['x=\"1\"']}";
    assert_eq!(leads(routes, &[("x", "1")]), "a,b");
    assert_eq!(leads(routes, &[("x", "1"), ("team", "x")]), "a");
    assert_eq!(leads(routes, &[("x", "1"), ("team", "")]), "b");
    assert_eq!(leads(routes, &[("x", "2")]), "a,default");
}

#[test]
fn behind_a_certain_match_nothing_unknown_counts() {
    let routes = "  - {receiver: a, matchers: ['x=\"1\"']}\n  - {receiver: b, matchers: ['team=\"x\"']}";
    assert_eq!(leads(routes, &[("x", "1")]), "a");
    let nested =
        "  - receiver: a\n    matchers: ['x=\"1\"']\n    routes:\n    - {receiver: b, matchers: ['team=\"x\"']}";
    assert_eq!(leads(nested, &[("x", "1")]), "a,b");
}

#[test]
fn a_known_condition_that_fails_beats_one_that_is_not_known() {
    assert_eq!(leads("  - {receiver: a, matchers: ['team=\"x\"', 'x=\"2\"']}", &[("x", "1")]), "default");
}

#[test]
fn quotes_commas_and_escapes_in_values_are_read() {
    let value = "a,\"b\"\\c\nd";
    let routes = r#"  - receiver: a
    matchers: ['x="a,\"b\"\\c\nd"']"#;
    assert_eq!(leads(routes, &[("x", value)]), "a");
    assert_eq!(leads("  - {receiver: a, matchers: ['x=a\\d']}", &[("x", "a\\d")]), "a");
}

#[test]
fn what_cannot_be_read_is_refused_and_not_passed_over() {
    let read = |matcher: &str| {
        let config = format!("route:\n  receiver: default\n  routes:\n  - {{receiver: a, matchers: ['{matcher}']}}\n");
        Routing::read(&config).unwrap_err()
    };
    assert_eq!(read("x"), "the matcher x cannot be read");
    assert_eq!(read("=1"), "the matcher =1 cannot be read");
    assert_eq!(read("x=\"1"), "the matcher x=\"1 cannot be read");
    assert_eq!(read("x=1\"2"), "the matcher x=1\"2 cannot be read");
    assert!(read("x=~\"(\"").starts_with("the pattern of label x cannot be read"));
    assert!(Routing::read("receivers: []").unwrap_err().contains("no route"));
    assert!(Routing::read("route: {}").unwrap_err().contains("no receiver"));
    assert!(Routing::read("route: [").is_err());
}

#[test]
fn integrations_are_counted_by_type() {
    let config = "route: {receiver: a}\nreceivers:\n- name: a\n  webhook_configs: [{url: <secret>}, {url: <secret>}]\n  email_configs: [{to: x}]\n- name: b\n- name: c\n  webhook_configs: []\n";
    let routing = Routing::read(config).unwrap();
    let counted = routing.integrations_of("a").unwrap();
    assert_eq!((counted["webhook"], counted["email"], counted.len()), (2, 1, 2));
    assert!(routing.integrations_of("b").unwrap().is_empty());
    assert!(routing.integrations_of("c").unwrap().is_empty());
    assert!(routing.integrations_of("d").is_none());
}

#[test]
fn a_route_with_intervals_is_told_and_its_children_do_not_have_them() {
    let resting = |routes: &str, pairs: &[(&str, &str)]| {
        let config = format!("route:\n  receiver: default\n  routes:\n{routes}\n{RECEIVERS}");
        let routing = Routing::read(&config).unwrap();
        let told = |(receiver, when): (&str, &Resting)| format!("{receiver} {when}");
        routing.resting_of(&labels(pairs)).into_iter().map(told).collect::<Vec<_>>()
    };
    let muted = "  - {receiver: a, matchers: ['x=\"1\"'], mute_time_intervals: [nights, weekends]}";
    assert_eq!(resting(muted, &[("x", "1")]), ["a muted during nights, weekends"]);
    assert!(resting(muted, &[("x", "2")]).is_empty());
    assert_eq!(resting(muted, &[]), ["a muted during nights, weekends"], "it may be meant");
    let active = "  - {receiver: a, active_time_intervals: [office], mute_time_intervals: [lunch]}";
    assert_eq!(resting(active, &[]), ["a muted during lunch and muted but for office"]);
    let child = "  - {receiver: a, mute_time_intervals: [nights], routes: [{receiver: b, matchers: ['x=\"1\"']}]}";
    assert!(resting(child, &[("x", "1")]).is_empty());
    assert_eq!(resting(child, &[("x", "2")]), ["a muted during nights"]);
    assert!(resting("  - {receiver: a, mute_time_intervals: []}", &[]).is_empty());
}
