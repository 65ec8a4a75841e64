//! Names mean an object of the same cluster, and of one namespace.

use super::*;

/// What is found in two clusters, `e` and `f`, with these files below each.
fn in_two(of_e: &[(&str, &str)], of_f: &[(&str, &str)]) -> Vec<String> {
    let below = |entry: &str, files: &[(&str, &str)]| {
        files.iter().map(|(path, text)| (format!("{entry}/{path}"), (*text).to_owned())).collect::<Vec<_>>()
    };
    let files = [below("e", of_e), below("f", of_f)].concat();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let checkout = observe::checkout(folder(&files).path()).unwrap();
    let spec: Spec = crate::check::yaml::parse("entries: [e, f]\ngiven: [GitRepository/infra]\n").unwrap();
    let verdict = judge::judge(&spec, &Observation { checkout: Some(checkout) });
    verdict.findings().iter().map(|one| format!("{} {}", one.code, one.object.clone().unwrap_or_default())).collect()
}

const VARS: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: vars, namespace: flux-system}\ndata: {A: b, C: d}\n";
const CHARTS: &str = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: charts, namespace: flux-system}\n\
    spec: {url: https://example.com}\n";
const RELEASE: &str = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: default}\nspec:\n  \
    interval: 1h\n  chart: {spec: {chart: c, sourceRef: {kind: HelmRepository, name: charts, namespace: flux-system}}}\n";
const MANAGER: &str = "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMAlertmanager\nmetadata: {name: a, namespace: default}\n\
    spec:\n  configSecret: s\n";
const FETCHED: &str =
    "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: s, namespace: default}\nspec: {}\n";

/// These files, and the variables.
fn both<'a>(files: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [files, &[("c.yaml", VARS)]].concat()
}

#[test]
fn what_only_another_cluster_has_is_missing() {
    let first = ks("first", "x", "");
    let needs = ks("app", "y", "  dependsOn: [{name: first}]\n");
    let base = [("ks.yaml", first.as_str())];
    let none: &[(&str, &str)] = &[("c.yaml", VARS)];
    // Two folders that both clusters may build.
    let all = |of_e: &[(&str, &str)], of_f: &[(&str, &str)]| {
        in_two(&[of_e, &[("../x/a.yaml", CONFIG_IN_DEFAULT), ("../y/b.yaml", OTHER_IN_DEFAULT)]].concat(), of_f)
    };
    let needs_here = [base[0], ("app.yaml", needs.as_str())];
    assert_eq!(all(&needs_here, none), Vec::<String>::new());
    assert_eq!(all(&base, &both(&[("app.yaml", &needs)])), ["repository/unknown-dependency f/app.yaml:9:22"]);
    let uses = ks("app", "y", "  postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}\n");
    let uses = [base[0], ("app.yaml", uses.as_str())];
    assert_eq!(all(&both(&uses), none), Vec::<String>::new());
    assert_eq!(all(&uses, none), ["repository/no-variables e/app.yaml:9:56"]);
    let release = [base[0], ("r.yaml", RELEASE)];
    assert_eq!(all(&[release[0], release[1], ("c.yaml", CHARTS)], none), Vec::<String>::new());
    assert_eq!(all(&release, &[("c.yaml", CHARTS)]), ["repository/unknown-source e/r.yaml:6:68"]);
    let manager = [base[0], ("m.yaml", MANAGER)];
    assert_eq!(all(&[manager[0], manager[1], ("s.yaml", FETCHED)], none), Vec::<String>::new());
    assert_eq!(all(&manager, &[("s.yaml", FETCHED)]), ["repository/no-configuration e/m.yaml:5:17"]);
}

const CONFIG_IN_DEFAULT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: default}\n";
const OTHER_IN_DEFAULT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two, namespace: default}\n";

#[test]
fn a_variable_that_only_another_cluster_has_is_unknown() {
    let uses = ks("app", "y", "  postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}\n");
    let fewer = VARS.replace(", C: d", "");
    let text = format!("{OTHER_IN_DEFAULT}data: {{a: \"${{C}}\"}}\n");
    let base = [("ks.yaml", uses.as_str()), ("../y/b.yaml", text.as_str())];
    assert_eq!(in_two(&[base[0], base[1], ("v.yaml", VARS)], &[("v.yaml", VARS)]), Vec::<String>::new());
    let found = in_two(&[base[0], base[1], ("v.yaml", &fewer)], &[("v.yaml", VARS)]);
    assert_eq!(found, ["repository/unknown-variable y/b.yaml:4:12"]);
}

