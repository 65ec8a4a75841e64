//! `images` of a kustomization.yaml, and of a Kustomization of Flux: other names, tags and digests for the images of containers
//! (kustomize api/filters/imagetag).

use super::{Builder, Since};
use crate::check::yaml::{Node, Value};

impl Builder<'_, '_> {
    /// Changes the images of what was made `since`.
    pub fn images(&mut self, images: &[Node], since: Since) {
        for object in &mut self.objects[since.objects..] {
            images.iter().for_each(|image| containers(&mut object.root, image));
        }
    }
}

/// Every list of containers below a node.
fn containers(node: &mut Node, image: &Node) {
    match &mut node.value {
        Value::Scalar { .. } => {}
        Value::List(items) => items.iter_mut().for_each(|item| containers(item, image)),
        Value::Map(entries) => {
            for (key, value) in entries {
                let is_list = matches!(key.text.as_str(), "containers" | "initContainers");
                match &mut value.value {
                    Value::List(items) if is_list => items.iter_mut().for_each(|item| change(item, image)),
                    _ => containers(value, image),
                }
            }
        }
    }
}

fn change(container: &mut Node, image: &Node) {
    let part = |key: &str| image.get(key).and_then(Node::text).filter(|text| !text.is_empty());
    if let Some(Node { value: Value::Scalar { text, .. }, .. }) = container.get_mut("image")
        && part("name") == Some(parts(text).0)
    {
        *text = changed(text, part("newName"), part("newTag"), part("digest"));
    }
}

/// A new tag or digest takes the place of both old ones.
fn changed(old: &str, name: Option<&str>, tag: Option<&str>, digest: Option<&str>) -> String {
    let (was, version) = parts(old);
    let name = name.unwrap_or(was);
    match (tag, digest) {
        (None, None) => format!("{name}{version}"),
        (tag, digest) => {
            let tag = tag.map(|tag| format!(":{tag}")).unwrap_or_default();
            let digest = digest.map(|digest| format!("@{digest}")).unwrap_or_default();
            format!("{name}{tag}{digest}")
        }
    }
}

/// The name of an image, and the rest: `:tag`, `@digest` or both. A colon before the last slash is a port.
fn parts(image: &str) -> (&str, &str) {
    let begin = image.rfind('/').map_or(0, |slash| slash + 1);
    let end = image[begin..].find([':', '@']).map_or(image.len(), |at| begin + at);
    image.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_tag_or_digest_takes_the_place_of_both() {
        let digest = Some("sha256:00");
        assert_eq!(changed("a:1@sha256:ff", None, Some("2"), None), "a:2");
        assert_eq!(changed("a:1@sha256:ff", None, Some("2"), digest), "a:2@sha256:00");
        assert_eq!(changed("a:1", None, None, digest), "a@sha256:00");
        assert_eq!(changed("host:5000/a:1", Some("b/a"), None, None), "b/a:1");
        assert_eq!(parts("host:5000/a@sha256:00"), ("host:5000/a", "@sha256:00"));
        assert_eq!(parts("host:5000/a"), ("host:5000/a", ""));
    }
}
