//! What a suite demands of fields and images.

use super::Ground;
use crate::check::finding::Finding;
use crate::check::repository::fault::Fault;
use crate::check::repository::model::Object;
use crate::check::repository::spec::Demand;
use crate::check::yaml::{Node, Value};
use crate::units::Duration;

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for demand in &ground.spec.demands {
        ground.reach.objects().filter(|object| is_meant(demand, object)).for_each(|object| {
            faults.extend(demand.fields.iter().filter_map(|(path, wanted)| field(object, path, &wanted.0)));
        });
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
    let waiting = ground.spec.depends_on.keys();
    waiting.filter(|name| !ground.reach.has("Kustomization", name)).for_each(|name| {
        tell(format!("a Kustomization {name}, which must wait for others"));
    });
    found
}

fn is_meant(demand: &Demand, object: &Object) -> bool {
    let is_in = |names: &[String]| names.iter().any(|name| name == object.name());
    object.kind() == demand.kind && (demand.only.is_empty() || is_in(&demand.only)) && !is_in(&demand.except)
}

fn field(object: &Object, path: &str, wanted: &str) -> Option<Fault> {
    let names: Vec<&str> = path.split('.').collect();
    let expected = format!("{path} of {} is {wanted}", object.title());
    match object.root.at(&names) {
        Some(node) if node.text().is_some_and(|text| is_same(text, wanted)) => None,
        Some(node) => {
            let actual = node.text().map_or("a list or a map".to_owned(), |text| format!("it is {text}"));
            Some(Fault::new(object.place(node), "other-value", expected, actual).hint("see what the platform demands"))
        }
        None if object.is_patched => None,
        None => {
            let fault = Fault::new(object.nearest(&names), "no-value", expected, "it is not set");
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
