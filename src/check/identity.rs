//! Which object was judged, in which state: what a verdict can be held against later.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::pod;

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

    /// An object as the API server gave it: `VMAlert observability/vmalert`.
    pub fn of_object(kind: &str, object: &Value) -> Self {
        let metadata = &object["metadata"];
        let (namespace, name) = (metadata["namespace"].as_str(), metadata["name"].as_str().unwrap_or_default());
        Self {
            generation: metadata["generation"].as_i64(),
            resource_version: metadata["resourceVersion"].as_str().map(str::to_owned),
            ..Self::of(
                namespace.map_or_else(|| format!("{kind} {name}"), |namespace| format!("{kind} {namespace}/{name}")),
            )
        }
    }

    /// A pod as the API server gave it, with the images of its containers and those of its sidecars.
    pub fn of_pod(pod: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let image = |(container, status): (&Value, Option<&Value>)| Image {
            container: text(&container["name"]),
            image: text(&container["image"]),
            id: status.and_then(|status| status["imageID"].as_str()).filter(|id| !id.is_empty()).map(str::to_owned),
        };
        let images = pod::containers(pod).map(image).collect();
        Self { images, ..Self::of_object("Pod", pod) }
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
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_told_is_left_out_but_a_digest_that_is_not_told_is_said() {
        let image = |id: Option<&str>| Image { container: "c".into(), image: "i:1".into(), id: id.map(str::to_owned) };
        let mut pod = Identity { resource_version: Some("7".to_owned()), ..Identity::of("Pod a/b") };
        pod.images = vec![image(Some("sha256:4f2a")), image(None)];
        assert_eq!(pod.parts(), ["resourceVersion 7", "c: i:1 (sha256:4f2a)", "c: i:1 (no digest told)"]);
        assert_eq!(serde_json::to_value(Identity::of("Pod a/b")).unwrap(), serde_json::json!({"object": "Pod a/b"}));
    }

    #[test]
    fn an_object_is_told_as_the_api_server_has_it() {
        let object = json!({"metadata": {"name": "a", "namespace": "n", "generation": 3, "resourceVersion": "7"}});
        let told = Identity::of_object("VMAlert", &object);
        assert_eq!(
            (told.object.as_str(), told.parts().join("; ").as_str()),
            ("VMAlert n/a", "generation 3; resourceVersion 7")
        );
        assert_eq!(Identity::of_object("Node", &json!({"metadata": {"name": "n1"}})), Identity::of("Node n1"));
        assert_eq!(Identity::of_object("Node", &json!({})), Identity::of("Node "));
    }

    #[test]
    fn a_pod_is_told_with_what_runs_in_it() {
        let pod = json!({
            "metadata": {"name": "p", "namespace": "n", "resourceVersion": "7"},
            "spec": {
                "initContainers": [{"name": "ended", "image": "e:1"}, {"name": "side", "image": "s:1", "restartPolicy": "Always"}],
                "containers": [{"name": "main", "image": "m:1"}, {"name": "waits", "image": "w:1"}],
            },
            "status": {
                "containerStatuses": [{"name": "main", "imageID": "sha256:4f2a"}, {"name": "waits", "imageID": ""}],
                "initContainerStatuses": [{"name": "side", "imageID": "sha256:5b"}],
            },
        });
        let parts = Identity::of_pod(&pod).parts();
        let images = ["main: m:1 (sha256:4f2a)", "waits: w:1 (no digest told)", "side: s:1 (sha256:5b)"];
        assert_eq!(parts, [["resourceVersion 7"].as_slice(), &images].concat());
    }
}
