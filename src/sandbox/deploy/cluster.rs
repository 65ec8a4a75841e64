//! Reads what a cluster holds.

use anyhow::{Context, Result};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, ListParams};
use kube::{Client, ResourceExt};
use serde_json::Value;

use super::key::Key;
use super::plan::Existing;
use super::{LABEL, is_ours};
use crate::sandbox::scenario;

/// End of the name of the operator's image, whatever its registry.
const OPERATOR: &str = "victoriametrics/operator";

/// The live object, if there is one. A kind that is not served has none.
pub async fn live(client: &Client, object: &Value) -> Result<Option<Value>> {
    let (api, name) = scenario::api(client, object);
    match api.get(name).await {
        Ok(found) => Ok(Some(serde_json::to_value(found)?)),
        // Of a kind that is not served the answer is a text, which `get_opt` takes for another error.
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot get {}", Key::of(object))),
    }
}

/// Whether an object is there, and whose it is.
pub async fn existing(client: &Client, object: &Value, scenario: &str) -> Result<Existing> {
    Ok(match live(client, object).await? {
        None => Existing::Absent,
        Some(found) if is_ours(&found, scenario) => Existing::Ours,
        Some(_) => Existing::Anothers,
    })
}

/// Another's operator of VictoriaMetrics, in words.
pub async fn operator(client: &Client, scenario: &str) -> Result<Option<String>> {
    let all = Api::<Deployment>::all(client.clone()).list(&ListParams::default()).await;
    let all = all.context("cannot list Deployments")?;
    let another = all.iter().filter(|one| one.labels().get(LABEL).map(String::as_str) != Some(scenario));
    let found = another.filter(|one| {
        let template = one.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
        let mut images = template.iter().flat_map(|spec| &spec.containers).filter_map(|one| one.image.as_deref());
        images.any(is_operator)
    });
    let name = |one: &Deployment| format!("{}/{} is used", one.namespace().unwrap_or_default(), one.name_any());
    Ok(found.map(|one| format!("Deployment {}", name(one))).next())
}

/// All pods.
pub async fn pods(client: &Client) -> Result<Vec<Value>> {
    let pods = Api::<Pod>::all(client.clone()).list(&ListParams::default()).await.context("cannot list Pods")?;
    pods.iter().map(|pod| Ok(serde_json::to_value(pod)?)).collect()
}

/// Whether an image is the operator's; its config-reloader is another tag of the same name.
fn is_operator(image: &str) -> bool {
    let name = without_tag(image);
    let is_named = name == OPERATOR || name.ends_with(&format!("/{OPERATOR}"));
    is_named && !image[name.len()..].starts_with(":config-reloader-")
}

/// The name of an image. A colon before a slash is a registry's port.
fn without_tag(image: &str) -> &str {
    let image = image.split_once('@').map_or(image, |(name, _)| name);
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_operator, without_tag};

    #[test]
    fn the_operator_is_told_from_its_config_reloader() {
        assert!(is_operator("victoriametrics/operator:v0.66.1"));
        assert!(is_operator("quay.io/victoriametrics/operator@sha256:12"));
        assert!(!is_operator("victoriametrics/operator:config-reloader-v0.66.1"));
        assert!(!is_operator("victoriametrics/vmagent:v1.131.0"));
    }

    #[test]
    fn tag_and_digest_are_no_part_of_a_name() {
        for image in ["a.b:5000/x/operator:v1", "a.b:5000/x/operator@sha256:12", "a.b:5000/x/operator"] {
            assert_eq!(without_tag(image), "a.b:5000/x/operator");
        }
    }
}
