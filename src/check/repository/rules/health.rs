//! Health checks that see something: kustomize-controller evaluates `healthCheckExprs` only where it waits, for the objects of
//! their group and kind, and kstatus takes an object without conditions for healthy at once.

use super::Ground;
use super::victoria;
use crate::check::repository::fault::{Fault, Place};
use crate::check::repository::model::{Build, Object};
use crate::check::yaml::Node;

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let owned = ground.reach.builds.iter().filter_map(|build| Some((build, build.owner.as_ref()?)));
    let owned = owned.filter(|(_, owner)| !owner.is_patched);
    owned
        .flat_map(|(build, owner)| idle(build, owner).map_or_else(|| blind(build, owner), |fault| vec![fault]))
        .collect()
}

fn waits(build: &Build) -> bool {
    build.field(&["wait"]).and_then(Node::text) == Some("true")
}

fn items<'b>(build: &'b Build, key: &str) -> &'b [Node] {
    build.field(&[key]).map(Node::items).unwrap_or_default()
}

fn idle(build: &Build, owner: &Object) -> Option<Fault> {
    let exprs = items(build, "healthCheckExprs").len();
    if exprs == 0 || !items(build, "healthChecks").is_empty() || waits(build) {
        return None;
    }
    let expected = "`wait: true` or healthChecks beside healthCheckExprs";
    let place = owner.nearest(&["spec", "healthCheckExprs"]);
    let fault = Fault::new(place, "idle-health", expected, format!("neither: {exprs} are never evaluated"));
    Some(fault.hint("set `wait: true`"))
}

/// A Kustomization that is ready whether or not its objects work, as nothing of them shows it: each kind once.
fn blind(build: &Build, owner: &Object) -> Vec<Fault> {
    let mut told: Vec<&str> = Vec::new();
    let mut faults = Vec::new();
    for object in build.objects.iter().filter(|object| victoria::is_silent(object)) {
        let fault = match (is_awaited(build, object), expression(build, object)) {
            (false, _) => unawaited(build, owner, object),
            (true, None) => unseen(build, owner, object),
            (true, Some(expression)) => match constant(owner, object, expression) {
                Some(fault) => fault,
                None => continue,
            },
        };
        if !told.contains(&object.kind()) {
            told.push(object.kind());
            faults.push(fault);
        }
    }
    faults
}

fn is_awaited(build: &Build, object: &Object) -> bool {
    let is_it = |check: &Node| {
        let text = |key| check.get(key).and_then(Node::text).unwrap_or_default();
        let is_there = |text: &str, found: &str| text.contains("${") || text == found;
        let namespace = Some(text("namespace")).filter(|namespace| !namespace.is_empty()).unwrap_or("default");
        is_of(check, object) && is_there(text("name"), object.name()) && is_there(namespace, object.home())
    };
    waits(build) || items(build, "healthChecks").iter().any(is_it)
}

fn expression<'b>(build: &'b Build, object: &Object) -> Option<&'b Node> {
    items(build, "healthCheckExprs").iter().find(|one| is_of(one, object))
}

/// Whether an entry is for the group and kind of an object.
fn is_of(entry: &Node, object: &Object) -> bool {
    let text = |key| entry.get(key).and_then(Node::text).unwrap_or_default();
    let group = text("apiVersion").split_once('/').map_or("", |(group, _)| group);
    text("kind") == object.kind() && group == object.group()
}

const HINT: &str = "current: status.updateStatus == 'operational' and failed: ... == 'failed'";

fn place(build: &Build, owner: &Object) -> Place {
    let listed = !items(build, "healthChecks").is_empty();
    owner.nearest(if listed && !waits(build) { &["spec", "healthChecks"] } else { &["spec", "wait"] })
}

fn unawaited(build: &Build, owner: &Object, object: &Object) -> Fault {
    let expected = format!("{} waits for {} to work", owner.title(), object.title());
    let actual = "it does not: it is ready as soon as the object is written, and stays so when it has failed";
    let hint = format!("set `wait: true` with a healthCheckExprs for {}: {HINT}", object.kind());
    Fault::new(place(build, owner), "blind-health", expected, actual).hint(hint)
}

fn unseen(build: &Build, owner: &Object, object: &Object) -> Fault {
    let expected = format!("a healthCheckExprs for {} of {}, which has no conditions", object.kind(), object.group());
    let actual = "none: it counts as healthy before it works, and when it has failed";
    Fault::new(place(build, owner), "blind-health", expected, actual).hint(format!("add apiVersion, kind, {HINT}"))
}

/// An expression that is true whatever the object shows.
fn constant(owner: &Object, object: &Object, expression: &Node) -> Option<Fault> {
    let current = expression.get("current")?;
    let text = current.text().filter(|text| !text.contains("status") && !text.contains("${"))?;
    let expected = format!("an expression that reads the status of {}", object.title());
    let fault =
        Fault::new(owner.place(current), "blind-health", expected, format!("`{text}`, which reads nothing of it"));
    Some(fault.hint(format!("write {HINT}")))
}
