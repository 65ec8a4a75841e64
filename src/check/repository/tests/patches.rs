//! Patches, in a kustomization.yaml and in a Kustomization of Flux.

use super::*;

const A: &str = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a, namespace: x, labels: {tier: one}}\nspec: {k: v}\ndata: {d: e}\n";
const B: &str = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: b, namespace: x, annotations: {by: hand}}\nspec: {k: v}\n";

/// What is found where `patches` stand in a kustomization.yaml over A and B, and each Thing's `spec.k` is demanded to be so.
fn with(patches: &str, demanded: [&str; 2]) -> Vec<String> {
    let kustomization = format!("resources: [a.yaml, b.yaml]\n{patches}");
    let [a, b] = demanded;
    let demand = |name, value| format!("{{kind: Thing, only: [{name}], fields: {{spec.k: {value}}}}}");
    let demands = format!("demands: [{}, {}]\n", demand("a", a), demand("b", b));
    found(&demands, &[("e/kustomization.yaml", &kustomization), ("e/a.yaml", A), ("e/b.yaml", B)])
}

/// A list of one operation that makes `spec.k` `w`, for this target.
fn replaced(target: &str) -> String {
    format!(
        "patches:\n  - target: {{{target}}}\n    patch: |\n      - op: replace\n        path: /spec/k\n        value: w\n"
    )
}

#[test]
fn a_target_takes_what_it_matches_as_a_whole() {
    for (target, demanded) in [
        ("kind: Thing", ["w", "w"]),
        ("kind: Thing, name: a", ["w", "v"]),
        ("kind: Th.*, name: b|c", ["v", "w"]),
        ("version: v1, namespace: x", ["w", "w"]),
        ("labelSelector: tier in (one)", ["w", "v"]),
        ("labelSelector: '!tier'", ["v", "w"]),
        ("annotationSelector: by=hand", ["v", "w"]),
        ("kind: Thing, labelSelector: tier=one, annotationSelector: '!by'", ["w", "v"]),
    ] {
        assert_eq!(with(&replaced(target), demanded), ["pass"], "{target}");
    }
    for target in
        ["kind: Thin", "name: aa?a", "namespace: default", "group: apps", "version: v2", "labelSelector: tier=two"]
    {
        assert_eq!(with(&replaced(target), ["v", "v"]), ["idle-patch e/kustomization.yaml:3:14"], "{target}");
    }
}

#[test]
fn a_patch_may_stand_in_a_file_of_its_own_and_in_old_lists() {
    let operations = "- op: replace\n  path: /spec/k\n  value: w\n";
    let more = |name: &str| format!("resources: [a.yaml]\npatches:\n  - path: {name}\n    target: {{name: a}}\n");
    let demand = "demands: [{kind: Thing, fields: {spec.k: w}}]\n";
    let judge = |kustomization: &str, patch: &str| {
        found(demand, &[("e/kustomization.yaml", kustomization), ("e/a.yaml", A), ("e/p.yaml", patch)])
    };
    assert_eq!(judge(&more("p.yaml"), operations), ["pass"]);
    let absent = ["other-value e/a.yaml:4:11", "missing-resource e/kustomization.yaml:3:11"];
    assert_eq!(judge(&more("p.yml"), operations), absent);
    let broken = operations.replace("/spec/k", "/speck/k");
    assert_eq!(judge(&more("p.yaml"), &broken), ["other-value e/a.yaml:4:11", "failing-patch e/p.yaml:2:9"]);
    let old =
        "resources: [a.yaml]\npatchesJson6902:\n  - {path: p.yaml, target: {version: v1, kind: Thing, name: a}}\n";
    assert_eq!(judge(old, operations), ["pass"]);
    let merge = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a, namespace: x}\nspec: {k: w}\n";
    assert_eq!(judge("resources: [a.yaml]\npatchesStrategicMerge: [p.yaml]\n", merge), ["pass"]);
    assert_eq!(judge("resources: [a.yaml]\npatches: [{path: p.yaml}]\n", merge), ["pass"]);
    let elsewhere = merge.replace("namespace: x", "namespace: z");
    let found = judge("resources: [a.yaml]\npatches: [{path: p.yaml}]\n", &elsewhere);
    assert_eq!(found, ["other-value e/a.yaml:4:11", "failing-patch e/p.yaml:1:1"]);
}

