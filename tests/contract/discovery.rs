//! Which groups, versions and kinds a server has.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::definitions::Definition;
use crate::table::Proof;
use crate::waiting::{begins, condition, holds, is_true, same};
use crate::wire::Sent;

pub async fn the_server_tells_its_version(cluster: &Cluster) -> Proof {
    let version = cluster.get("/version").await?.good("/version")?;
    same("major", &version["major"], "1")?;
    let minor = version["minor"].as_str().unwrap_or_default();
    holds(minor.parse::<u8>().is_ok_and(|minor| minor >= 29), || format!("minor is {minor:?}"))?;
    begins("gitVersion", version["gitVersion"].as_str().unwrap_or_default(), &format!("v1.{minor}."))
}

pub async fn groups_and_resources_are_listed(cluster: &Cluster) -> Proof {
    let core = cluster.get("/api").await?.good("/api")?;
    same("versions", &core["versions"], json!(["v1"]))?;
    let groups = cluster.get("/apis").await?.good("/apis")?;
    let apps = groups["groups"].as_array().into_iter().flatten().find(|group| group["name"] == "apps");
    let preferred = apps.map_or(&Value::Null, |group| &group["preferredVersion"]);
    same("apps", preferred, json!({"groupVersion": "apps/v1", "version": "v1"}))?;
    let apps = cluster.get("/apis/apps/v1").await?.good("/apis/apps/v1")?;
    let deployments = resource(&apps, "deployments")?;
    same("kind", &deployments["kind"], "Deployment")?;
    same("namespaced", &deployments["namespaced"], true)?;
    same("shortNames", &deployments["shortNames"], json!(["deploy"]))?;
    for verb in ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"] {
        let verbs = &deployments["verbs"];
        holds(verbs.as_array().is_some_and(|all| all.contains(&json!(verb))), || format!("verbs: {verbs}"))?;
    }
    resource(&apps, "deployments/status")?;
    resource(&apps, "deployments/scale")?;
    let core = cluster.get("/api/v1").await?.good("/api/v1")?;
    for name in ["pods/portforward", "pods/log", "pods/proxy", "pods/eviction", "services/proxy"] {
        resource(&core, name)?;
    }
    same("Nodes are namespaced", &resource(&core, "nodes")?["namespaced"], false)
}

fn resource<'a>(list: &'a Value, name: &str) -> Result<&'a Value, String> {
    let all = list["resources"].as_array();
    all.into_iter().flatten().find(|one| one["name"] == name).ok_or_else(|| format!("{name} is not listed"))
}

pub async fn aggregated_discovery_lists_the_same(cluster: &Cluster) -> Proof {
    let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    let answer = cluster.call("GET", "/apis", Sent { accept, ..Sent::default() }).await?;
    let kind = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    same("Content-Type", answer.header("content-type"), kind)?;
    let list = answer.good("/apis")?;
    same("kind", &list["kind"], "APIGroupDiscoveryList")?;
    let apps = list["items"].as_array().into_iter().flatten().find(|group| group["metadata"]["name"] == "apps");
    let version = apps.map_or(&Value::Null, |group| &group["versions"][0]);
    same("version of apps", &version["version"], "v1")?;
    let resources = version["resources"].as_array();
    let deployments = resources.into_iter().flatten().find(|one| one["resource"] == "deployments");
    let deployments = deployments.ok_or("deployments are not listed")?;
    same("scope", &deployments["scope"], "Namespaced")?;
    same("kind", &deployments["responseKind"]["kind"], "Deployment")?;
    let below = deployments["subresources"].as_array().into_iter().flatten();
    let names: Vec<_> = below.filter_map(|one| one["subresource"].as_str()).collect();
    holds(names.contains(&"status") && names.contains(&"scale"), || format!("subresources: {names:?}"))
}

pub async fn an_unknown_resource_is_404(cluster: &Cluster) -> Proof {
    let known_group = cluster.get("/api/v1/namespaces/default/nosuches").await?;
    same("of a known group", known_group.refusal(), (404, "NotFound"))?;
    same("its message", known_group.message(), "the server could not find the requested resource")?;
    let unknown_group = cluster.get("/apis/nosuch.example.com/v1/namespaces/default/things").await?;
    same("of an unknown group", (unknown_group.code, unknown_group.text.as_str()), (404, "404 page not found\n"))
}

pub async fn a_definition_brings_its_kind_and_takes_it_away(cluster: &Cluster) -> Proof {
    let made = Definition::make(cluster, "come", json!({})).await?;
    let crd = cluster.get(&made.own_path()).await?.good("the definition")?;
    holds(is_true(&crd, "Established") && is_true(&crd, "NamesAccepted"), || format!("{:#}", crd["status"]))?;
    same("reason", &condition(&crd, "Established")["reason"], "InitialNamesAccepted")?;
    same("storedVersions", &crd["status"]["storedVersions"], json!(["v1"]))?;
    let group = format!("/apis/{}/v1", made.group);
    let listed = cluster.until("discovery", &group, |list| resource(list, "widgets").is_ok()).await?;
    same("kind", &resource(&listed, "widgets")?["kind"], "Widget")?;
    resource(&listed, "widgets/status")?;
    cluster.create(&made.path(cluster), &made.object("one", json!({"size": 1}))).await?;
    cluster.delete(&made.own_path()).await?.good("its deletion")?;
    cluster.gone(&made.own_path()).await?;
    let asked = cluster.until("the end of the kind", &made.path(cluster), Value::is_null).await;
    asked.map(drop)
}