#[test]
fn a_name_without_a_namespace_means_that_of_who_names_it() {
    let bare = RELEASE.replace(", namespace: flux-system}}}", "}}}");
    let judge = |release: &str| judged("", &[("e/r.yaml", release), ("e/c.yaml", CHARTS)]);
    assert!(judge(RELEASE).is_pass());
    let verdict = judge(&bare);
    let finding = &verdict.findings()[0];
    assert_eq!(
        (finding.code.as_str(), finding.object.as_deref()),
        ("repository/unknown-source", Some("e/r.yaml:6:68"))
    );
    assert_eq!(finding.actual.split(" | ").next(), Some("no HelmRepository charts in namespace default"));
    assert!(finding.hint.as_ref().unwrap().contains("namespace flux-system"), "{finding:?}");
    let needs = |namespace: &str| {
        let two =
            format!("{}---\n{}", ks("a", "x", ""), ks("b", "y", &format!("  dependsOn: [{{name: a{namespace}}}]\n")));
        found(SOURCE, &[("e/ks.yaml", &two), ("x/a.yaml", CONFIG_IN_DEFAULT), ("y/b.yaml", OTHER_IN_DEFAULT)])
    };
    assert_eq!(needs(""), ["pass"]);
    assert_eq!(needs(", namespace: flux-system"), ["pass"]);
    assert_eq!(needs(", namespace: default"), ["unknown-dependency e/ks.yaml:18:22"]);
    let elsewhere = FETCHED.replace("namespace: default", "namespace: x");
    assert_eq!(found("", &[("e/m.yaml", MANAGER), ("e/s.yaml", &elsewhere)]), ["no-configuration e/m.yaml:5:17"]);
    assert_eq!(found("", &[("e/m.yaml", MANAGER), ("e/s.yaml", FETCHED)]), ["pass"]);
}

#[test]
fn a_namespace_that_an_object_names_is_made_by_somebody() {
    let config = CONFIG.replace("namespace: x", "namespace: z");
    let with = |more: &str, other: &str| found(more, &[("e/c.yaml", &config), ("e/n.yaml", other)]);
    let namespace = |name: &str| format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n");
    assert_eq!(with("", &namespace("y")), ["missing-namespace e/c.yaml:3:32"]);
    assert_eq!(with("", &namespace("z")), ["pass"]);
    assert_eq!(with("given: [Namespace/z]\n", &namespace("y")), ["pass"]);
    let release = RELEASE.replace("chart: {", "targetNamespace: z\n  install: {createNamespace: true}\n  chart: {");
    assert_eq!(with("given: [HelmRepository/charts]\n", &release), ["pass"]);
    // kustomize gives a Namespace the namespace's name, too.
    let list = "namespace: z\nresources: [c.yaml, n.yaml]\n";
    let files = [("e/kustomization.yaml", list), ("e/c.yaml", CONFIG), ("e/n.yaml", &namespace("any"))];
    assert_eq!(found("", &files), ["pass"]);
    let alone = [("e/kustomization.yaml", "namespace: z\nresources: [c.yaml]\n"), ("e/c.yaml", CONFIG)];
    assert_eq!(found("", &alone), ["missing-namespace e/c.yaml:3:18"]);
}

#[test]
fn a_secret_for_many_namespaces_names_its_store() {
    let text = "apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nmetadata: {name: s}\nspec:\n  \
        externalSecretSpec:\n    secretStoreRef: {kind: KIND, name: onepassword}\n";
    let store =
        "apiVersion: external-secrets.io/v1\nkind: KIND\nmetadata: {name: onepassword, namespace: x}\nspec: {}\n";
    let with = |kind: &str, store_kind: &str| {
        let (text, store) = (text.replace("KIND", kind), store.replace("KIND", store_kind));
        found("", &[("e/s.yaml", &text), ("e/store.yaml", &store)])
    };
    assert_eq!(with("ClusterSecretStore", "ClusterSecretStore"), ["pass"]);
    assert_eq!(with("SecretStore", "SecretStore"), ["pass"]);
    assert_eq!(with("ClusterSecretStore", "SecretStore"), ["unknown-store e/s.yaml:6:54"]);
}
