//! Health checks that see something: kustomize-controller evaluates `healthCheckExprs` only where it waits, and kstatus takes
//! an object without conditions for healthy at once.

use super::Ground;
use super::victoria;
use crate::check::repository::fault::Fault;
use crate::check::repository::model::{Build, Object};
use crate::check::yaml::Node;

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let owned = ground.reach.builds.iter().filter_map(|build| Some((build, build.owner.as_ref()?)));
    owned.flat_map(|(build, owner)| idle(build, owner).into_iter().chain(blind(build, owner))).collect()
}

fn waits(build: &Build) -> bool {
    build.field(&["wait"]).and_then(Node::text) == Some("true")
}

fn idle(build: &Build, owner: &Object) -> Option<Fault> {
    let exprs = build.field(&["healthCheckExprs"]).filter(|exprs| !exprs.items().is_empty())?;
    let listed = build.field(&["healthChecks"]).is_some_and(|list| !list.items().is_empty());
    if listed || waits(build) || owner.is_patched {
        return None;
    }
    let expected = "`wait: true` or healthChecks beside healthCheckExprs";
    let place = owner.nearest(&["spec", "healthCheckExprs"]);
    let fault =
        Fault::new(place, "idle-health", expected, format!("neither: {} are never evaluated", exprs.items().len()));
    Some(fault.hint("set `wait: true`"))
}

/// A Kustomization that waits for objects of which it cannot see whether they work.
fn blind(build: &Build, owner: &Object) -> Vec<Fault> {
    let exprs = build.field(&["healthCheckExprs"]).map(Node::items).unwrap_or_default();
    let has = |object: &Object| exprs.iter().any(|one| one.get("kind").and_then(Node::text) == Some(object.kind()));
    let checks = build.field(&["healthChecks"]).map(Node::items).unwrap_or_default();
    let is_awaited = |object: &Object| {
        waits(build) || checks.iter().any(|one| one.get("kind").and_then(Node::text) == Some(object.kind()))
    };
    let mut kinds: Vec<&str> = Vec::new();
    for object in build.objects.iter().filter(|object| victoria::is_silent(object)) {
        if is_awaited(object) && !has(object) && !owner.is_patched && !kinds.contains(&object.kind()) {
            kinds.push(object.kind());
        }
    }
    let place = owner.nearest(if waits(build) { &["spec", "wait"] } else { &["spec", "healthChecks"] });
    let tell = |kind: &str| {
        let expected = format!("a healthCheckExprs for {kind}, which has no conditions");
        let actual = "none: it counts as healthy before it works, and when it has failed";
        let hint = "add apiVersion, kind, current: status.updateStatus == 'operational' and failed: ... == 'failed'";
        Fault::new(place, "blind-health", expected, actual).hint(hint)
    };
    kinds.into_iter().map(tell).collect()
}
