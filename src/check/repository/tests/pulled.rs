//! Versions of what is pulled, and fields that are set.

use super::*;

fn object(kind: &str, spec: &str) -> String {
    let group = if kind == "HelmRelease" { "helm.toolkit.fluxcd.io/v2" } else { "source.toolkit.fluxcd.io/v1" };
    format!("apiVersion: {group}\nkind: {kind}\nmetadata: {{name: o, namespace: x}}\nspec:\n  interval: 1h\n{spec}")
}

#[test]
fn a_suite_may_want_everything_pinned() {
    let given = "given: [HelmRepository/h]\n";
    let judge = |text: &str| {
        let files = [("e/o.yaml", text)];
        [found(given, &files), found(&format!("{given}pinned: true\n"), &files)].map(|found| found.join(" "))
    };
    let release = |version: &str| {
        let source = "sourceRef: {kind: HelmRepository, name: h}";
        object("HelmRelease", &format!("  chart:\n    spec: {{chart: c, {source}{version}}}\n"))
    };
    assert_eq!(judge(&release(", version: 1.2.3")), ["pass", "pass"]);
    assert_eq!(judge(&release("")), ["pass", "no-version e/o.yaml:7:5"]);
    assert_eq!(judge(&release(", version: 1.x")), ["pass", "no-version e/o.yaml:7:66"]);
    assert_eq!(judge(&release(", version: '${V}'")), ["pass", "pass"]);
    let git = |more: &str| object("GitRepository", &format!("  url: https://example.com/g\n{more}"));
    assert_eq!(judge(&git("  ref: {branch: main}\n")), ["pass", "pass"]);
    assert_eq!(judge(&git("")), ["pass", "no-version e/o.yaml:4:1"]);
    let oci =
        |reference: &str| object("OCIRepository", &format!("  url: oci://example.com/o\n  ref: {{{reference}}}\n"));
    assert_eq!(judge(&oci("tag: 1.2.3")), ["pass", "pass"]);
    assert_eq!(judge(&oci("digest: 'sha256:00'")), ["pass", "pass"]);
    assert_eq!(judge(&oci("semver: '>=1'")), ["pass", "no-version e/o.yaml:7:9"]);
    assert_eq!(judge(&oci("")), ["no-version e/o.yaml:7:3", "no-version e/o.yaml:7:3"]);
}

#[test]
fn a_field_is_set_or_not_and_one_object_or_item_may_be_enough() {
    let rule = |name: &str, alerts: &str| {
        format!(
            "---\napiVersion: v1\nkind: Thing\nmetadata: {{name: {name}}}\nspec:\n  args: {{a.b: c}}\n  rules: [{alerts}]\n"
        )
    };
    let two = rule("one", "{alert: A}, {alert: B}") + &rule("two", "{alert: W}");
    let judge = |demand: &str| found(&format!("demands: [{{kind: Thing, {demand}}}]\n"), &[("e/r.yaml", &two)]);
    assert_eq!(judge("any: true, fields: {spec.rules.alert: W}"), ["pass"]);
    assert_eq!(judge("any: true, fields: {spec.rules.alert: V}"), ["other-value e/r.yaml:7:19"]);
    assert_eq!(judge("only: [one], fields: {spec.rules.alert: B}"), ["pass"]);
    assert_eq!(judge("fields: {spec.rules.alert: W}"), ["other-value e/r.yaml:7:19"]);
    assert_eq!(judge("only: [one], fields: {'spec.args[a.b]': {set: true}}"), ["pass"]);
    assert_eq!(judge("only: [one], fields: {'spec.args[a.b]': {set: false}}"), ["other-value e/r.yaml:6:15"]);
    assert_eq!(judge("only: [one], fields: {'spec.args[a.c]': {set: false}}"), ["pass"]);
    assert_eq!(judge("only: [one], fields: {'spec.args[a.c]': {set: true}}"), ["no-value e/r.yaml:6:3"]);
    assert_eq!(judge("only: [three], fields: {spec.rules.alert: {set: false}}"), ["no-object"]);
    let wrong = crate::check::yaml::parse::<Spec>("entries: [e]\ndemands: [{kind: T, fields: {a: {sett: true}}}]\n");
    assert!(wrong.is_err());
    for (text, is_one) in [("2.7", true), ("v2.7.5", true), ("2", false), ("two", false)] {
        assert_eq!(crate::check::yaml::parse::<Spec>(&format!("entries: [e]\nflux: '{text}'\n")).is_ok(), is_one);
    }
}
