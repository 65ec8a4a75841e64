//! Small checkouts, written out.

use super::*;
use crate::check::verdict::Decision;

mod flux;
mod generated;
mod health;
mod names;
mod patches;
mod pulled;
mod secrets;
mod unseen;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn spec(more: &str) -> Spec {
    let mut spec: Spec = crate::check::yaml::parse(&format!("entries: [e]\n{more}")).unwrap();
    spec.given.push(Given { kind: "Namespace".to_owned(), name: "x".to_owned() });
    spec
}

/// The verdict on these files, from evidence as it is saved.
fn judged(more: &str, files: &[(&str, &str)]) -> Verdict {
    let checkout = observe::checkout(folder(files).path()).unwrap();
    let saved = serde_json::to_string(&Observation { checkout: Some(checkout) }).unwrap();
    judge::judge(&spec(more), &serde_json::from_str(&saved).unwrap())
}

/// Codes and places of what is found, or `pass`.
fn found(more: &str, files: &[(&str, &str)]) -> Vec<String> {
    let verdict = judged(more, files);
    let shown = |finding: &crate::check::finding::Finding| {
        let code = finding.code.trim_start_matches("repository/");
        finding.object.as_ref().map_or_else(|| code.to_owned(), |place| format!("{code} {place}"))
    };
    match &verdict.decision {
        Decision::Pass(_) => vec!["pass".to_owned()],
        _ => verdict.findings().iter().map(shown).collect(),
    }
}

/// A Kustomization of Flux with more fields.
fn ks(name: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\n\
         spec:\n  interval: 1h\n  prune: true\n  path: {path}\n  sourceRef: {{kind: GitRepository, name: infra}}\n{more}"
    )
}

const SOURCE: &str = "given: [GitRepository/infra]\n";
const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: x}\ndata:\n";

#[test]
fn nothing_given_and_nothing_found_are_no_pass() {
    let none = judge::judge(&spec(""), &Observation { checkout: None });
    assert!(matches!(&none.decision, Decision::Inconclusive(_)) && none.is_terminal());
    assert_eq!(none.findings()[0].code, "repository/not-given");
    assert_eq!(found("", &[("e/notes.txt", "")]), ["nothing-examined"]);
    assert_eq!(found("", &[("f/a.yaml", CONFIG)]), ["no-entry"]);
}

#[test]
fn a_tree_without_a_kustomization_is_taken_as_a_whole() {
    assert_eq!(found("", &[("e/a/b.yaml", CONFIG)]), ["pass"]);
    assert_eq!(found("", &[("e/b.yaml", CONFIG), ("e/values.yaml", "a: 1\n")]), ["no-manifest e/values.yaml:1:1"]);
    let chosen = ("e/kustomization.yaml", "resources: [b.yaml]\n");
    assert_eq!(found("", &[("e/b.yaml", CONFIG), ("e/values.yaml", "a: 1\n"), chosen]), ["pass"]);
}

#[test]
fn a_folder_below_that_chooses_is_chosen_from() {
    let inner = ("e/in/kustomization.yaml", "resources: [b.yaml]\n");
    assert_eq!(found("", &[inner, ("e/in/b.yaml", CONFIG), ("e/in/x.yaml", "a: 1")]), ["pass"]);
    let both = ("e/kustomization.yaml", "resources: [in, in/b.yaml]\n");
    assert_eq!(found("", &[both, inner, ("e/in/b.yaml", CONFIG)]), ["applied-twice e/in/b.yaml:3:18"]);
}

#[test]
fn what_no_kustomization_chooses_is_applied_by_two() {
    let child = ks("app", "e/app/in", "");
    let files = [
        ("e/ks.yaml", child.as_str()),
        ("e/app/in/kustomization.yaml", "resources: [b.yaml]\n"),
        ("e/app/in/b.yaml", CONFIG),
    ];
    assert_eq!(found(SOURCE, &files), ["applied-twice e/app/in/b.yaml:3:18"]);
}

