//! What a suite demands of fields and images.

mod path;

use super::Ground;
use crate::check::finding::Finding;
use crate::check::repository::fault::Fault;
use crate::check::repository::model::Object;
use crate::check::repository::spec::{Demand, Wanted};
use crate::check::yaml::{Node, Value};
use crate::units::Duration;

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for demand in &ground.spec.demands {
        let of = |object| demand.fields.iter().filter_map(move |(path, wanted)| field(object, path, wanted));
        let objects = || ground.reach.objects().filter(|object| is_meant(demand, object));
        match demand.any {
            // One of several in which nothing is wrong: else the first one stands for all.
            true if objects().any(|object| of(object).next().is_none()) => {}
            true => faults.extend(objects().next().into_iter().flat_map(of)),
            false => faults.extend(objects().flat_map(of)),
        }
    }
    if ground.spec.digests {
        ground.reach.objects().for_each(|object| images(object, &object.root, &mut faults));
    }
    faults
}

/// Demands that nothing is held against: what they ask for is not proven.
pub fn idle(ground: &Ground<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut tell = |expected: String| {
        let finding = Finding::new("repository/no-object", expected, "the entries lead to none");
        found.push(finding.hint("correct the kind or the name in the suite").terminal());
    };
    for demand in &ground.spec.demands {
        let all = || ground.reach.objects().filter(|object| is_meant(demand, object));
        let absent = demand.only.iter().filter(|name| !all().any(|object| object.name() == **name));
        absent.for_each(|name| tell(format!("a {} {name}, of which fields are demanded", demand.kind)));
        if demand.only.is_empty() && all().next().is_none() {
            tell(format!("a {}, of which fields are demanded", demand.kind));
        }
    }
    let is_there = |name: &str| ground.reach.objects().any(|one| one.kind() == "Kustomization" && one.name() == name);
    for name in ground.spec.depends_on.keys().filter(|name| !is_there(name)) {
        tell(format!("a Kustomization {name}, which must wait for others"));
    }
    found
}

fn is_meant(demand: &Demand, object: &Object) -> bool {
    let is_in = |names: &[String]| names.iter().any(|name| name == object.name());
    object.kind() == demand.kind && (demand.only.is_empty() || is_in(&demand.only)) && !is_in(&demand.except)
}

fn field(object: &Object, path: &str, wanted: &Wanted) -> Option<Fault> {
    let names = path::names(path);
    let found = path::nodes(&object.root, &names);
    let (expected, is_it): (String, &dyn Fn(&Node) -> bool) = match wanted {
        Wanted::Value(value) => {
            (format!("is {}", value.0), &|node| node.text().is_some_and(|text| is_same(text, &value.0)))
        }
        Wanted::Set(true) => ("is set".to_owned(), &|node| !node.is_null()),
        Wanted::Set(false) => ("is not set".to_owned(), &|node| node.is_null()),
    };
    let expected = format!("{path} of {} {expected}", object.title());
    let is_unset = *wanted == Wanted::Set(false);
    match found.first() {
        None if is_unset || object.is_patched => None,
        None => {
            let fault = Fault::new(object.nearest(&names), "no-value", expected, "it is not set");
            Some(fault.hint("see what the platform demands"))
        }
        Some(_) if found.iter().any(|node| is_it(node)) => None,
        Some(node) => {
            let value = node.text().map_or("a list or a map".to_owned(), |text| format!("it is {text}"));
            let more = if found.len() > 1 {
                format!(", and {} others are not it either", found.len() - 1)
            } else {
                String::new()
            };
            let fault = Fault::new(object.place(node), "other-value", expected, format!("{value}{more}"));
            Some(fault.hint("see what the platform demands"))
        }
    }
}

fn is_same(found: &str, wanted: &str) -> bool {
    let length = |text: &str| text.parse::<Duration>().ok();
    found == wanted || length(found).is_some_and(|found| length(wanted) == Some(found))
}

/// `image: name:tag`, and `image: {repository, tag}` as values of charts have it.
fn images(object: &Object, node: &Node, faults: &mut Vec<Fault>) {
    if let Value::List(items) = &node.value {
        items.iter().for_each(|item| images(object, item, faults));
    }
    for (key, value) in node.entries() {
        if key.text == "image"
            && let Some(image) = image(value)
            && !image.contains("@sha256:")
            && !image.contains("${")
        {
            let fault =
                Fault::new(object.place(value), "no-digest", "an image with its digest: name:tag@sha256:...", image);
            faults.push(fault.hint("a tag can be moved: add the digest"));
        }
        images(object, value, faults);
    }
}

/// An image as it is written; `None` where none is named, or its digest stands apart.
fn image(node: &Node) -> Option<String> {
    if let Some(text) = node.text() {
        return (!node.is_null()).then(|| text.to_owned());
    }
    let part = |key: &str| node.get(key).and_then(Node::text).filter(|text| !text.is_empty());
    let tag = part("tag").filter(|_| part("digest").is_none())?;
    Some(format!("{}:{tag}", part("repository").unwrap_or("...")))
}
