//! Judges the elements that a path leads to, one by one.

use jiff::Timestamp;

use super::{Told, field};
use crate::check::finding::Finding;
use crate::check::object::each::ForEach;
use crate::check::object::observation::{Element, Elements, Found};
use crate::check::object::spec::Demand;

/// Elements that are not as they should be. Those of a status that speaks of an older generation are left alone.
pub(super) fn of_object(demand: &Demand, object: &Found, settled: bool, at: Timestamp) -> Vec<Told> {
    let current = demand.for_each.iter().filter(|each| field::is_current(&each.path, settled));
    let of = |each: &ForEach| match object.elements.iter().find(|seen| seen.path == each.path.as_str()) {
        Some(seen) => of_elements(each, seen, at),
        None => vec![field::not_looked_at(each.path.as_str())],
    };
    current.flat_map(of).collect()
}

fn of_elements(each: &ForEach, seen: &Elements, at: Timestamp) -> Vec<Told> {
    let path = &each.path;
    if seen.count == 0 {
        let expected = format!("{path} leads to one element at least");
        let finding = Finding::new("object/missing-field", expected, "nothing is there");
        let near = seen.near.as_ref().map(|near| format!("there is {near}: correct the path, or the object"));
        return vec![Told::Fails(Finding { hint: near, ..finding })];
    }
    let mut told = Vec::new();
    if let Some(count) = each.count.as_ref().filter(|count| !count.holds(seen.count)) {
        let expected = format!("{path} leads to {count} elements");
        told.push(Told::Fails(Finding::new("object/other-count", expected, format!("to {}", seen.count))));
    }
    if seen.count > seen.each.len() as u64 {
        let actual = format!("{} of {}", seen.each.len(), seen.count);
        let expected = format!("every element that {path} leads to is looked at");
        told.push(Told::Unclear(Finding::new("object/too-many", expected, actual).hint("narrow the path").terminal()));
    }
    told.extend(seen.each.iter().flat_map(|element| of_element(each, element, at)));
    told
}

fn of_element(each: &ForEach, element: &Element, at: Timestamp) -> Vec<Told> {
    let mut told = Vec::new();
    for (path, wanted) in &each.fields {
        let what = format!("{path} of {}", title(element));
        match element.paths.iter().find(|seen| seen.path == path.as_str()) {
            Some(seen) => told.extend(field::of_path(&what, wanted, seen, at)),
            None => told.push(field::not_looked_at(&what)),
        }
    }
    told
}

/// `spec.containers[1] (config-reloader)`.
fn title(element: &Element) -> String {
    match &element.name {
        Some(name) => format!("{} ({name})", element.at),
        None => element.at.clone(),
    }
}
