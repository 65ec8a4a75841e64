use super::*;

fn texts(expression: &str) -> Vec<(String, Need)> {
    let found = selectors(expression).unwrap_or_else(|| panic!("{expression} cannot be read"));
    found.into_iter().map(|(selector, need)| (selector.text, need)).collect()
}

fn needed(expression: &str) -> Vec<String> {
    texts(expression).into_iter().filter(|(_, need)| *need == Need::Series).map(|(text, _)| text).collect()
}

#[test]
fn selectors_are_found_wherever_they_stand() {
    assert_eq!(needed("up == 0"), ["up"]);
    assert_eq!(
        needed(r#"kube_node_status_condition{condition="Ready",status="true"} == 0"#),
        [r#"kube_node_status_condition{condition="Ready",status="true"}"#]
    );
    assert_eq!(needed("(a_total - b_total) / a_total > 0.9"), ["a_total", "b_total", "a_total"]);
    assert_eq!(needed(r#"{job="x",__name__=~"a.*"}[5m]"#), [r#"{job="x",__name__=~"a.*"}"#]);
    assert_eq!(needed("# no metric here\nrate(x[1h:5m] offset 1d) @ end() # nor here"), ["x"]);
    assert_eq!(needed("node:cpu:rate5m{a='b'}"), ["node:cpu:rate5m{a='b'}"]);
}

#[test]
fn functions_aggregates_label_lists_and_numbers_are_no_selectors() {
    assert_eq!(needed("sum by (controller, x) (rate(errs[10m])) > 0"), ["errs"]);
    assert_eq!(needed("sum(errs) without(pod) > 1e3"), ["errs"]);
    assert_eq!(needed("count by(a)(m) * on(a) group_left(b) n"), ["m", "n"]);
    assert_eq!(needed("topk(5, m) > inf"), ["m"]);
    assert_eq!(needed("m > bool 0x1F + 5m - NaN"), ["m"]);
    assert_eq!(needed("quantile_over_time(0.9, m[1h]) keep_metric_names"), ["m"]);
    assert_eq!(needed(r#"label_replace(m, "a", "$1", "b", "(up).*{}")"#), ["m"]);
    assert!(needed("vector(time()) < 5").is_empty());
    assert_eq!(needed("byte_total / without_x"), ["byte_total", "without_x"]);
}

#[test]
fn a_brace_or_quote_within_a_string_ends_nothing() {
    assert_eq!(needed(r#"m{a="}\"{",b=~'x}y'}"#), [r#"m{a="}\"{",b=~'x}y'}"#]);
}

#[test]
fn what_may_be_absent_is_not_needed() {
    assert!(needed("absent(up{job=\"x\"})").is_empty());
    assert!(needed("absent_over_time(up[5m])").is_empty());
    assert_eq!(needed("a unless b"), ["a"]);
    assert_eq!(needed("a unless on(x) (b > 1) and c"), ["a", "c"]);
    assert_eq!(needed("a ifnot b"), ["a"]);
}

#[test]
fn one_side_of_an_or_is_enough() {
    assert_eq!(texts("a or b"), [("a".to_owned(), Need::OneOf(1)), ("b".to_owned(), Need::OneOf(1))]);
    let found = texts("(a or b) and c");
    assert_eq!(found[2], ("c".to_owned(), Need::Series));
    assert_eq!(found[0].1, Need::OneOf(1));
    assert_eq!(texts("a or absent(b)")[1].1, Need::Nothing);
}

#[test]
fn matchers_and_metric_are_told() {
    let (selector, _) = selectors(r#"m{a="b", c!~"d.*",}"#).unwrap().remove(0);
    assert_eq!(selector.metric.as_deref(), Some("m"));
    let matcher = |name: &str, operator: &str, value: &str| (name.to_owned(), operator.to_owned(), value.to_owned());
    assert_eq!(selector.matchers, [matcher("a", "=", "\"b\""), matcher("c", "!~", "\"d.*\"")]);
    let metric = |text: &str| selectors(text).unwrap().remove(0).0.metric;
    assert_eq!(metric(r#"{__name__="m"}"#).as_deref(), Some("m"));
    assert_eq!(metric(r#"{"odd.name"}"#).as_deref(), Some("odd.name"));
    assert_eq!(selectors(r#"m{a="b" or c="d"}"#).unwrap()[0].0.matchers.len(), 2);
}

#[test]
fn what_cannot_be_read_is_not_guessed() {
    for broken in ["m{a=\"b", "m{a=b}", "sum(m", "m)", "rate(m[5m", "WITH (x = m) x", "\"open"] {
        assert_eq!(selectors(broken), None, "{broken}");
    }
}
