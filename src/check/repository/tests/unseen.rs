//! What Flux would apply that is not in the checkout, and what the checkout is.

use super::*;

/// What a pass speaks of.
fn examined(more: &str, files: &[(&str, &str)]) -> String {
    let verdict = judged(more, files);
    match &verdict.decision {
        Decision::Pass(examined) => examined.what.clone(),
        _ => panic!("{:?}", verdict.findings()),
    }
}

fn source(name: &str, url: &str) -> String {
    format!(
        "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {{name: {name}, namespace: flux-system}}\n\
         spec: {{interval: 1m, url: {url}, ref: {{branch: main}}}}\n"
    )
}

const OWN: &str = "https://example.com/infra.git";

#[test]
fn a_kustomization_of_another_repository_is_not_looked_for_here() {
    let other = ks("gateway", "./config/crd", "").replace("name: infra}", "name: gateway}");
    let files = |sources: &str, config: &str| {
        let sync = format!("{}{sources}---\n{}---\n{other}", source("infra", OWN), ks("all", "./e", ""));
        judged("", &[("e/sync.yaml", &sync), ("config/crd/c.yaml", config)])
    };
    // Of a folder that happens to be here, nothing is judged, either.
    let foreign = source("gateway", "https://example.com/gateway");
    for config in [CONFIG, "a: 1\n"] {
        let verdict = files(&foreign, config);
        let Decision::Pass(examined) = &verdict.decision else { panic!("{:?}", verdict.findings()) };
        assert_eq!(examined.what, "objects; not seen: Kustomization flux-system/gateway of GitRepository gateway");
    }
    // The same repository by another name, and a name that nobody declares.
    for sources in [source("gateway", "https://example.com/infra/"), source("gateway", OWN)] {
        assert_eq!(files(&sources, "a: 1\n").findings()[0].code, "repository/no-manifest");
    }
    let codes: Vec<String> = files("", "a: 1\n").findings().iter().map(|one| one.code.clone()).collect();
    assert_eq!(codes, ["repository/no-manifest", "repository/unknown-source"]);
}

#[test]
fn which_source_it_is_is_told_by_the_suite_where_nothing_else_does() {
    let text = format!("{}---\n{}", source("infra", OWN), ks("app", "./x", ""));
    let files = [("e/ks.yaml", text.as_str()), ("x/c.yaml", CONFIG)];
    assert_eq!(found("", &files), ["no-own-source"]);
    assert_eq!(found("source: GitRepository/infra\n", &files), ["pass"]);
    assert_eq!(examined("source: GitRepository/infra\n", &files), "objects");
    // One above the entry builds it, too.
    let above = text.replace("./x", "./e");
    let spec: Spec = crate::check::yaml::parse("entries: [e/in]\ngiven: [Namespace/x]\n").unwrap();
    let checkout = observe::checkout(folder(&[("e/in/ks.yaml", &above), ("e/c.yaml", CONFIG)]).path()).unwrap();
    let verdict = judge::judge(&spec, &Observation { checkout: Some(checkout) });
    assert!(!verdict.findings().iter().any(|one| one.code == "repository/no-own-source"), "{:?}", verdict.findings());
}

#[test]
fn parts_that_come_from_elsewhere_are_named_in_a_pass() {
    let list =
        "resources: [c.yaml, 'https://example.com/x?ref=v1']\nhelmCharts: [{name: a}]\nreplacements: [{path: r}]\n";
    let files = [("e/kustomization.yaml", list), ("e/c.yaml", CONFIG)];
    let expected = "objects; not seen: helmCharts of e/kustomization.yaml, https://example.com/x?ref=v1, replacements of \
                    e/kustomization.yaml";
    assert_eq!(examined("", &files), expected);
    let many: Vec<String> = (0..7).map(|number| format!("https://example.com/{number}")).collect();
    let list = format!("resources: [c.yaml, '{}']\n", many.join("', '"));
    let what = examined("", &[("e/kustomization.yaml", &list), files[1]]);
    assert!(what.ends_with("https://example.com/4, and 2 more"), "{what}");
    assert_eq!(examined("", &files[1..]), "objects");
    // Nobody knows whether there is a secret in it.
    let broken = ("docs/b.yaml", "a: [\n");
    assert_eq!(examined("", &[files[1], broken]), "objects; not seen: docs/b.yaml");
    assert_eq!(examined("ignore: ['docs/**']\n", &[files[1], broken]), "objects");
}

#[test]
fn images_are_those_that_kustomize_writes() {
    let pod =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - image: a:1\n    - image: b:1\n";
    let with = |images: &str| {
        let list = format!("resources: [p.yaml]\nimages:\n  - {{name: b, digest: 'sha256:00'}}\n{images}");
        found("digests: true\n", &[("e/kustomization.yaml", &list), ("e/p.yaml", pod)])
    };
    assert_eq!(with("  - {name: a, newName: c, digest: 'sha256:11'}\n"), ["pass"]);
    assert_eq!(with("  - {name: a, newTag: '2'}\n"), ["no-digest e/p.yaml:6:14"]);
    assert_eq!(with("  - {name: c, digest: 'sha256:11'}\n"), ["no-digest e/p.yaml:6:14"]);
    let owner = ks("app", "./x", "  images: [{name: a, digest: 'sha256:00'}, {name: b, digest: 'sha256:11'}]\n");
    assert_eq!(found(&format!("{SOURCE}digests: true\n"), &[("e/ks.yaml", &owner), ("x/p.yaml", pod)]), ["pass"]);
}

#[test]
fn a_checkout_of_another_commit_says_nothing_of_the_one_that_is_meant() {
    const COMMIT: &str = "4f2a8c1d4f2a8c1d4f2a8c1d4f2a8c1d4f2a8c1d";
    let with = |head: &str, wanted: &str| {
        let at = folder(&[("e/c.yaml", CONFIG), (".git/HEAD", head), (".git/refs/heads/fix", COMMIT)]);
        let checkout = observe::checkout(at.path()).unwrap();
        judge::judge(&spec(&format!("revision: '{wanted}'\n")), &Observation { checkout: Some(checkout) })
    };
    for head in ["ref: refs/heads/fix", COMMIT] {
        for wanted in ["", "main@sha1:4f2a", "4f2a8c1d", &format!("fix@sha1:{COMMIT}")] {
            assert!(with(head, wanted).is_pass(), "{head} {wanted}");
        }
        for wanted in ["main@sha1:5f2a", "5f2a8c1d", "4f2", "v1.2.0"] {
            let verdict = with(head, wanted);
            assert!(matches!(verdict.decision, Decision::Inconclusive(_)) && verdict.is_terminal(), "{head} {wanted}");
            assert_eq!(verdict.findings()[0].code, "repository/other-revision");
        }
    }
    assert!(with("ref: refs/heads/fix", "fix").is_pass());
    assert_eq!(found("revision: 4f2a8c1d\n", &[("e/c.yaml", CONFIG)]), ["other-revision"]);
}
