//! Which object was judged, in which state: what a verdict can be held against later.

use serde::{Deserialize, Serialize};

/// An object as it was when it was looked at. What its source does not tell is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// `Deployment observability/victoria-metrics-operator`.
    pub object: String,
    /// Generation of its spec.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// Its resourceVersion, which changes with everything about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// What it runs, with its version: `vmsingle v1.131.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// The images of its containers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
}

/// The image of one container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// The container's name.
    pub container: String,
    /// The image that is asked for.
    pub image: String,
    /// What the container runtime calls the image that runs: a digest, where it tells one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl Identity {
    /// An object of which only the name is known.
    pub fn of(object: impl Into<String>) -> Self {
        Self { object: object.into(), ..Self::default() }
    }

    /// What is known of it in words, one part each: `generation 3`, `resourceVersion 4711`, `vmsingle v1.131.0`,
    /// `manager: example.org/operator:v1 (sha256:...)`.
    pub fn parts(&self) -> Vec<String> {
        let generation = self.generation.map(|generation| format!("generation {generation}"));
        let version = self.resource_version.as_ref().map(|version| format!("resourceVersion {version}"));
        let images = self.images.iter().map(|image| {
            let id = image.id.as_deref().unwrap_or("no digest told");
            format!("{}: {} ({id})", image.container, image.image)
        });
        [generation, version, self.component.clone()].into_iter().flatten().chain(images).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_left_out_but_a_digest_that_is_not_told_is_said() {
        let image = |id: Option<&str>| Image { container: "c".into(), image: "i:1".into(), id: id.map(str::to_owned) };
        let mut pod = Identity { resource_version: Some("7".to_owned()), ..Identity::of("Pod a/b") };
        pod.images = vec![image(Some("sha256:4f2a")), image(None)];
        assert_eq!(pod.parts(), ["resourceVersion 7", "c: i:1 (sha256:4f2a)", "c: i:1 (no digest told)"]);
        assert_eq!(serde_json::to_value(Identity::of("Pod a/b")).unwrap(), serde_json::json!({"object": "Pod a/b"}));
    }
}