#[test]
fn what_cannot_be_applied_is_told_where_it_stands() {
    let misspelt = replaced("name: a").replace("/spec/k", "/spe/k");
    assert_eq!(with(&misspelt, ["v", "v"]), ["failing-patch e/kustomization.yaml:6:15"]);
    let verdict = {
        let files = [("e/kustomization.yaml", format!("resources: [a.yaml]\n{misspelt}")), ("e/a.yaml", A.to_owned())];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        judged("", &files)
    };
    let finding = &verdict.findings()[0];
    assert_eq!(finding.actual, "there is no /spe: kustomize fails | path: /spe/k");
    assert_eq!(finding.hint.as_deref(), Some("did you mean `spec`?"));
}

#[test]
fn what_kustomize_does_not_even_read_is_refused() {
    let entry = |entry: &str| with(&format!("patches:\n  - {entry}\n"), ["v", "v"]);
    let at = |place: &str| vec![format!("bad-patch e/kustomization.yaml:{place}")];
    assert_eq!(entry("{patch: 'a: b', path: a.yaml}"), at("3:27"));
    assert_eq!(entry("target: {name: a}"), at("3:5"));
    assert_eq!(entry("patch: '- {op: test, path: /a, value: b}'"), at("3:12"));
    assert_eq!(entry("{target: {name: a}, patch: just a text}"), at("3:32"));
    assert_eq!(entry("{target: {name: '('}, patch: 'spec: {k: v}'}"), at("3:21"));
    assert_eq!(entry("{target: {labelSelector: a in b}, patch: 'spec: {k: v}'}"), at("3:30"));
    assert_eq!(entry("{target: {name: a}, patch: \"[{op: remove, path: /spec/k}]\"}"), at("3:32"));
    assert_eq!(
        entry("{target: {name: a}, patch: '[{\"op\": \"test\", \"path\": \"/spec/k\", \"value\": \"v\"}]'}"),
        ["pass"]
    );
    let two = "patches:\n  - target: {name: a}\n    patch: |\n      spec: {k: w}\n      ---\n      spec: {l: w}\n";
    assert_eq!(with(two, ["v", "v"]), at("7:7"));
    let unknown = replaced("name: a").replace("op: replace", "op: set");
    assert_eq!(with(&unknown, ["v", "v"]), at("5:13"));
}

#[test]
fn what_kustomize_makes_or_fetches_may_be_meant() {
    let made = "configMapGenerator:\n  - {name: made, literals: [a=b]}\n";
    let idle = ["idle-patch e/kustomization.yaml:5:14"];
    let padded = |target: &str, before: &str| with(&format!("{before}{}", replaced(target)), ["v", "v"]);
    assert_eq!(padded("kind: ConfigMap, name: made", made), ["pass"]);
    assert_eq!(padded("kind: Thing, name: other", made), idle);
    let fetched = "components: [https://example.com/x?ref=v1]\n";
    assert_eq!(padded("kind: Deployment", fetched), ["pass"]);
}

