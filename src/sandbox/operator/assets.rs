//! Secrets and ConfigMaps that specs refer to, fetched beforehand so that rendering stays pure.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

use super::object::{given, text};

/// Content of one Secret or ConfigMap, or `None` where it does not exist.
type Content = Option<BTreeMap<String, String>>;

/// One object that a spec refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// Secret: namespace, name.
    Secret(String, String),
    /// ConfigMap: namespace, name.
    ConfigMap(String, String),
}

/// What was fetched, and the files that rendering puts into a workload's asset Secret.
#[derive(Debug, Default)]
pub struct Assets {
    contents: BTreeMap<Reference, Content>,
    /// Files for the asset Secret: name to content.
    pub files: BTreeMap<String, String>,
    /// Where the asset Secret is mounted.
    folder: &'static str,
}

impl Assets {
    /// No contents yet; files will be mounted at `folder`.
    pub fn mounted_at(folder: &'static str) -> Self {
        Assets { folder, ..Assets::default() }
    }

    /// Stores what the API had for `reference`.
    pub fn insert(&mut self, reference: Reference, content: Content) {
        self.contents.insert(reference, content);
    }

    /// The value that a `{name, key}` selector points to in a Secret of `namespace`.
    pub fn secret(&self, namespace: &str, selector: &Value) -> Result<String> {
        let name = text(selector, "name");
        self.value(Reference::Secret(namespace.into(), name.into()), text(selector, "key"))
    }

    /// As `secret`, for `{secret: {name, key}}` or `{configMap: {name, key}}`.
    fn secret_or_config_map(&self, namespace: &str, source: &Value) -> Result<String> {
        match given(source, "configMap") {
            Some(selector) => {
                let name = text(selector, "name");
                self.value(Reference::ConfigMap(namespace.into(), name.into()), text(selector, "key"))
            }
            None => self.secret(namespace, source.get("secret").unwrap_or(source)),
        }
    }

    fn value(&self, reference: Reference, key: &str) -> Result<String> {
        let (kind, namespace, name) = match &reference {
            Reference::Secret(namespace, name) => ("secret", namespace, name),
            Reference::ConfigMap(namespace, name) => ("configmap", namespace, name),
        };
        let missing = || anyhow!("unable to fetch {kind}={name:?}, ns={namespace:?}: {kind}s {name:?} not found");
        let content = self.contents.get(&reference).and_then(Option::as_ref);
        let content = content.ok_or_else(missing)?;
        let value = content.get(key);
        value
            .map(|value| value.trim_end().to_string())
            .ok_or_else(|| anyhow!("expected key={key:?} was not found at {kind}/{namespace}/{name}"))
    }

    /// The paths of a `tlsConfig`, whose contents become files where they come from Secrets.
    pub fn tls(&mut self, namespace: &str, config: &Value) -> Result<[(&'static str, String); 3]> {
        let mut paths =
            [("ca", "ca_file", "caFile"), ("cert", "cert_file", "certFile"), ("keySecret", "key_file", "keyFile")]
                .map(|(source, name, file)| (source, name, text(config, file).to_string()));
        for (source, _, path) in &mut paths {
            let Some(selector) = given(config, source).filter(|_| path.is_empty()) else { continue };
            let content =
                self.secret_or_config_map(namespace, selector).with_context(|| format!("cannot fetch {source}"))?;
            *path = self.file(namespace, selector, content);
        }
        Ok(paths.map(|(_, name, path)| (name, path)))
    }

    fn file(&mut self, namespace: &str, source: &Value, content: String) -> String {
        let kind = if given(source, "configMap").is_some() { "configmap_" } else { "" };
        let selector = given(source, "secret").or(given(source, "configMap")).unwrap_or(source);
        let name = format!("{kind}{namespace}_{}_{}", text(selector, "name"), text(selector, "key"));
        let path = format!("{}/{name}", self.folder);
        self.files.insert(name, content);
        path
    }
}

/// Every Secret and ConfigMap that a spec points to by `{name, key}`.
pub fn references(namespace: &str, spec: &Value) -> BTreeSet<Reference> {
    let mut found = BTreeSet::new();
    collect(namespace, "", spec, &mut found);
    found
}

fn collect(namespace: &str, parent: &str, value: &Value, found: &mut BTreeSet<Reference>) {
    let name = text(value, "name");
    if !name.is_empty() && !text(value, "key").is_empty() {
        let new = if parent.to_lowercase().contains("configmap") { Reference::ConfigMap } else { Reference::Secret };
        found.insert(new(namespace.into(), name.into()));
    }
    match value {
        Value::Object(map) => map.iter().for_each(|(key, v)| collect(namespace, key, v, found)),
        Value::Array(items) => items.iter().for_each(|v| collect(namespace, parent, v, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_missing_secret_is_named_as_the_operator_names_it() {
        let error =
            Assets::default().secret("observability", &json!({"name": "nosuch-secret", "key": "token"})).unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"unable to fetch secret="nosuch-secret", ns="observability": secrets "nosuch-secret" not found"#
        );
    }

    #[test]
    fn references_are_found_at_any_depth() {
        let spec = json!({"endpoints": [{"basicAuth": {"password": {"name": "s", "key": "p"}}},
            {"tlsConfig": {"ca": {"configMap": {"name": "c", "key": "ca"}}}}], "selector": {"name": "no"}});
        let expected = [Reference::Secret("n".into(), "s".into()), Reference::ConfigMap("n".into(), "c".into())];
        assert_eq!(references("n", &spec), expected.into());
    }

    #[test]
    fn a_certificate_from_a_secret_becomes_a_mounted_file() {
        let mut assets = Assets::mounted_at("/certs");
        let content = [("crt".to_string(), "PEM\n".to_string())].into();
        assets.insert(Reference::Secret("n".into(), "tls".into()), Some(content));
        let config = json!({"ca": {"secret": {"name": "tls", "key": "crt"}}, "keyFile": "/own/key"});
        let paths = assets.tls("n", &config).unwrap();
        assert_eq!(paths[0], ("ca_file", "/certs/n_tls_crt".to_string()));
        assert_eq!(paths[2], ("key_file", "/own/key".to_string()));
        assert_eq!(assets.files["n_tls_crt"], "PEM");
    }
}
