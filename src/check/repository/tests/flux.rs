//! What a Kustomization of Flux adds to the folder that it has built.

use super::*;

/// The Kustomization with which a cluster begins: what it changes, it changes in its own folder, too.
#[test]
fn what_the_kustomization_of_an_entry_changes_counts_in_the_entry() {
    let root = |more: &str| ks("root", "e", more);
    let patched = "  patches:\n    - target: {kind: ConfigMap}\n      patch: '- {op: add, path: /data/k, value: v}'\n";
    let value = "given: [GitRepository/infra]\ndemands: [{kind: ConfigMap, fields: {data.k: v}}]\n";
    let config = CONFIG.replace("data:\n", "data: {a: b}\n");
    let with = |more: &str, spec: &str| found(spec, &[("e/ks.yaml", &root(more)), ("e/c.yaml", &config)]);
    assert_eq!(with("", value), ["no-value e/c.yaml:4:1"]);
    assert_eq!(with(patched, value), ["pass"]);
    assert_eq!(with("  targetNamespace: nowhere\n", SOURCE), ["missing-namespace e/ks.yaml:9:20"]);
    let made = "given: [GitRepository/infra, Namespace/nowhere]\n";
    assert_eq!(with("  targetNamespace: nowhere\n", made), ["pass"]);
}

#[test]
fn what_flux_puts_before_a_name_makes_another_object_but_no_other_namespace() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: z}\n";
    let config = CONFIG.replace("namespace: x", "namespace: z").replace("data:\n", "data: {a: b}\n");
    let two = |more: &str| format!("{}---\n{}", ks("a", "base", ""), ks("b", "base", more));
    let list = ("base/kustomization.yaml", "resources: [c.yaml]\n");
    let files = [("e/n.yaml", namespace), ("base/c.yaml", config.as_str()), list];
    let with = |more: &str| found(SOURCE, &[&[("e/ks.yaml", two(more).as_str())][..], &files].concat());
    assert_eq!(with(""), ["applied-twice base/c.yaml:3:18"]);
    assert_eq!(with("  namePrefix: other-\n"), ["pass"]);
    assert_eq!(with("  nameSuffix: -other\n"), ["pass"]);
    // Kustomize leaves the names of namespaces alone.
    let named = ks("a", "base", "  namePrefix: other-\n");
    let files = [("e/ks.yaml", named.as_str()), ("base/n.yaml", namespace), ("base/c.yaml", &config)];
    assert_eq!(found(SOURCE, &files), ["pass"]);
}

/// Without a kustomization.yaml in the folder, too.
#[test]
fn two_that_build_one_folder_are_told_apart_by_what_they_change() {
    let config = CONFIG.replace("data:\n", "data: {a: b}\n");
    let two = |more: &str| format!("{}---\n{}", ks("a", "base", ""), ks("b", "base", more));
    let with = |more: &str| found(SOURCE, &[("e/ks.yaml", &two(more)), ("base/c.yaml", &config)]);
    assert_eq!(with(""), ["applied-twice base/c.yaml:3:18"]);
    assert_eq!(with("  namePrefix: other-\n"), ["pass"]);
}

#[test]
fn a_folder_of_kustomizations_is_followed_for_each_that_builds_it() {
    let one = ks("one", "tenants", "  targetNamespace: a\n");
    let first = format!("{one}---\n{}", ks("mid", "mid", ""));
    let two = ks("two", "tenants", "  targetNamespace: b\n");
    let app = ks("app", "app", "").replace("name: infra}", "name: infra, namespace: flux-system}");
    let config = CONFIG.replace("data:\n", "data: {a: b}\n");
    let list = |name: &str| format!("resources: [{name}]\n");
    let files = [
        ("e/ks.yaml", first.as_str()),
        ("mid/ks.yaml", &two),
        ("tenants/kustomization.yaml", &list("ks.yaml")),
        ("tenants/ks.yaml", &app),
        ("app/kustomization.yaml", &list("c.yaml")),
        ("app/c.yaml", &config),
    ];
    let given = "given: [GitRepository/infra, Namespace/a, Namespace/b]\n";
    // Both tenants have an `app` in their namespace, and both apply the same object.
    assert_eq!(found(given, &files), ["applied-twice app/c.yaml:3:18"]);
}

