//! The environment and the `$(VAR)` references of a container.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ConfigMap, Container, EnvVarSource, Pod, Secret};

/// Where ConfigMaps and Secrets of the pod's namespace are looked up.
pub(super) trait Lookup {
    /// The ConfigMap of that name.
    fn config_map(&self, name: &str) -> Option<ConfigMap>;
    /// The Secret of that name.
    fn secret(&self, name: &str) -> Option<Secret>;
}

/// What a `fieldRef` may tell about the pod.
pub(super) struct Fields<'a> {
    /// The pod as the API has it.
    pub(super) pod: &'a Pod,
    /// The pod's address.
    pub(super) ip: String,
    /// The node's address.
    pub(super) host_ip: String,
}

/// The container's variables in order, each value with its references expanded.
///
/// # Errors
/// The kubelet's text for a ConfigMap, Secret or key that is missing and not optional (`CreateContainerConfigError`).
pub(super) fn resolve(
    container: &Container,
    fields: &Fields<'_>,
    lookup: &dyn Lookup,
) -> Result<Vec<(String, String)>, String> {
    let mut vars = from_sources(container, lookup)?;
    for var in container.env.iter().flatten() {
        let value = match (&var.value, &var.value_from) {
            (_, Some(source)) => match value_of(source, fields, lookup)? {
                Some(value) => value,
                None => continue,
            },
            (value, None) => expand(value.as_deref().unwrap_or_default(), &vars),
        };
        vars.insert(var.name.clone(), value);
    }
    Ok(vars.into_iter().collect())
}

/// `envFrom`: every key of a ConfigMap or Secret, with a prefix.
fn from_sources(container: &Container, lookup: &dyn Lookup) -> Result<BTreeMap<String, String>, String> {
    let mut vars = BTreeMap::new();
    for source in container.env_from.iter().flatten() {
        let prefix = source.prefix.clone().unwrap_or_default();
        if let Some(reference) = &source.config_map_ref {
            match lookup.config_map(&reference.name) {
                Some(map) => vars.extend(
                    map.data.unwrap_or_default().into_iter().map(|(key, value)| (format!("{prefix}{key}"), value)),
                ),
                None if reference.optional == Some(true) => {}
                None => return Err(format!("configmap \"{}\" not found", reference.name)),
            }
        }
        if let Some(reference) = &source.secret_ref {
            match lookup.secret(&reference.name) {
                Some(secret) => {
                    vars.extend(
                        secret.data.unwrap_or_default().into_iter().map(|(key, value)| {
                            (format!("{prefix}{key}"), String::from_utf8_lossy(&value.0).into_owned())
                        }),
                    )
                }
                None if reference.optional == Some(true) => {}
                None => return Err(format!("secret \"{}\" not found", reference.name)),
            }
        }
    }
    Ok(vars)
}

fn value_of(source: &EnvVarSource, fields: &Fields<'_>, lookup: &dyn Lookup) -> Result<Option<String>, String> {
    let namespace = fields.pod.metadata.namespace.as_deref().unwrap_or_default();
    if let Some(field) = &source.field_ref {
        return Ok(Some(field_value(&field.field_path, fields)));
    }
    if let Some(key) = &source.config_map_key_ref {
        let optional = key.optional == Some(true);
        let Some(map) = lookup.config_map(&key.name) else {
            return missing(optional, format!("configmap \"{}\" not found", key.name));
        };
        return match map.data.unwrap_or_default().remove(&key.key) {
            Some(value) => Ok(Some(value)),
            None => missing(optional, format!("couldn't find key {} in ConfigMap {namespace}/{}", key.key, key.name)),
        };
    }
    if let Some(key) = &source.secret_key_ref {
        let optional = key.optional == Some(true);
        let Some(secret) = lookup.secret(&key.name) else {
            return missing(optional, format!("secret \"{}\" not found", key.name));
        };
        return match secret.data.unwrap_or_default().remove(&key.key) {
            Some(value) => Ok(Some(String::from_utf8_lossy(&value.0).into_owned())),
            None => missing(optional, format!("couldn't find key {} in Secret {namespace}/{}", key.key, key.name)),
        };
    }
    Ok(None)
}

fn missing(optional: bool, message: String) -> Result<Option<String>, String> {
    if optional { Ok(None) } else { Err(message) }
}

/// The field of a downward reference; empty if the pod has none such.
pub(super) fn field_value(path: &str, fields: &Fields<'_>) -> String {
    let meta = &fields.pod.metadata;
    let spec = fields.pod.spec.as_ref();
    let entry = |map: &Option<BTreeMap<String, String>>, prefix: &str| {
        let key = path.strip_prefix(prefix)?.strip_prefix("['")?.strip_suffix("']")?;
        map.as_ref()?.get(key).cloned()
    };
    let found = match path {
        "metadata.name" => meta.name.clone(),
        "metadata.namespace" => meta.namespace.clone(),
        "metadata.uid" => meta.uid.clone(),
        "spec.nodeName" => spec.and_then(|spec| spec.node_name.clone()),
        "spec.serviceAccountName" => spec.and_then(|spec| spec.service_account_name.clone()),
        "status.podIP" | "status.podIPs" => Some(fields.ip.clone()),
        "status.hostIP" | "status.hostIPs" => Some(fields.host_ip.clone()),
        _ => entry(&meta.labels, "metadata.labels").or_else(|| entry(&meta.annotations, "metadata.annotations")),
    };
    found.unwrap_or_default()
}

/// Replaces `$(NAME)` of known variables; unknown ones stay, `$$(NAME)` is an escaped one.
pub(super) fn expand(text: &str, vars: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(escaped) = rest.strip_prefix('$') {
            out.push('$');
            rest = escaped;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|tail| tail.split_once(')')) {
            match vars.get(name) {
                Some(value) => out.push_str(value),
                None => {
                    out.push_str("$(");
                    out.push_str(name);
                    out.push(')');
                }
            }
            rest = after;
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests;
