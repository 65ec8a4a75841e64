use super::*;
use crate::check::access::Access;
use crate::connect::Via;
use crate::plan::{Filter, Plan};

fn plan(suite: &str) -> Plan {
    let suite = crate::suite::read(suite.as_ref(), &[]).unwrap_or_else(|error| panic!("{error}"));
    Plan::new(suite, &Filter::default())
}

fn written(suite: &str, via: Via) -> String {
    let plan = plan(suite);
    let permissions = permissions(&plan, |_| via);
    let account = Account { name: "signoff".to_owned(), namespace: "observability".to_owned() };
    manifest("Title.", &account, &rules(&permissions), &optional(&plan, |_| via, &permissions))
}

fn permission(access: Access, check: &str) -> Permission {
    Permission { access, checks: vec![check.to_owned()] }
}

fn shown(permissions: &[Permission]) -> Vec<String> {
    rules(permissions).iter().map(|rule| format!("{rule} ({})", rule.checks.join(", "))).collect()
}

/// Reviewed rule by rule against what each kind asks for; see `tests/rbac.rs` for the proof by the servers.
#[test]
fn the_storys_manifest_is_as_it_was_reviewed() {
    assert_eq!(written("suites/story-6.1.yaml", Via::PortForward), include_str!("story-by-port-forward.yaml"));
}

#[test]
fn each_way_to_components_has_its_own_rules() {
    let [dns, forward, proxy] =
        [Via::Dns, Via::PortForward, Via::Proxy].map(|via| written("suites/story-6.1.yaml", via));
    assert!(!dns.contains("pods/"));
    assert!(forward.contains("resources: [\"pods/portforward\"]\n    verbs: [\"get\", \"create\"]"));
    // Only Alertmanager is written to.
    assert!(proxy.contains("pods/proxy\"]\n    verbs: [\"create\", \"delete\"]"), "{proxy}");
}

/// So whatever is shown of the others' rules (`tests/rbac.rs`) holds for these, too.
#[test]
fn from_inside_the_cluster_nothing_is_needed_but_what_every_way_needs() {
    let plan = plan("suites/story-6.1.yaml");
    let dns = permissions(&plan, |_| Via::Dns);
    for (via, way) in [(Via::PortForward, "pods/portforward"), (Via::Proxy, "pods/proxy")] {
        let other = permissions(&plan, |_| via);
        let (its_own, rest): (Vec<_>, Vec<_>) = other.into_iter().partition(|one| one.access.resource == way);
        assert!(!its_own.is_empty());
        assert_eq!(rest, dns, "{via}");
    }
}

#[test]
fn verbs_and_names_and_resources_of_the_same_checks_are_joined() {
    let get = |resource: &str| Access::new("get", "g", resource).within("n");
    let found = shown(&[
        permission(get("as").named("x"), "one"),
        permission(get("as").named("y"), "one"),
        permission(get("as").named("z"), "two"),
        permission(Access::new("list", "g", "as").within("n"), "one"),
        permission(Access::new("list", "g", "bs").within("n"), "one"),
        permission(Access::new("delete", "g", "bs").within("n"), "one"),
        permission(Access::new("list", "g", "cs").within("n"), "one"),
        permission(Access::new("list", "", "cs"), "one"),
    ]);
    let expected = [
        "list cs in the whole cluster (one)",
        "list as, cs of g in namespace n (one)",
        "get as of g in namespace n named x, y (one)",
        "get as of g in namespace n named z (two)",
        "list, delete bs of g in namespace n (one)",
    ];
    let mut sorted = found.clone();
    sorted.sort();
    let mut wanted = expected.map(str::to_owned).to_vec();
    wanted.sort();
    assert_eq!(sorted, wanted);
}

#[test]
fn a_rule_never_permits_more_than_its_permissions() {
    let permissions = permissions(&plan("suites/story-6.1.yaml"), |_| Via::Proxy);
    let mut granted = Vec::new();
    for rule in rules(&permissions) {
        let names: Vec<Option<&String>> =
            if rule.names.is_empty() { vec![None] } else { rule.names.iter().map(Some).collect() };
        for (verb, resource) in rule.verbs.iter().flat_map(|verb| rule.resources.iter().map(move |one| (verb, one))) {
            granted.extend(names.iter().map(|name| Access {
                verb: verb.clone(),
                group: rule.group.clone(),
                resource: resource.clone(),
                namespace: rule.namespace.clone(),
                name: name.cloned(),
            }));
        }
    }
    granted.sort();
    let mut wanted: Vec<Access> = permissions.into_iter().map(|permission| permission.access).collect();
    wanted.sort();
    assert_eq!(granted, wanted);
}

#[test]
fn what_a_wider_permission_covers_is_told_there_and_not_granted_twice() {
    let permissions = permissions(&plan("suites/story-6.1.yaml"), |_| Via::PortForward);
    let pods: Vec<&Permission> = permissions.iter().filter(|one| one.access.resource == "pods").collect();
    let [everywhere, metrics] = pods.as_slice() else { panic!("{pods:?}") };
    assert_eq!(everywhere.access, Access::new("list", "", "pods"));
    assert!(
        ["operator-rolled-out", "targets-covered", "memory-below-4gb"]
            .iter()
            .all(|check| everywhere.checks.iter().any(|id| id == check))
    );
    assert_eq!(metrics.access, Access::new("list", "metrics.k8s.io", "pods").within("observability"));
}

#[test]
fn secrets_are_never_asked_for() {
    for suite in ["suites/story-6.1.yaml", "suites/alert-delivery.yaml"] {
        // ExternalSecrets only say where secrets come from.
        assert!(!written(suite, Via::Proxy).contains("\"secrets\""));
    }
}

#[test]
fn a_secret_that_is_asked_for_would_be_seen() {
    let account = Account { name: "a".to_owned(), namespace: "b".to_owned() };
    let secret = permission(Access::new("get", "", "secrets").within("o").named("s"), "c");
    assert!(manifest("T.", &account, &rules(&[secret]), &[]).contains("\"secrets\""));
}

#[test]
fn values_are_quoted_and_long_lists_are_broken() {
    let long: Vec<Permission> = (0..9)
        .map(|n| permission(Access::new("get", "", "x").named(&format!("{n}-is-a-long-name-of-an-object")), "c"))
        .collect();
    let account = Account { name: "1e3".to_owned(), namespace: "true".to_owned() };
    let text = manifest("T.", &account, &rules(&long), &[]);
    assert!(text.starts_with("# T.\n# Above each rule are the checks that use it.\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: \"1e3\"\n  namespace: \"true\"\n"));
    assert!(text.contains("    resourceNames:\n      - \"0-is-a-long-name-of-an-object\"\n"));
    assert!(!text.contains("kind: Role\n"), "without a rule in a namespace there is no Role");
}