#[test]
fn a_component_patches_what_it_is_added_to() {
    let kustomization = "namespace: y\nnamePrefix: p-\nresources: [a.yaml]\ncomponents: [../c]\n";
    let component = "kind: Component\npatches:\n  - target: {name: a, namespace: x}\n    patch: 'spec: {k: w}'\n";
    let files = [("e/kustomization.yaml", kustomization), ("e/a.yaml", A), ("c/kustomization.yaml", component)];
    let demand = |value: &str| format!("demands: [{{kind: Thing, only: [p-a], fields: {{spec.k: {value}}}}}]\n");
    let given = |value: &str| format!("given: [Namespace/y]\n{}", demand(value));
    assert_eq!(found(&given("w"), &files), ["pass"]);
    assert_eq!(found(&given("v"), &files), ["other-value e/a.yaml:4:11"]);
    let owner = ks("all", "./e", "  components: [../c]\n");
    let files = [("f/ks.yaml", owner.as_str()), files[0], files[1], files[2]];
    let (more, demand) = ("given: [GitRepository/infra, Namespace/x, Namespace/y]\n", demand("w"));
    let checkout = observe::checkout(folder(&files).path()).unwrap();
    let spec: Spec = crate::check::yaml::parse(&format!("entries: [f]\n{more}{demand}")).unwrap();
    let verdict = judge::judge(&spec, &Observation { checkout: Some(checkout) });
    assert!(matches!(verdict.decision, Decision::Pass(_)), "{:?}", verdict.findings());
}

#[test]
fn what_is_meant_for_many_may_be_idle_in_some() {
    let uses = |name: &str| format!("resources: [{name}.yaml]\ncomponents: [../../c]\n");
    let component = "kind: Component\npatches:\n  - target: {name: a}\n    patch: 'spec: {k: w}'\n";
    let (one, two) = (uses("a"), uses("b"));
    let lists = "resources: [one, two]\n";
    let files = [
        ("e/kustomization.yaml", lists),
        ("e/one/kustomization.yaml", one.as_str()),
        ("e/one/a.yaml", A),
        ("e/two/kustomization.yaml", two.as_str()),
        ("e/two/b.yaml", B),
    ];
    let with = |component: &str| found("", &[&files[..], &[("c/kustomization.yaml", component)]].concat());
    assert_eq!(with(component), ["pass"]);
    assert_eq!(with(&component.replace("name: a", "name: c")), ["idle-patch c/kustomization.yaml:3:14"]);
    // The same, given to every Kustomization of Flux.
    let patch = "patches:\n  - target: {kind: Kustomization}\n    patch: |\n      kind: Kustomization\n      metadata: {name: any}\n      \
        spec: {patches: [{target: {name: a}, patch: 'spec: {k: w}'}]}\n";
    let kustomization = format!("resources: [one.yaml, two.yaml]\n{patch}");
    let (one, two) = (ks("one", "./one", ""), ks("two", "./two", ""));
    let files = [
        ("e/kustomization.yaml", kustomization.as_str()),
        ("e/one.yaml", &one),
        ("e/two.yaml", &two),
        ("one/a.yaml", A),
        ("two/b.yaml", B),
    ];
    let demand = format!("{SOURCE}demands: [{{kind: Thing, only: [a], fields: {{spec.k: w}}}}]\n");
    assert_eq!(found(&demand, &files), ["pass"]);
}

#[test]
fn an_object_is_known_by_all_its_names_and_by_labels_that_were_added() {
    let inner = "resources: [a.yaml]\nnameSuffix: -in\nlabels: [{pairs: {of: inner}}]\n";
    for target in ["name: a", "name: a-in", "labelSelector: of=inner", "labelSelector: 'of=inner,tier=one'"] {
        let outer = format!("resources: [../in]\nnamePrefix: out-\n{}", replaced(target));
        let files = [("e/kustomization.yaml", outer.as_str()), ("in/kustomization.yaml", inner), ("in/a.yaml", A)];
        let demand = "demands: [{kind: Thing, only: [out-a-in], fields: {spec.k: w}}]\n";
        assert_eq!(found(demand, &files), ["pass"], "{target}");
    }
}