#[test]
fn a_base_that_two_build_into_two_namespaces_is_no_mistake() {
    let two =
        format!("{}---\n{}", ks("a", "base", "  targetNamespace: a\n"), ks("b", "base", "  targetNamespace: b\n"));
    let files =
        [("e/ks.yaml", two.as_str()), ("base/kustomization.yaml", "resources: [c.yaml]\n"), ("base/c.yaml", CONFIG)];
    assert_eq!(found("given: [GitRepository/infra, Namespace/a, Namespace/b]\n", &files), ["pass"]);
    let same = two.replace("targetNamespace: b", "targetNamespace: a");
    let files = [("e/ks.yaml", same.as_str()), files[1], files[2]];
    let given = "given: [GitRepository/infra, Namespace/a]\n";
    assert_eq!(found(given, &files), ["applied-twice base/c.yaml:3:18"]);
}

#[test]
fn the_kustomization_that_builds_the_entry_is_the_entry() {
    let own = ks("flux-system", "./e", "  postBuild: {substitute: {A: b}}\n");
    let config = format!("{CONFIG}  a: ${{A}} ${{B}}\n");
    let files = [("e/sync.yaml", own.as_str()), ("e/c.yaml", config.as_str())];
    assert_eq!(found(SOURCE, &files), ["unknown-variable e/c.yaml:5:11"]);
}

#[test]
fn a_circle_is_told_at_each_of_its_members() {
    let need = |name: &str| format!("  dependsOn: [{{name: {name}}}]\n");
    let two = format!("{}---\n{}", ks("a", "x", &need("b")), ks("b", "y", &need("a")));
    let files =
        [("e/ks.yaml", two.as_str()), ("x/c.yaml", CONFIG), ("y/c.yaml", &CONFIG.replace("name: c", "name: d"))];
    assert_eq!(found(SOURCE, &files), ["circle e/ks.yaml:9:22", "circle e/ks.yaml:19:22"]);
}

#[test]
fn references_are_substituted_destroyed_or_left() {
    let with = |post: &str, data: &str| {
        let ks = ks("a", "x", post);
        let config = format!("{CONFIG}{data}");
        found(SOURCE, &[("e/ks.yaml", ks.as_str()), ("x/c.yaml", config.as_str())])
    };
    let post = "  postBuild: {substitute: {A: b}}\n";
    assert_eq!(with(post, "  a: ${A} ${B:=x} ${B:-x} $B $1 $${1}\n"), ["pass"]);
    assert_eq!(with(post, "  a: ${1}\n"), ["destroyed-reference x/c.yaml:5:6"]);
    assert_eq!(with(post, "  a: ${a.b}\n"), ["bad-substitution x/c.yaml:5:6"]);
    assert_eq!(with(post, "  a: |\n    one\n    two ${B}\n"), ["unknown-variable x/c.yaml:7:9"]);
    assert_eq!(with("", "  a: ${A} ${1}\n"), ["pass"]);
    let other = format!("{}---\n{}", ks("a", "x", ""), ks("b", "y", post));
    let left = |data: &str| {
        let config = format!("{CONFIG}{data}");
        let files = [
            ("e/ks.yaml", other.as_str()),
            ("x/c.yaml", config.as_str()),
            ("y/d.yaml", &CONFIG.replace("name: c", "name: d")),
        ];
        found(SOURCE, &files)
    };
    assert_eq!(left("  a: ${A}\n"), ["not-substituted x/c.yaml:5:6"]);
    assert_eq!(left("  a: $${A}\n"), ["idle-escape x/c.yaml:5:6"]);
    assert_eq!(left("  a: ${OTHER}\n"), ["pass"]);
}