/// It is written into the file before kustomize runs.
#[test]
fn what_flux_gives_takes_the_place_of_what_the_folder_has() {
    let thing = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {k: v}\n";
    let demand = |name: &str| {
        format!("{SOURCE}demands: [{{kind: Thing, only: [{name}], fields: {{spec.k: v, metadata.name: {name}}}}}]\n")
    };
    let with = |folder: &str, flux: &str, spec: &str| {
        let list = format!("resources: [t.yaml]\n{folder}");
        let top = ks("a", "base", flux);
        found(spec, &[("e/ks.yaml", &top), ("base/kustomization.yaml", &list), ("base/t.yaml", thing)])
    };
    assert_eq!(with("namePrefix: a-\n", "", &demand("a-t")), ["pass"]);
    assert_eq!(with("namePrefix: a-\n", "  namePrefix: b-\n", &demand("b-t")), ["pass"]);
    assert_eq!(with("namePrefix: a-\n", "  namePrefix: b-\n", &demand("b-a-t")), ["no-object"]);
    let spaces = "given: [GitRepository/infra, Namespace/b]\n";
    assert_eq!(with("namespace: a\n", "  targetNamespace: b\n", spaces), ["pass"]);
    // Its patches come before the folder's namespace is given.
    let patch = |target: &str| {
        format!(
            "  patches:\n    - target: {{kind: Thing{target}}}\n      patch: '- {{op: replace, path: /spec/k, value: w}}'\n"
        )
    };
    let wanted = "given: [GitRepository/infra, Namespace/a]\ndemands: [{kind: Thing, fields: {spec.k: w}}]\n";
    assert_eq!(with("namespace: a\n", &patch(""), wanted), ["pass"]);
    let early = with("namespace: a\n", &patch(", namespace: a"), wanted);
    assert_eq!(early, ["other-value base/t.yaml:4:11", "idle-patch e/ks.yaml:10:16"]);
}

#[test]
fn a_component_of_flux_is_changed_by_the_folder_and_may_be_missing_where_that_is_allowed() {
    let top = |more: &str| ks("a", "base", &format!("  components: [../part]\n{more}"));
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n";
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [c.yaml]\n";
    let list = "resources: [t.yaml]\nnamespace: gone\n";
    let thing = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {k: v}\n";
    let base = [("base/kustomization.yaml", list), ("base/t.yaml", thing)];
    let part = [("part/kustomization.yaml", component), ("part/c.yaml", config)];
    let given = "given: [GitRepository/infra, Namespace/gone]\n";
    let demand = format!("{given}demands: [{{kind: ConfigMap, fields: {{data.a: b}}}}]\n");
    let with = |spec: &str, more: &str, parts: &[(&str, &str)]| {
        found(spec, &[&[("e/ks.yaml", top(more).as_str())][..], &base, parts].concat())
    };
    assert_eq!(with(&demand, "", &part), ["pass"]);
    // Only the folder's namespace is missing: the component's object is in it, too.
    assert_eq!(with(SOURCE, "", &part), ["missing-namespace base/t.yaml:3:18"]);
    assert_eq!(with(given, "", &[]), ["missing-path e/ks.yaml:9:16"]);
    assert_eq!(with(given, "  ignoreMissingComponents: true\n", &[]), ["pass"]);
}

#[test]
fn an_image_of_flux_takes_the_place_of_the_folders_entry() {
    let pod =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: x}\nspec:\n  containers: [{name: a, image: a}]\n";
    let list = "resources: [p.yaml]\nimages: [{name: a, newName: b}]\n";
    let digest = format!("sha256:{}", "a".repeat(64));
    let top = |images: &str| ks("k", "base", &format!("  images: [{images}]\n"));
    let with = |images: &str| {
        let spec = format!("{SOURCE}digests: true\n");
        found(&spec, &[("e/ks.yaml", &top(images)), ("base/kustomization.yaml", list), ("base/p.yaml", pod)])
    };
    assert_eq!(with(&format!("{{name: a, digest: \"{digest}\"}}")), ["pass"]);
    // The folder's `b` is not what Flux speaks of.
    assert_eq!(with(&format!("{{name: c, digest: \"{digest}\"}}")), ["no-digest base/p.yaml:5:33"]);
}

/// Another one that builds everything, of another source, is not the one that Flux begins with.
#[test]
fn the_kustomization_of_an_entry_is_one_of_this_repository() {
    let other = ks("podinfo", "./", "  targetNamespace: gone\n")
        .replace("GitRepository, name: infra", "OCIRepository, name: p");
    let own = ks("root", "./", "");
    let config = CONFIG.replace("data:\n", "data: {a: b}\n");
    let spec: Spec = crate::check::yaml::parse(
        "entries: ['.']\ngiven: [GitRepository/infra, OCIRepository/p, Namespace/x, Namespace/gone]\n",
    )
    .unwrap();
    let checkout =
        observe::checkout(folder(&[("a/podinfo.yaml", &other), ("b/sync.yaml", &own), ("c.yaml", &config)]).path());
    let verdict = judge::judge(&spec, &Observation { checkout: Some(checkout.unwrap()) });
    assert!(verdict.is_pass(), "{verdict:?}");
}