#[test]
fn patches_of_a_kustomization_of_flux_reach_what_it_builds() {
    let patches = "  patches:\n    - target: {kind: Thing, labelSelector: tier=one}\n      patch: |\n        - op: replace\n          \
        path: /spec/k\n          value: w\n    - target: {name: b}\n      patch: |\n        - {op: remove, path: /spec/k}\n        \
        - {op: add, path: /spec/k, value: u}\n";
    let judge = |patches: &str| {
        let owner = ks("all", "./app", patches);
        let demand = |name, value| format!("{{kind: Thing, only: [{name}], fields: {{spec.k: {value}}}}}");
        let more = format!("{SOURCE}demands: [{}, {}]\n", demand("a", "w"), demand("b", "u"));
        found(&more, &[("e/ks.yaml", &owner), ("app/a.yaml", A), ("app/b.yaml", B)])
    };
    assert_eq!(judge(patches), ["pass"]);
    let misspelt = patches.replace("remove, path: /spec/k", "remove, path: /spec/l");
    assert_eq!(judge(&misspelt), ["other-value app/b.yaml:4:11", "failing-patch e/ks.yaml:17:30"]);
    let idle = patches.replace("name: b", "name: c");
    assert_eq!(judge(&idle), ["other-value app/b.yaml:4:11", "idle-patch e/ks.yaml:15:16"]);
}

#[test]
fn secrets_in_patches_are_told_and_nowhere_kept() {
    let canary = "hunter-two-canary";
    let text = format!(
        "patches:\n  - target: {{name: a}}\n    patch: |\n      # {canary}\n      - op: add\n        path: /spec/PASSWORD\n        \
         value: {canary}\n      - op: add\n        path: /data/l # {canary}\n        value: |\n          first {canary}\n\n          \
         last {canary}\n  - target: {{name: b}}\n    patch: |\n      spec:\n        token: \"{canary}\"\n  - path: p.yaml\n    \
         target: {{name: b}}\n"
    );
    let kustomization = format!("resources: [a.yaml, b.yaml]\n{text}");
    let operations = format!("- op: add\n  path: /spec/API_TOKEN\n  value: {canary}\n");
    let files =
        [("e/kustomization.yaml", kustomization.as_str()), ("e/a.yaml", A), ("e/b.yaml", B), ("e/p.yaml", &operations)];
    let checkout = observe::checkout(folder(&files).path()).unwrap();
    let saved = serde_json::to_string_pretty(&Observation { checkout: Some(checkout) }).unwrap();
    assert!(!saved.contains("canary") && !saved.contains("hunter"), "{saved}");
    // Each at the place where the patch puts it in.
    let places = ["plain-value e/a.yaml:4:1", "plain-value e/b.yaml:4:1", "plain-value e/b.yaml:4:1"];
    assert_eq!(found("", &files), places);
    let quoted =
        format!("resources: [a.yaml]\npatches:\n  - {{target: {{name: a}}, patch: 'spec: {{token: {canary}}}'}}\n");
    let checkout = observe::checkout(folder(&[("e/kustomization.yaml", &quoted), ("e/a.yaml", A)]).path()).unwrap();
    assert!(!serde_json::to_string(&checkout).unwrap().contains("canary"));
    let broken = "resources: [a.yaml]\npatches:\n  - patch: |\n      token: [hunter-two-canary\n";
    let checkout = observe::checkout(folder(&[("e/kustomization.yaml", broken), ("e/a.yaml", A)]).path()).unwrap();
    assert!(!serde_json::to_string(&checkout).unwrap().contains("canary"));
}

