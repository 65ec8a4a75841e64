//! A checkup as a table: what is there, what is missing and how to add it, what does not answer and why.

use std::fmt::Write;

use super::{Answer, Checkout, Checkup};
use crate::check::access::Access;
use crate::check::trouble::Trouble;
use crate::connect::{Endpoint, Way};
use crate::rbac::{Permission, Rule, rules};

/// The table, with a last line that counts.
pub fn shown(checkup: &Checkup) -> String {
    let mut out = String::new();
    if checkup.permissions.is_empty() && checkup.components.is_empty() {
        out.push_str("nothing of a cluster is used\n");
    } else {
        cluster(checkup, &mut out);
    }
    match &checkup.checkout {
        Checkout::Unused => {}
        Checkout::Given(folder) => {
            out.push_str("\ncheckout\n");
            line("ok", folder, &mut out);
        }
        Checkout::Missing => {
            out.push_str("\ncheckout\n");
            line("missing", "none was given", &mut out);
            line("", "run with --repo PATH, or set SIGNOFF_REPO", &mut out);
        }
    }
    out.push('\n');
    out.push_str(&match checkup.troubles() {
        0 => "nothing keeps a run from judging\n".to_owned(),
        1 => "1 thing keeps a run from judging\n".to_owned(),
        many => format!("{many} things keep a run from judging\n"),
    });
    out
}

fn cluster(checkup: &Checkup, out: &mut String) {
    out.push_str("permissions\n");
    permissions(&checkup.permissions, out);
    out.push_str("\nresources\n");
    checkup.resources.iter().for_each(|(access, found)| resource(access, found, out));
    out.push_str("\ncomponents\n");
    for (endpoint, found) in &checkup.components {
        component(endpoint, found, out);
        if let Some(way) = checkup.ways.iter().find(|way| way.to == endpoint.to_string()) {
            line("", &taken(way, found.as_ref().ok()), out);
        }
    }
    if checkup.components.is_empty() {
        out.push_str("  none is used\n");
    }
}

/// One line, the first column as wide as its longest word.
fn line(state: &str, text: &str, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "  {state:11}  {text}");
}

fn permissions(found: &[(Permission, Result<bool, Trouble>)], out: &mut String) {
    let with = |wanted: bool| {
        let some = found.iter().filter(|(_, found)| matches!(found, Ok(allowed) if *allowed == wanted));
        rules(&some.map(|(permission, _)| permission.clone()).collect::<Vec<_>>())
    };
    for rule in with(true) {
        line("ok", &rule.to_string(), out);
    }
    for rule in with(false) {
        line("missing", &format!("{rule}, for {}", rule.checks.join(", ")), out);
        line("", &format!("add to {}: {}", role(&rule), rule.entry()), out);
    }
    for (permission, found) in found {
        if let Err(trouble) = found {
            line("unknown", &format!("{}: {trouble}", permission.access), out);
        }
    }
}

fn role(rule: &Rule) -> String {
    match &rule.namespace {
        Some(namespace) => format!("a Role in namespace {namespace}"),
        None => "a ClusterRole".to_owned(),
    }
}

fn resource(access: &Access, found: &Result<bool, Trouble>, out: &mut String) {
    let name = match access.group.as_str() {
        "" => access.resource.clone(),
        group => format!("{}.{group}", access.resource),
    };
    match found {
        Ok(true) => line("ok", &name, out),
        Ok(false) => line("missing", &format!("{name} is not served: install its CRD or API service"), out),
        Err(trouble) => line("unknown", &format!("{name}: {trouble}"), out),
    }
}

/// The way, why it was taken, and what it costs.
fn taken(way: &Way, answer: Option<&Answer>) -> String {
    let cost = answer.and_then(|answer| answer.round_trip);
    let cost = cost.map(|took| format!("; {:.2} ms a round trip", took.as_secs_f64() * 1e3)).unwrap_or_default();
    format!("by {}, {}{cost}", way.via, way.why)
}

