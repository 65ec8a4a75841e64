//! The schema that editors get says the same as the reader: what it accepts is accepted, what has a wrong shape is not.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use signoff::suite;

fn suites(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths
}

fn read(path: &Path) -> Value {
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The words of JSON Schema that the suites' schema uses; enough to hold a document against it.
struct Schema(Value);

impl Schema {
    /// What of `value` is not as `schema` says; empty when all is.
    fn misfits(&self, schema: &Value, value: &Value, path: &str) -> Vec<String> {
        if let Some(name) = schema["$ref"].as_str() {
            let definition = self.0.pointer(name.trim_start_matches('#')).expect("a reference leads to a definition");
            return self.misfits(definition, value, path);
        }
        let mut misfits = self.type_misfit(schema, value, path);
        let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
        if choices.is_some_and(|choices| !choices.iter().any(|choice| self.misfits(choice, value, path).is_empty())) {
            misfits.push(format!("{path} is none of the choices"));
        }
        if schema["enum"].as_array().is_some_and(|values| !values.contains(value)) {
            misfits.push(format!("{path} is none of the values"));
        }
        if schema.get("const").is_some_and(|only| only != value) {
            misfits.push(format!("{path} is another value"));
        }
        for (key, inner) in value.as_object().into_iter().flatten() {
            let path = format!("{path}.{key}");
            match (&schema["properties"][key], &schema["additionalProperties"]) {
                (Value::Null, Value::Bool(false)) => misfits.push(format!("{path} is not known")),
                (Value::Null, Value::Null) => {}
                (Value::Null, additional) => misfits.extend(self.misfits(additional, inner, &path)),
                (property, _) => misfits.extend(self.misfits(property, inner, &path)),
            }
        }
        for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if value.is_object() && value.get(key).is_none() {
                misfits.push(format!("{path}.{key} is missing"));
            }
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            misfits.extend(self.misfits(&schema["items"], item, &format!("{path}[{index}]")));
        }
        misfits
    }

    fn type_misfit(&self, schema: &Value, value: &Value, path: &str) -> Vec<String> {
        let types = match &schema["type"] {
            Value::Null => return Vec::new(),
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            one => vec![one.as_str().unwrap_or_default()],
        };
        let fits = |name: &&str| match *name {
            "object" => value.is_object(),
            "array" => value.is_array(),
            // The reader takes an unquoted number for a text where a text is wanted.
            "string" => value.is_string() || value.is_number() || value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            other => panic!("the schema has the unknown type {other}"),
        };
        if types.iter().any(fits) { Vec::new() } else { vec![format!("{path} is no {}", types.join(" or "))] }
    }
}

fn misfits(path: &Path) -> Vec<String> {
    let schema = Schema(suite::schema());
    schema.misfits(&schema.0, &read(path), "")
}

#[test]
fn every_shipped_suite_is_valid_and_fits_the_schema() {
    for folder in ["suites", "suites/platform"] {
        assert!(!suites(folder).is_empty(), "{folder}");
    }
    for path in ["suites", "suites/platform"].into_iter().flat_map(suites) {
        assert_eq!(misfits(&path), Vec::<String>::new(), "{}", path.display());
        if let Err(error) = suite::read(&path, &[]) {
            panic!("\n{error}");
        }
    }
}

#[test]
fn a_wrong_shape_does_not_fit_the_schema() {
    for name in
        ["unknown-key", "unknown-key-at-top", "unknown-key-of-kind", "unknown-kind", "unknown-value", "missing-key"]
            .into_iter()
            .chain(["missing-title", "wrong-type", "two-kinds", "broken-list-items", "broken-variables"])
    {
        let path = Path::new("tests/diagnostics").join(name).with_extension("yaml");
        assert!(!misfits(&path).is_empty(), "{name} fits the schema");
    }
}

#[test]
fn what_only_its_meaning_makes_wrong_fits_the_schema() {
    for name in ["circle", "unknown-need", "duplicate-check", "criterion-without-check", "everything-at-once"] {
        let path = Path::new("tests/diagnostics").join(name).with_extension("yaml");
        assert_eq!(misfits(&path), Vec::<String>::new(), "{name}");
    }
}