#[test]
fn a_list_of_containers_is_merged_by_name_and_one_of_a_custom_resource_is_replaced() {
    let image = |name: &str, digest: &str| format!("{{name: {name}, image: \"i{digest}\"}}");
    let digest = format!("@sha256:{}", "a".repeat(64));
    let object = |version: &str, kind: &str| {
        let containers = [image("one", ""), image("two", &digest)].join(", ");
        format!(
            "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: d, namespace: x}}\nspec:\n  template:\n    spec:\n      \
             containers: [{containers}]\n"
        )
    };
    let with = |version: &str, kind: &str, patch: &str| {
        let head = object(version, kind);
        let (head, _) = head.split_once("      containers").unwrap();
        let patch = format!("{head}      containers: {patch}\n");
        let kustomization = "resources: [d.yaml]\npatches: [{path: p.yaml}]\n";
        let files =
            [("e/kustomization.yaml", kustomization), ("e/d.yaml", &object(version, kind)), ("e/p.yaml", &patch)];
        found("digests: true\n", &files)
    };
    let bare = ["no-digest e/d.yaml:7:39"];
    // The first container gets its digest, the second keeps its own.
    assert_eq!(with("apps/v1", "Deployment", &format!("[{}]", image("one", &digest))), ["pass"]);
    assert_eq!(with("apps/v1", "Deployment", "[{name: two, tty: true}]"), bare);
    assert_eq!(with("apps/v1", "Deployment", "[{name: one, $patch: delete}]"), ["pass"]);
    assert_eq!(with("apps/v1", "Deployment", "[{name: three, $patch: delete}]"), bare);
    let new = with("apps/v1", "Deployment", "[{name: one, $patch: delete}, {name: three, image: i}]");
    assert_eq!(new, ["no-digest e/d.yaml:7:19"]);
    assert_eq!(with("apps/v1", "Deployment", &format!("[{{$patch: replace}}, {}]", image("three", &digest))), ["pass"]);
    // Of a custom resource kustomize knows no keys: only the one of the patch is left.
    assert_eq!(with("example.com/v1", "Thing", &format!("[{}]", image("three", &digest))), ["pass"]);
    assert_eq!(with("example.com/v1", "Thing", "[{name: three, image: i}]"), ["no-digest e/d.yaml:7:19"]);
}

#[test]
fn what_a_merge_names_comes_first_and_ports_are_told_apart_by_their_protocol() {
    let digest = format!("@sha256:{}", "a".repeat(64));
    let pod = |first: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: d, namespace: x}}\nspec:\n  containers: [{{name: one, image: i}}, \
             {{name: two, image: \"i{first}\"}}]\n"
        )
    };
    let set = format!("- {{op: replace, path: /spec/containers/0/image, value: \"i{digest}\"}}");
    let merge =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: d, namespace: x}\nspec: {containers: [{name: two, tty: true}]}\n";
    let list =
        |first: &str| format!("resources: [d.yaml]\npatches:\n{first}  - target: {{kind: Pod}}\n    patch: '{set}'\n");
    let with = |patches: &str, object: &str| {
        let files = [("e/kustomization.yaml", patches), ("e/d.yaml", object), ("e/p.yaml", merge)];
        found("digests: true\n", &files)
    };
    // The second operation meets the container that the first patch has brought forward.
    assert_eq!(with(&list(""), &pod(&digest)), ["pass"]);
    assert_eq!(with(&list("  - {path: p.yaml}\n"), &pod(&digest)), ["no-digest e/d.yaml:5:35"]);

    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: d, namespace: x}\nspec:\n  ports:\n    - {port: 53, protocol: UDP, nodePort: 1}\n    \
        - {port: 53, protocol: TCP, nodePort: 2}\n";
    let patch = "apiVersion: v1\nkind: Service\nmetadata: {name: d, namespace: x}\nspec: {ports: [{port: 53, protocol: TCP, nodePort: 3}]}\n";
    let wanted = |port: u32| format!("demands: [{{kind: Service, fields: {{spec.ports.nodePort: {port}}}}}]\n");
    let files = [
        ("e/kustomization.yaml", "resources: [d.yaml]\npatches: [{path: p.yaml}]\n"),
        ("e/d.yaml", service),
        ("e/p.yaml", patch),
    ];
    assert_eq!(found(&wanted(1), &files), ["pass"]);
    assert_eq!(found(&wanted(3), &files), ["pass"]);
    assert_ne!(found(&wanted(2), &files), ["pass"]);
}
