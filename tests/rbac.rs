//! The permissions that `signoff rbac` prints: what it prints, and, on a real cluster, that they are enough and that each
//! one of them is needed.
//!
//! `SIGNOFF_TEST_KUBECONFIG` names the cluster; the story's stack must be deployed there, and its user must be permitted to
//! do everything. Without it the second part is left out.

#[path = "rbac/cluster.rs"]
mod cluster;
#[path = "rbac/outcome.rs"]
mod outcome;
#[path = "common/pace.rs"]
mod pace;

use std::process::{Command, Output};

use cluster::Cluster;
use signoff::connect::Via;
use signoff::plan::{Filter, Plan};
use signoff::rbac::{self, Permission};

const SUITE: &str = "suites/story-6.1.yaml";
/// Short looks that need little: they stand beside those that lack a permission, and must stay green.
const BESIDE: [&str; 3] = ["crds-served", "alertmanager-rolled-out", "vmsingle-answers"];

fn printed(arguments: &[&str]) -> Output {
    printed_of(SUITE, arguments)
}

fn printed_of(suite: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_signoff")).args(["rbac", suite]).args(arguments).output().unwrap()
}

fn plan() -> Plan {
    let suite = signoff::suite::read(SUITE.as_ref(), &[]).unwrap_or_else(|error| panic!("{error}"));
    Plan::new(suite, &Filter::default())
}

#[test]
fn what_is_printed_is_what_was_reviewed() {
    let output = printed(&["--access", "port-forward", "--namespace", "observability"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let (title, rest) = text.split_once('\n').unwrap();
    assert_eq!(
        title,
        "# What a run of suites/story-6.1.yaml uses when it reaches components by port-forward, and nothing more."
    );
    let reviewed = include_str!("../src/rbac/story-by-port-forward.yaml");
    assert_eq!(rest, reviewed.split_once('\n').unwrap().1);
}

#[test]
fn names_that_no_object_can_have_and_empty_selections_are_refused() {
    let refused = printed(&["--name", "Signoff_1"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("lower-case letters, digits and inner dashes"));
    let nothing = printed(&["no-such-check"]);
    assert_eq!((nothing.status.code(), nothing.stdout.len()), (Some(4), 0));
    let one = printed_of("suites/platform/cert-manager.yaml", &["crds-served"]);
    let one = String::from_utf8(one.stdout).unwrap();
    assert!(one.contains("kind: ClusterRole\n") && !one.contains("kind: Role\n"), "{one}");
}

#[tokio::test]
async fn the_printed_rules_are_enough_and_each_of_them_is_needed() {
    let Some(mut cluster) = Cluster::of_environment("signoff-rbac-test") else { return };
    let plan = plan();
    let forward = rbac::permissions(&plan, |_| Via::PortForward);
    let mut wrong = each_is_needed(&cluster, &plan, &forward, &forward).await;
    // On another way only what the way itself needs is another permission. By DNS that is nothing (`deploy`'s Job shows it).
    cluster.via = Via::Proxy;
    let proxy = rbac::permissions(&plan, |_| Via::Proxy);
    let its_own: Vec<Permission> = proxy.iter().filter(|one| !forward.contains(one)).cloned().collect();
    assert!(its_own.iter().all(|one| one.access.resource == "pods/proxy") && its_own.len() >= 3, "{its_own:?}");
    wrong.extend(each_is_needed(&cluster, &plan, &proxy, &its_own).await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs the suite under exactly `all`, then the checks that use each of `some` without that one; says what was not as it must be.
async fn each_is_needed(cluster: &Cluster, plan: &Plan, all: &[Permission], some: &[Permission]) -> Vec<String> {
    cluster.permit(all);
    cluster.until_allowed(&all.last().unwrap().access, true).await;
    let (run, page) = cluster.run(SUITE.as_ref(), &[]);
    assert!(run.checks.iter().all(|check| check.is_green()), "under exactly the printed rules: {page}");

    let suite = cluster.without_needs(SUITE);
    let mut wrong = Vec::new();
    let mut given_back: Option<&Permission> = None;
    for taken in some {
        let rest: Vec<Permission> = all.iter().filter(|one| *one != taken).cloned().collect();
        cluster.permit(&rest);
        cluster.until_allowed(&taken.access, false).await;
        if let Some(given_back) = given_back.replace(taken) {
            cluster.until_allowed(&given_back.access, true).await;
        }
        let denied: Vec<&str> = taken.checks.iter().map(String::as_str).collect();
        let beside = BESIDE.into_iter().filter(|check| !denied.contains(check)).take(2);
        let selected: Vec<&str> = denied.iter().copied().chain(beside).collect();
        let (run, _) = cluster.run(&suite, &selected);
        cluster.clean_up_after(&run.card.run);
        let is_asked = cluster.asks_for(&taken.access).await;
        for check in selected {
            let expected = if is_asked && denied.contains(&check) { Some(&taken.access) } else { None };
            let found = outcome::compare(plan, cluster.via, &run, check, expected);
            wrong.extend(found.err().map(|why| format!("by {} without {}: {check} {why}", cluster.via, taken.access)));
        }
        eprintln!("by {} without {}: looked at {} checks", cluster.via, taken.access, denied.len());
    }
    wrong
}