#[test]
fn variables_come_from_what_is_in_the_repository_or_given() {
    let ks = ks("a", "x", "  postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}\n");
    let config = format!("{CONFIG}  a: ${{A}}\n");
    let files = [("e/ks.yaml", ks.as_str()), ("x/c.yaml", config.as_str())];
    assert_eq!(found(SOURCE, &files), ["no-variables e/ks.yaml:9:56"]);
    let given = "given: [GitRepository/infra, ConfigMap/vars]\n";
    assert_eq!(found(given, &files), ["pass"]);
    assert_eq!(found(&format!("{given}variables: [B]\n"), &files), ["unknown-variable x/c.yaml:5:6"]);
    let made = |more: &str, options: &str| {
        let generator = format!("{{name: vars, namespace: flux-system, literals: [A=1]{options}}}");
        let text = format!("resources: [ks.yaml]\nconfigMapGenerator: [{generator}]\n{more}");
        let verdict = judged(SOURCE, &[files[0], files[1], ("e/kustomization.yaml", &text)]);
        verdict.findings().iter().map(|one| one.hint.clone().unwrap_or_default()).collect::<Vec<_>>()
    };
    let none: [String; 0] = [];
    assert_eq!(made("generatorOptions: {disableNameSuffixHash: true}\n", ""), none);
    assert_eq!(made("", ", options: {disableNameSuffixHash: true}"), none);
    assert_eq!(made("configurations: [names.yaml]\n", ""), none);
    // Flux does not know the hash that kustomize puts behind the name.
    let [hashed] = &made("", "")[..] else { panic!("one finding") };
    assert!(hashed.contains("disableNameSuffixHash"), "{hashed}");
    // A generator cannot take back what all are to do.
    let both = made("generatorOptions: {disableNameSuffixHash: true}\n", ", options: {disableNameSuffixHash: false}");
    assert_eq!(both, none);
}

#[test]
fn a_patch_counts_as_if_it_were_written_in_place() {
    let patch = "patches:\n  - target: {kind: Kustomization}\n    patch: |\n      kind: Kustomization\n      metadata: {name: any}\n      \
        spec: {postBuild: {substitute: {A: b}}}\n";
    let kustomization = format!("resources: [ks.yaml]\n{patch}");
    let (ks, config) = (ks("a", "x", ""), format!("{CONFIG}  a: ${{B}}\n"));
    let files = |kustomization| {
        [("e/kustomization.yaml", kustomization), ("e/ks.yaml", ks.as_str()), ("x/c.yaml", config.as_str())]
    };
    assert_eq!(found(SOURCE, &files(&kustomization)), ["unknown-variable x/c.yaml:5:6"]);
    assert_eq!(found(SOURCE, &files("resources: [ks.yaml]\n")), ["pass"]);
    let operations = kustomization.replace(
        "kind: Kustomization\n      metadata: {name: any}\n      spec:",
        "- {op: add, path: /spec/prune, value:",
    );
    let operations = operations.replace("{postBuild: {substitute: {A: b}}}", "true}");
    assert_eq!(found(SOURCE, &files(&operations)), ["pass"]);
}

#[test]
fn what_a_file_lacks_is_told_at_its_line() {
    let resources = "resources:\n  - b.yaml\n  - ../gone\n  - https://example.com/x?ref=v1\n";
    let files = [("e/kustomization.yaml", resources), ("e/a.yaml", CONFIG)];
    assert_eq!(
        found("", &files),
        ["missing-resource e/kustomization.yaml:2:5", "missing-resource e/kustomization.yaml:3:5"]
    );
    let hints: Vec<_> = judged("", &files).findings().iter().map(|finding| finding.hint.clone().unwrap()).collect();
    assert_eq!(hints[0], "did you mean `a.yaml`?");
    assert_eq!(found("", &[("e/a.yaml", "a: [\n")]).len(), 1);
    assert!(found("", &[("e/a.yaml", "a: [\n")])[0].starts_with("no-yaml e/a.yaml:"));
    let twice = format!("{CONFIG}  a: b\n  a: c\n");
    assert_eq!(found("", &[("e/a.yaml", &twice)]), ["duplicate-key e/a.yaml:6:3"]);
}

#[test]
fn files_are_needed_and_unwanted_by_pattern() {
    let files = [("e/a.yaml", CONFIG), ("docs/b.yml", "")];
    assert_eq!(found("require: ['e/*.yaml']\nforbid: ['e/*.yml']\n", &files), ["pass"]);
    let more = "require: ['e/x/*.yaml']\nforbid: ['**/*.yml']\n";
    assert_eq!(found(more, &files), ["missing-file", "unwanted-file docs/b.yml"]);
    assert_eq!(found("forbid: ['**/*.yml']\nignore: ['docs/**']\n", &files), ["pass"]);
}

