//! What a kustomization.yaml holds besides resources and patches: generators, and what changes every object.

use super::{Builder, Since};
use crate::check::repository::model::{Generated, Object};
use crate::check::repository::patch::merge_at;
use crate::check::yaml::Node;

/// An option of generators.
const HASH: &str = "disableNameSuffixHash";

impl Builder<'_, '_> {
    /// What is made of files and literals.
    pub(super) fn generator(&mut self, file: usize, folder: &str, key: &str, (root, one): (&Node, &Node)) {
        let texts = |key: &str| one.get(key).map(Node::items).unwrap_or_default().iter();
        let name_of = |text: &str| text.split_once('=').map(|(name, _)| name.to_owned());
        let mut keys: Vec<String> = texts("literals").filter_map(Node::text).filter_map(name_of).collect();
        for item in texts("files").chain(texts("envs")) {
            let Some(text) = item.text() else { continue };
            let path = text.rsplit('=').next().unwrap_or(text);
            keys.push(name_of(text).unwrap_or_else(|| path.rsplit('/').next().unwrap_or(path).to_owned()));
            self.must_be_there(file, folder, item, path);
        }
        let kind = if key == "secretGenerator" { "Secret" } else { "ConfigMap" };
        // What is in a file of variables is not read.
        let keys = Some(keys).filter(|_| one.get("envs").is_none() && one.get("env").is_none());
        let namespace = one.get("namespace").and_then(Node::text).map(str::to_owned);
        // A generator cannot take back what all are to do (kustomize api/types/generatoroptions.go).
        let is_true = |node: Option<&Node>| node.and_then(Node::text) == Some("true");
        let is_hashed = !is_true(one.at(&["options", HASH])) && !is_true(root.at(&["generatorOptions", HASH]));
        let Some(name) = one.get("name").and_then(Node::text) else { return };
        let behavior = one.get("behavior").and_then(Node::text).unwrap_or("create");
        let mut earlier = self.generated.iter_mut().rev();
        match earlier.find(|made| behavior != "create" && made.kind == kind && made.name == name) {
            // What changes one that is there decides what becomes of its name.
            Some(made) => {
                made.is_hashed = is_hashed;
                made.keys = match (behavior, made.keys.take(), keys) {
                    ("merge", Some(before), Some(more)) => Some([before, more].concat()),
                    ("merge", ..) => None,
                    (_, _, keys) => keys,
                };
            }
            None => self.generated.push(Generated { kind, name: name.to_owned(), is_hashed, namespace, keys }),
        }
    }

    /// What a kustomization.yaml changes in every object: namespace, name, labels and annotations.
    /// Those that Flux gives take the place of the file's.
    pub(super) fn transform(&mut self, root: &Node, owner: Option<&Object>, since: Since) {
        let own = |key: &str| root.get(key).and_then(Node::text).unwrap_or_default();
        let given = |key: &str| owner.map_or("", |owner| owner.text(&["spec", key]));
        let text = |flux: &str, file: &str| Some(given(flux)).filter(|text| !text.is_empty()).unwrap_or(own(file));
        let names = (text("namePrefix", "namePrefix"), text("nameSuffix", "nameSuffix"));
        self.settle(text("targetNamespace", "namespace"), names, since);
        let labels = root.get("labels").map(Node::items).unwrap_or_default().iter().filter_map(|one| one.get("pairs"));
        let labels: Vec<&Node> = labels.chain(root.get("commonLabels")).collect();
        for object in &mut self.objects[since.objects..] {
            labels.iter().for_each(|pairs| merge_at(&mut object.root, ["metadata", "labels"], pairs));
            if let Some(pairs) = root.get("commonAnnotations") {
                merge_at(&mut object.root, ["metadata", "annotations"], pairs);
            }
        }
    }

    /// Puts every object into a namespace, and something before and behind its name; what is empty changes nothing.
    pub(super) fn settle(&mut self, namespace: &str, (prefix, suffix): (&str, &str), since: Since) {
        let named = |name: &str| format!("{prefix}{name}{suffix}");
        for object in &mut self.objects[since.objects..] {
            if !namespace.is_empty() {
                object.move_to(namespace);
            }
            if (!prefix.is_empty() || !suffix.is_empty()) && !keeps_its_name(object) {
                object.rename(named);
            }
        }
        for made in &mut self.generated[since.generated..] {
            made.name = named(&made.name);
            if !namespace.is_empty() {
                made.namespace = Some(namespace.to_owned());
            }
        }
    }
}

/// Whether kustomize leaves its name alone (kustomize api/internal/builtins/PrefixTransformer.go).
fn keeps_its_name(object: &Object) -> bool {
    matches!(
        (object.group(), object.kind()),
        (_, "CustomResourceDefinition") | ("", "Namespace") | ("apiregistration.k8s.io", "APIService")
    )
}
