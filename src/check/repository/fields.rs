//! Whether an object has the fields that Flux's kinds have, and only these.

use super::fault::{Fault, Place};
use super::model::Object;
use super::shape::{Field, KINDS, Shape};
use super::spec::Release;
use crate::check::suggest::closest;
use crate::check::yaml::{Mark, Node, Value};

/// Everything in an object that its kind does not know, needs, or has otherwise; nothing of kinds that are not Flux's.
/// Fields of a release later than `flux` are not known.
pub fn faults(object: &Object, flux: Option<Release>) -> Vec<Fault> {
    let kind = format!("{} {}", object.text(&["apiVersion"]), object.kind());
    let Some(known) = KINDS.iter().find(|field| field.name == kind) else { return Vec::new() };
    let Shape::Fields(fields) = &known.shape else { return Vec::new() };
    let mut reader = Reader { object, flux, faults: Vec::new() };
    for field in fields {
        match object.root.get(field.name) {
            Some(node) => reader.value(&field.shape, node, field.name),
            None => reader.missing(object.here(), field.name, object.kind()),
        }
    }
    reader.faults
}

struct Reader<'o> {
    object: &'o Object,
    flux: Option<Release>,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn value(&mut self, shape: &Shape, node: &Node, path: &str) {
        if node.is_null() || node.text().is_some_and(|text| text.contains("${")) {
            return;
        }
        match (shape, &node.value) {
            (Shape::Any, _) | (Shape::Map, Value::Map(_)) => {}
            (Shape::Fields(fields), Value::Map(entries)) => {
                for (key, value) in entries {
                    match fields.iter().find(|field| field.name == key.text) {
                        Some(Field { since: Some(since), .. }) if self.flux.is_some_and(|flux| flux < *since) => {
                            self.too_new(key.mark, &key.text, path, *since);
                        }
                        Some(field) => self.value(&field.shape, value, &format!("{path}.{}", key.text)),
                        None => self.unknown(key.mark, &key.text, path, fields),
                    }
                }
                let absent = fields.iter().filter(|field| field.is_required && node.get(field.name).is_none());
                let place = Place { file: self.object.file, mark: node.mark };
                absent.for_each(|field| self.missing(place, field.name, path));
            }
            (Shape::List(item), Value::List(items)) => {
                items.iter().for_each(|node| self.value(item, node, &format!("{path}[]")));
            }
            (shape, Value::Scalar { text, plain }) if shape.holds(text, *plain) => {}
            (shape, _) => self.otherwise(node, shape, path),
        }
    }

    fn unknown(&mut self, mark: Mark, name: &str, path: &str, fields: &[Field]) {
        let place = Place { file: self.object.file, mark };
        let near = closest(name, fields.iter().map(|field| field.name));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        let hint = hint.unwrap_or_else(|| format!("{path} has {}", list(fields.iter().map(|field| field.name))));
        let expected = format!("a field that {path} of a {} has", self.object.kind());
        self.faults.push(Fault::new(place, "unknown-field", expected, format!("no field {name}")).hint(hint));
    }

    fn too_new(&mut self, mark: Mark, name: &str, path: &str, since: Release) {
        let place = Place { file: self.object.file, mark };
        let expected = format!("a field that {path} of a {} has in the platform's Flux", self.object.kind());
        let actual = format!("{name}, which there is since {}", String::from(since));
        let fault = Fault::new(place, "unknown-field", expected, actual);
        self.faults.push(fault.hint("take it away, or correct `flux` in the suite"));
    }

    fn missing(&mut self, place: Place, name: &str, path: &str) {
        if self.object.is_patched {
            return;
        }
        let fault = Fault::new(place, "missing-field", format!("{path} has {name}"), "it has not");
        self.faults.push(fault.hint("the API server refuses the object without it: add it"));
    }

    fn otherwise(&mut self, node: &Node, shape: &Shape, path: &str) {
        let found = match &node.value {
            Value::Scalar { text, .. } => format!("`{text}`"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a map".to_owned(),
        };
        let (code, hint) = match shape {
            Shape::OneOf(_) => ("unknown-value", "write one of them"),
            Shape::Text => ("wrong-type", "put quotes around it"),
            Shape::Duration => ("wrong-type", "hours are the longest unit: 24h is a day"),
            _ => ("wrong-type", "correct the value"),
        };
        let fault = Fault::new(self.object.place(node), code, format!("{path} is {}", shape.words()), found);
        self.faults.push(fault.hint(hint));
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::repository::tree::documents;

    fn found(spec: &str) -> Vec<(usize, &'static str)> {
        let text = format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: x}}\nspec:\n  interval: 1h\n{spec}"
        );
        let documents = documents(&text).unwrap();
        let faults = faults(&Object::new(0, &documents.roots[0]), Some(Release(2, 8)));
        faults.iter().map(|fault| (fault.place.mark.line, fault.code)).collect()
    }

    #[test]
    fn each_shape_is_held_against_what_is_written() {
        assert_eq!(found("  chart: {spec: {chart: x, sourceRef: {kind: HelmRepository, name: y}}}\n"), []);
        assert_eq!(found("  chart:\n    spec: {chart: x}\n"), [(7, "missing-field")]);
        assert_eq!(found("  upgrade: {cleanUpOnFail: true}\n"), [(6, "unknown-field")]);
        assert_eq!(found("  chartRef: {kind: HelmRepository, name: y}\n"), [(6, "unknown-value")]);
        assert_eq!(found("  timeout: 1d\n"), [(6, "wrong-type")]);
        assert_eq!(found("  install: {remediation: {retries: \"3\"}}\n"), [(6, "wrong-type")]);
        assert_eq!(found("  releaseName: 1.5\n"), [(6, "wrong-type")]);
        assert_eq!(found("  dependsOn: {name: y}\n"), [(6, "wrong-type")]);
        assert_eq!(found("  suspend: maybe\n"), [(6, "wrong-type")]);
        assert_eq!(found("  waitStrategy: {name: legacy}\n"), []);
        assert_eq!(found("  postRenderStrategy: nohooks\n"), [(6, "unknown-field")]);
        assert_eq!(found("  suspend: ${SUSPEND}\n  values: {any: [thing]}\n"), []);
    }

    #[test]
    fn what_a_patch_may_add_is_not_missing() {
        let text =
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\nspec: {suspend: true}\n";
        let object = Object::new(0, &documents(text).unwrap().roots[0]);
        assert_eq!(faults(&object, None).len(), 1);
        assert!(super::faults(&Object { is_patched: true, ..object }, None).is_empty());
    }
}
