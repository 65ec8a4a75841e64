//! What a run asked of the sandbox's API, from its audit log, beside what the kinds declare that they use.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use signoff::check::access::Access;
use signoff::connect::{Endpoint, Via};
use signoff::plan::Plan;
use signoff::rbac::{self, Permission};

/// What was asked for by somebody who acted as this user, each once.
pub fn by(user: &str, sandbox: &Path) -> BTreeSet<Access> {
    let log = std::fs::read_to_string(sandbox.join("audit.jsonl")).unwrap();
    let events = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    events.filter(|event| event["impersonatedUser"]["username"] == user).map(|event| access(&event)).collect()
}

fn access(event: &Value) -> Access {
    let text = |key: &str| event["objectRef"][key].as_str().map(str::to_owned);
    let resource = text("resource").unwrap();
    Access {
        verb: event["verb"].as_str().unwrap().to_owned(),
        group: text("apiGroup").unwrap_or_default(),
        resource: text("subresource").map_or(resource.clone(), |sub| format!("{resource}/{sub}")),
        namespace: text("namespace"),
        name: text("name"),
    }
}

/// What was asked for without being declared, and what is declared without having been asked for, in words.
pub fn differences(plan: &Plan, asked: &BTreeSet<Access>) -> Vec<String> {
    let via = |_: &Endpoint| Via::PortForward;
    // As each kind declares it: a wide permission of one kind must not hide what another one forgot, or made up.
    let declared = plan.running().flat_map(|check| {
        let accesses = check.expectation.uses().into_iter().flat_map(|one| one.access(via));
        accesses.map(|access| Permission { access, checks: vec![check.card.id.clone()] }).collect::<Vec<_>>()
    });
    let declared: Vec<Permission> = declared.collect();
    let optional: Vec<Access> = rbac::optional(plan, via, &[]).into_iter().map(|one| one.access).collect();
    let fits = |wide: &Access, narrow: &Access| wide.covers(narrow) && wide.namespace == narrow.namespace;
    let undeclared = asked
        .iter()
        .filter(|asked| !declared.iter().map(|one| &one.access).chain(&optional).any(|declared| fits(declared, asked)));
    let idle = declared.iter().filter(|one| {
        // Asked for from Kubernetes 1.35 on.
        let is_newer = (one.access.verb.as_str(), one.access.resource.as_str()) == ("create", "pods/portforward");
        !is_newer && !asked.iter().any(|asked| fits(&one.access, asked))
    });
    let undeclared = undeclared.map(|access| format!("asked for, but not declared: {access}"));
    let idle = idle.map(|one| format!("declared by {}, but not asked for: {}", one.checks.join(", "), one.access));
    undeclared.chain(idle).collect()
}

/// That the comparison sees one request too many, and every one too few.
pub fn must_differ(plan: &Plan, asked: &BTreeSet<Access>) {
    let secrets = Access::new("get", "", "secrets").within("observability").named("s");
    let more = asked.iter().cloned().chain([secrets]).collect();
    let expected = "asked for, but not declared: get secrets in namespace observability named s";
    assert_eq!(differences(plan, &more), [expected]);
    // What is optional may be left out; of what is asked for by many names, one more or less makes no difference.
    let optional = rbac::optional(plan, |_| Via::PortForward, &[]);
    let is_optional = |one: &Access| optional.iter().any(|optional| optional.access.covers(one));
    let uses: Vec<_> = plan.running().flat_map(|check| check.expectation.uses()).collect();
    let declared: Vec<Access> = uses.into_iter().flat_map(|one| one.access(|_| Via::PortForward)).collect();
    let is_of_many = |one: &Access| {
        let of_any_name = |wide: &&Access| wide.name.is_none() && wide.verb == one.verb && wide.covers(one);
        one.name.is_some() && declared.iter().any(|wide| of_any_name(&wide))
    };
    for one in asked.iter().filter(|one| !is_optional(one) && !is_of_many(one)) {
        let fewer = asked.iter().filter(|other| *other != one).cloned().collect();
        let found = differences(plan, &fewer);
        assert!(!found.is_empty() && found.iter().all(|one| one.contains("but not asked for")), "{one}: {found:?}");
    }
}
