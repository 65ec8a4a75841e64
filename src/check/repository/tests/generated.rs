//! What kustomize makes of files and literals, under which name.

use super::*;

/// What is found where a Kustomization substitutes from `vars`, which `folders` make.
fn with(folders: &[(&str, &str)], variable: &str) -> Vec<String> {
    let top = ks("a", "x", "  postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}\n");
    let config = format!("{CONFIG}  a: ${{{variable}}}\n");
    let files = [("base/ks.yaml", top.as_str()), ("x/c.yaml", config.as_str())];
    found(SOURCE, &[&files[..], folders].concat())
}

const UNHASHED: &str = "generatorOptions: {disableNameSuffixHash: true}\n";

#[test]
fn who_changes_a_generated_object_decides_of_its_name_and_adds_to_it() {
    let base = |options: &str| {
        format!(
            "resources: [ks.yaml]\n{options}configMapGenerator: [{{name: vars, namespace: flux-system, literals: [A=1]}}]\n"
        )
    };
    let overlay = |behavior: &str, options: &str| {
        let generator = format!("{{name: vars, namespace: flux-system, behavior: {behavior}, literals: [B=2]}}");
        format!("resources: [../base]\n{options}configMapGenerator: [{generator}]\n")
    };
    let both = |base: &str, overlay: &str, variable: &str| {
        with(&[("base/kustomization.yaml", base), ("e/kustomization.yaml", overlay)], variable)
    };
    assert_eq!(both(&base(""), &overlay("merge", UNHASHED), "A"), ["pass"]);
    assert_eq!(both(&base(""), &overlay("merge", UNHASHED), "B"), ["pass"]);
    assert_eq!(both(&base(""), &overlay("replace", UNHASHED), "A"), ["unknown-variable x/c.yaml:5:6"]);
    assert_eq!(both(&base(UNHASHED), &overlay("merge", ""), "A"), ["no-variables base/ks.yaml:9:56"]);
}

#[test]
fn what_tells_kustomize_of_more_names_may_stand_above() {
    let base = "resources: [ks.yaml]\nconfigMapGenerator: [{name: vars, namespace: flux-system, literals: [A=1]}]\n";
    let above = |more: &str| {
        let overlay = format!("resources: [../base]\n{more}");
        with(&[("base/kustomization.yaml", base), ("e/kustomization.yaml", &overlay)], "A")
    };
    assert_eq!(above("configurations: [names.yaml]\n"), ["pass"]);
    assert_eq!(above(""), ["no-variables base/ks.yaml:9:56"]);
}
