//! What the operator makes of scrape and rule objects, and says of them.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::operator::{API, FINALIZER, MOMENT, create, made_by, operational, sorted};
use crate::table::Proof;
use crate::waiting::{condition, holds, is_true, same};

pub async fn a_scrape_object_is_rendered_and_says_by_whom(cluster: &Cluster) -> Proof {
    let own = json!({"matchLabels": {"kubernetes.io/metadata.name": cluster.namespace}});
    let spec = json!({
        "remoteWrite": [{"url": "http://vmsingle-objects:8429/api/v1/write"}],
        "serviceScrapeSelector": {"matchLabels": {"contract": "scraped"}}, "serviceScrapeNamespaceSelector": own,
    });
    let agent = create(cluster, "vmagents", "VMAgent", "renders", spec).await?;
    operational(cluster, &agent).await?;
    let secret = made_by(cluster, "v1", "secrets/vmagent-renders", "VMAgent", "renders").await?;
    let keys: Vec<_> = sorted(&secret["data"]).into_iter().map(|(key, _)| key).collect();
    same("what it holds", keys, ["vmagent.yaml.gz"])?;
    made_by(cluster, "v1", "secrets/tls-assets-vmagent-renders", "VMAgent", "renders").await?;
    let spec = json!({"selector": {"matchLabels": {"app": "x"}}, "endpoints": [{"port": "http"}]});
    let scrape = json!({"metadata": {"name": "scraped", "labels": {"contract": "scraped"}}, "spec": spec,
        "apiVersion": API, "kind": "VMServiceScrape"});
    cluster.create(&cluster.path(API, "vmservicescrapes"), &scrape).await?;
    let kind = format!("renders.{}.vmagent.victoriametrics.com/Applied", cluster.namespace);
    let path = cluster.path(API, "vmservicescrapes/scraped");
    let applied = |one: &Value| is_true(one, &kind);
    let scrape = cluster.until("its condition", &path, applied).await?;
    same("updateStatus", &scrape["status"]["updateStatus"], "operational")?;
    let found = condition(&scrape, &kind);
    same("reason", &found["reason"], "ConfigParsedAndApplied")?;
    same(
        "observedGeneration",
        (&found["observedGeneration"], &scrape["status"]["observedGeneration"]),
        (&json!(1), &json!(1)),
    )?;
    for key in ["lastTransitionTime", "lastUpdateTime"] {
        holds(found[key].is_string(), || format!("{key} is {}", found[key]))?;
    }
    Ok(())
}

/// A VMAlert that takes the rules with a label of its own, and tells nobody.
async fn alert(cluster: &Cluster, name: &str) -> Result<(), String> {
    let spec = json!({
        "datasource": {"url": "http://vmsingle-objects:8429"}, "extraArgs": {"notifier.blackhole": "true"},
        "ruleSelector": {"matchLabels": {"contract": name}},
    });
    operational(cluster, &create(cluster, "vmalerts", "VMAlert", name, spec).await?).await.map(drop)
}

async fn rule(cluster: &Cluster, name: &str, label: &str) -> Result<String, String> {
    let groups = json!([{"name": name, "rules": [{"alert": "Never", "expr": "vector(0) > 1"}]}]);
    let body = json!({"apiVersion": API, "kind": "VMRule", "spec": {"groups": groups},
        "metadata": {"name": name, "labels": {"contract": label}}});
    cluster.create(&cluster.path(API, "vmrules"), &body).await?;
    Ok(cluster.path(API, &format!("vmrules/{name}")))
}

pub async fn a_rule_object_becomes_a_file(cluster: &Cluster) -> Proof {
    alert(cluster, "files").await?;
    let path = rule(cluster, "filed", "files").await?;
    let kind = format!("files.{}.vmalert.victoriametrics.com/Applied", cluster.namespace);
    cluster.until("its condition", &path, |one| is_true(one, &kind)).await?;
    let key = format!("{}-filed.yaml", cluster.namespace);
    let map = cluster.path("v1", "configmaps/vm-files-rulefiles-0");
    let map = cluster.until("its key", &map, |map| map["data"][&key].is_string()).await?;
    same(
        "the labels",
        sorted(&map["metadata"]["labels"]),
        sorted(&json!({"managed-by": "vm-operator", "vmalert-name": "files"})),
    )?;
    same("finalizers", &map["metadata"]["finalizers"], json!([FINALIZER]))?;
    let text = map["data"][&key].as_str().unwrap_or_default();
    holds(text.contains("alert: Never") && text.contains("name: filed"), || text.to_owned())?;
    let deployment = made_by(cluster, "apps/v1", "deployments/vmalert-files", "VMAlert", "files").await?;
    let args = &deployment["spec"]["template"]["spec"]["containers"][0]["args"];
    let file = json!("-rule=\"/etc/vmalert/config/vm-files-rulefiles-0/*.yaml\"");
    holds(args.as_array().is_some_and(|args| args.contains(&file)), || format!("{args}"))
}

pub async fn a_child_that_is_not_selected_has_no_condition(cluster: &Cluster) -> Proof {
    alert(cluster, "selects").await?;
    let kind = format!("selects.{}.vmalert.victoriametrics.com/Applied", cluster.namespace);
    let other = rule(cluster, "unselected", "nobody").await?;
    let selected = rule(cluster, "selected", "selects").await?;
    cluster.until("the condition of the selected one", &selected, |one| is_true(one, &kind)).await?;
    tokio::time::sleep(MOMENT).await;
    // Another VMAlert of the cluster may take it.
    let other = cluster.get(&other).await?.good("the other one")?;
    same("a condition of this one", condition(&other, &kind), Value::Null)
}