#[test]
fn demands_hold_for_the_objects_that_they_name() {
    let files = [("e/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  wait: 60s\n")];
    let demand = |names: &str, field: &str| {
        found(&format!("demands: [{{kind: ConfigMap, {names}fields: {{{field}}}}}]\n"), &files)
    };
    assert_eq!(demand("", "data.wait: 1m"), ["pass"]);
    assert_eq!(demand("", "data.wait: 2m"), ["other-value e/c.yaml:5:9"]);
    assert_eq!(demand("", "data.rest: true"), ["no-value e/c.yaml:4:1"]);
    assert_eq!(demand("except: [c], ", "data.wait: 2m"), ["no-object"]);
    assert_eq!(demand("only: [d], ", "data.wait: 1m"), ["no-object"]);
}

#[test]
fn an_image_is_pinned_by_its_digest_however_it_is_written() {
    let with = |image: &str| {
        let pod = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: c}}\nspec:\n  image: {image}\n");
        found("digests: true\n", &[("e/c.yaml", &pod)])
    };
    assert_eq!(with("a:1@sha256:00"), ["pass"]);
    assert_eq!(with("{repository: a, tag: 1@sha256:00}"), ["pass"]);
    assert_eq!(with("{repository: a, tag: '1', digest: sha256:00}"), ["pass"]);
    assert_eq!(with("a:1"), ["no-digest e/c.yaml:5:10"]);
    assert_eq!(with("{repository: a, tag: '1'}"), ["no-digest e/c.yaml:5:11"]);
}

#[test]
fn alertmanagers_configuration_is_made_by_somebody() {
    let manager = "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMAlertmanager\nmetadata: {name: a}\nspec:\n  \
        configSecret: s\n";
    let with = |more: &str, secret: &str| found(more, &[("e/a.yaml", manager), ("e/s.yaml", secret)]);
    let fetched = |name: &str, spec: &str| {
        format!(
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"
        )
    };
    assert_eq!(with("", &fetched("s", "")), ["pass"]);
    assert_eq!(with("", &fetched("x", "target: {name: s}")), ["pass"]);
    assert_eq!(with("", &fetched("s", "target: {name: x}")), ["no-configuration e/a.yaml:5:17"]);
    assert_eq!(with("given: [Secret/s]\n", &fetched("x", "")), ["pass"]);
}

#[test]
fn templates_of_charts_are_not_read() {
    let chart =
        [("e/c.yaml", CONFIG), ("charts/a/Chart.yaml", "name: a\n"), ("charts/a/templates/x.yaml", "{{ if }}\n")];
    let checkout = observe::checkout(folder(&chart).path()).unwrap();
    assert_eq!(checkout.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["e/c.yaml"]);
    assert_eq!(checkout.others, ["charts/a/Chart.yaml", "charts/a/templates/x.yaml"]);
}

#[test]
fn every_code_is_on_the_page() {
    let sources = [
        include_str!("judge.rs"),
        include_str!("build.rs"),
        include_str!("build/patches.rs"),
        include_str!("build/resources.rs"),
        include_str!("patch.rs"),
        include_str!("patch/operation.rs"),
        include_str!("rules/substitution/known.rs"),
        include_str!("reach.rs"),
        include_str!("fields.rs"),
        include_str!("rules/alerting.rs"),
        include_str!("rules/demands.rs"),
        include_str!("rules/files.rs"),
        include_str!("rules/flux.rs"),
        include_str!("rules/health.rs"),
        include_str!("rules/needs.rs"),
        include_str!("rules/pulled.rs"),
        include_str!("rules/secrets.rs"),
        include_str!("rules/sources.rs"),
        include_str!("rules/substitution.rs"),
        include_str!("rules/versions.rs"),
        include_str!("rules/victoria.rs"),
        include_str!("rules/wiring.rs"),
    ];
    let code = regex::Regex::new(r#"(?:repository/|[(,] "|\? "|=> \(")([a-z]+(?:-[a-z]+)+|circle)""#).unwrap();
    let codes: std::collections::BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| code.captures_iter(source))
        .map(|found| found.get(1).unwrap().as_str())
        .collect();
    let namespaces = ["flux-system", "kube-node-lease", "kube-public", "kube-system"];
    let codes: Vec<_> = codes.into_iter().filter(|code| !namespaces.contains(code)).collect();
    let missing: Vec<_> =
        codes.iter().filter(|code| !Repository::PAGE.contains(&format!("`repository/{code}`"))).collect();
    assert!(codes.len() > 40 && missing.is_empty(), "{} codes, not on the page: {missing:?}", codes.len());
}
