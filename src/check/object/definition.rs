//! What the API server serves, and what a CustomResourceDefinition says of it.

use serde_json::Value;

use super::known;
use super::observation::{Definition, Fields, Served};
use super::spec::Demand;
use crate::check::access::Access;
use crate::check::trouble::Trouble;
use crate::connect::resource::CUSTOM_RESOURCE_DEFINITIONS;
use crate::connect::{Connections, Resource, Scope};

/// Built-in kinds whose status has an `observedGeneration` that their controllers always write (Kubernetes 1.34).
const OBSERVED: [(&str, &str); 6] = [
    ("apps", "deployments"),
    ("apps", "statefulsets"),
    ("apps", "daemonsets"),
    ("apps", "replicasets"),
    ("", "replicationcontrollers"),
    ("policy", "poddisruptionbudgets"),
];

/// Asks which resource a kind is. Every authenticated user may read discovery (ClusterRole system:discovery).
pub(super) async fn served(demand: &Demand, connections: &Connections) -> Result<(Served, Option<Resource>), Trouble> {
    let (root, group) = match demand.group() {
        "" => ("/api".to_owned(), String::new()),
        group => (format!("/apis/{group}"), group.to_owned()),
    };
    let version = demand.api_version.rsplit('/').next().unwrap_or_default().to_owned();
    if let Some(found) = find(demand, &format!("{root}/{version}"), connections).await? {
        let scope = if found.namespaced { Scope::Namespaced } else { Scope::Cluster };
        let resource = Resource {
            group: group.into(),
            version: version.into(),
            kind: found.kind.clone().into(),
            plural: found.plural.clone().into(),
            scope,
        };
        let Listed { plural, kind, namespaced } = found;
        return Ok((Served::As { plural, kind, namespaced }, Some(resource)));
    }
    let listed = connections.read(&root, rule(&root)).await?.unwrap_or_default();
    let names = |versions: &Value| -> Vec<String> {
        let name = |one: &Value| one["version"].as_str().or(one.as_str()).map(str::to_owned);
        versions.as_array().into_iter().flatten().filter_map(name).filter(|other| *other != version).collect()
    };
    let mut versions = Vec::new();
    for other in names(&listed["versions"]) {
        if find(demand, &format!("{root}/{other}"), connections).await?.is_some() {
            versions.push(other);
        }
    }
    Ok((Served::Not { versions }, None))
}

struct Listed {
    plural: String,
    kind: String,
    namespaced: bool,
}

async fn find(demand: &Demand, path: &str, connections: &Connections) -> Result<Option<Listed>, Trouble> {
    let listed = connections.read(path, rule(path)).await?.unwrap_or_default();
    let resources = listed["resources"].as_array().into_iter().flatten();
    // Subresources name the kind of what they take, which would pass for the resource itself.
    let mut whole = resources.filter(|resource| resource["name"].as_str().is_some_and(|name| !name.contains('/')));
    let found = whole.find(|resource| resource["kind"] == *demand.kind || resource["name"] == *demand.kind);
    Ok(found.and_then(|found| {
        Some(Listed {
            plural: found["name"].as_str()?.to_owned(),
            kind: found["kind"].as_str()?.to_owned(),
            namespaced: found["namespaced"].as_bool()?,
        })
    }))
}

fn rule(path: &str) -> Access {
    Access::new("get", "", path)
}

/// What is known of a kind beside its objects.
pub(super) struct About {
    pub(super) definition: Definition,
    /// The schema by which fields are examined.
    pub(super) schema: Option<Value>,
    pub(super) fields: Option<Fields>,
}

/// Reads a kind's definition. It must be readable: without it an object that no controller has seen could pass.
pub(super) async fn about(demand: &Demand, resource: &Resource, connections: &Connections) -> Result<About, Trouble> {
    let crd = match demand.is_custom() {
        true => connections.get(&CUSTOM_RESOURCE_DEFINITIONS, None, &resource.qualified()).await?,
        false => None,
    };
    let (definition, own) = match crd {
        Some(crd) => of_crd(&crd, &resource.version),
        None => {
            let named = (resource.group.as_ref(), resource.plural.as_ref());
            (Definition::None { observed_generation: OBSERVED.contains(&named) }, None)
        }
    };
    let mut about = About { definition, schema: None, fields: None };
    if demand.known_fields {
        let given = || connections.given_schema(&resource.group, &resource.version, &resource.kind);
        (about.fields, about.schema) = match (own, given()) {
            (Some(own), _) if known::is_full(&own) => (Some(Fields::Cluster), Some(own)),
            (_, Some((file, given))) if known::is_full(given) => {
                (Some(Fields::Given(file.to_owned())), Some(given.clone()))
            }
            (own, _) => (Some(Fields::Nothing(why(own.is_some()).to_owned())), None),
        };
    }
    Ok(about)
}

fn of_crd(crd: &Value, version: &str) -> (Definition, Option<Value>) {
    let versions = crd["spec"]["versions"].as_array().into_iter().flatten();
    let found = versions.into_iter().find(|one| one["name"] == *version).cloned().unwrap_or_default();
    let schema = found["schema"]["openAPIV3Schema"].clone();
    let definition = Definition::Read {
        observed_generation: schema["properties"]["status"]["properties"]["observedGeneration"].is_object(),
        status: found["subresources"]["status"].is_object(),
    };
    (definition, Some(schema))
}

fn why(has_crd: bool) -> &'static str {
    if has_crd {
        "the cluster's CRD takes any field, and no full CRD of the kind was given"
    } else {
        "the kind has no CRD: the API server keeps no fields that it does not know"
    }
}
