//! Health checks of objects without conditions.

use super::*;

const SINGLE: &str =
    "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMSingle\nmetadata: {name: s, namespace: x}\n";
const EXPRS: &str = "  healthCheckExprs:\n    - apiVersion: operator.victoriametrics.com/v1\n      kind: VMSingle\n      \
    current: status.updateStatus == 'operational'\n";

fn with(more: &str) -> Vec<String> {
    found(SOURCE, &[("e/ks.yaml", &ks("a", "app", more)), ("app/s.yaml", SINGLE)])
}

fn listed(check: &str) -> String {
    format!("  healthChecks:\n    - {check}\n{EXPRS}")
}

#[test]
fn an_object_is_awaited_with_all_or_by_its_own_name() {
    assert_eq!(with(&format!("  wait: true\n{EXPRS}")), ["pass"]);
    let check = "{apiVersion: operator.victoriametrics.com/v1beta1, kind: VMSingle, name: s, namespace: x}";
    assert_eq!(with(&listed(check)), ["pass"]);
    for (from, to) in
        [("name: s,", "name: t,"), (", namespace: x", ""), ("operator.vict", "vict"), ("VMSingle", "VMAgent")]
    {
        assert_eq!(with(&listed(&check.replace(from, to))), ["blind-health e/ks.yaml:9:3"], "{from}");
    }
    // Nobody waits at all.
    assert_eq!(with(""), ["blind-health e/ks.yaml:4:1"]);
    assert_eq!(with("  wait: false\n"), ["blind-health e/ks.yaml:9:3"]);
    assert_eq!(with(EXPRS), ["idle-health e/ks.yaml:9:3"]);
    let other = found(SOURCE, &[("e/ks.yaml", &ks("a", "app", "  wait: false\n")), ("app/c.yaml", CONFIG)]);
    assert_eq!(other, ["pass"]);
}

#[test]
fn an_expression_reads_the_status_of_that_group_and_kind() {
    let wait = |exprs: &str| with(&format!("  wait: true\n{exprs}"));
    assert_eq!(wait(""), ["blind-health e/ks.yaml:9:3"]);
    assert_eq!(wait(&EXPRS.replace("operator.victoriametrics.com", "example.com")), ["blind-health e/ks.yaml:9:3"]);
    assert_eq!(wait(&EXPRS.replace("VMSingle", "VMAgent")), ["blind-health e/ks.yaml:9:3"]);
    let constant = EXPRS.replace("status.updateStatus == 'operational'", "'true'");
    assert_eq!(wait(&constant), ["blind-health e/ks.yaml:13:16"]);
}