fn component(endpoint: &Endpoint, found: &Result<Answer, Trouble>, out: &mut String) {
    match found {
        Ok(answer) => line("ok", &format!("{endpoint}: {}", answer.component), out),
        Err(trouble) => {
            let state = if matches!(trouble, Trouble::WrongComponent { .. }) { "wrong" } else { "unreachable" };
            line(state, &format!("{endpoint}: {trouble}"), out);
            let verdict = trouble.verdict();
            let finding = verdict.as_ref().and_then(|verdict| verdict.findings().first());
            if let Some(hint) = finding.and_then(|finding| finding.hint.as_deref()) {
                line("", hint, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::connect::{Application, Component, Port, Via};

    fn permission(access: Access, checks: &[&str]) -> Permission {
        Permission { access, checks: checks.iter().map(|check| (*check).to_owned()).collect() }
    }

    fn endpoint(service: &str) -> Endpoint {
        Endpoint { namespace: "o".to_owned(), service: service.to_owned(), port: Port("http".to_owned()) }
    }

    #[test]
    fn each_state_has_its_line_and_what_is_missing_says_how_to_add_it() {
        let single = Component { application: Some(Application::VmSingle), version: Some("v1.131.0".to_owned()) };
        let single = Answer { component: single, round_trip: Some(Duration::from_micros(420)) };
        let way = |to: &str, via, why: &str| Way { to: endpoint(to).to_string(), via, why: why.to_owned() };
        let late = || Trouble::TimedOut { to: "the API".to_owned(), seconds: 20.0 };
        let wrong = Trouble::WrongComponent {
            service: endpoint("b").to_string(),
            expected: "vmalert".to_owned(),
            answered: "vmagent v1".to_owned(),
        };
        let gone = Trouble::NotDeployed { service: endpoint("c").to_string() };
        let checkup = Checkup {
            permissions: vec![
                (permission(Access::new("list", "", "nodes"), &["a"]), Ok(true)),
                (permission(Access::new("get", "g.io", "vms").within("o").named("vm"), &["a", "b"]), Ok(false)),
                (permission(Access::new("list", "", "pods").within("o"), &["a"]), Err(late())),
            ],
            resources: vec![
                (Access::new("list", "", "nodes"), Ok(true)),
                (Access::new("get", "g.io", "vms"), Ok(false)),
            ],
            components: vec![(endpoint("a"), Ok(single)), (endpoint("b"), Err(wrong)), (endpoint("c"), Err(gone))],
            ways: vec![
                way("b", Via::Proxy, "as --access asks"),
                way("a", Via::Dns, "since this runs in a Pod of the cluster"),
            ],
            checkout: Checkout::Missing,
        };
        let expected = "\
permissions
  ok           list nodes in the whole cluster
  missing      get vms of g.io in namespace o named vm, for a, b
               add to a Role in namespace o: {apiGroups: [\"g.io\"], resources: [\"vms\"], resourceNames: [\"vm\"], verbs: [\"get\"]}
  unknown      list pods in namespace o: no answer from the API within 20 s

resources
  ok           nodes
  missing      vms.g.io is not served: install its CRD or API service

components
  ok           Service o/a: vmsingle v1.131.0
               by dns, since this runs in a Pod of the cluster; 0.42 ms a round trip
  wrong        Service o/b: Service o/b is answered by vmagent v1, not by vmalert
               check the Service's selector and port, and the address given with --url
               by proxy, as --access asks
  unreachable  Service o/c: Service o/c does not exist
               check its namespace and name in the suite, and the status of the object that makes it

checkout
  missing      none was given
               run with --repo PATH, or set SIGNOFF_REPO

6 things keep a run from judging
";
        assert_eq!(shown(&checkup), expected);
    }

    #[test]
    fn a_checkup_without_troubles_says_so() {
        let ok = (permission(Access::new("list", "", "nodes"), &["a"]), Ok(true));
        let checkup = Checkup { permissions: vec![ok], ..Checkup::default() };
        assert!(shown(&checkup).ends_with("components\n  none is used\n\nnothing keeps a run from judging\n"));
        let checkup = Checkup { checkout: Checkout::Given("infra".to_owned()), ..Checkup::default() };
        let expected = "\
nothing of a cluster is used

checkout
  ok           infra

nothing keeps a run from judging
";
        assert_eq!(shown(&checkup), expected);
    }
}
