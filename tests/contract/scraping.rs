//! What the operator makes of each kind of scrape object: one pool by a name that says whose it is.
//!
//! Names: VictoriaMetrics/operator v0.66.1, internal/controller/operator/factory/vmagent; those of services, pods and nodes
//! were also seen from the real one.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::operator::{API, create, operational};
use crate::table::Proof;
use crate::waiting::{condition, holds, is_true, same};

/// Plural, kind, field of the VMAgent that selects it, how its pool's name begins, what follows the object's name.
const KINDS: [(&str, &str, &str, &str, &str); 6] = [
    ("vmservicescrapes", "VMServiceScrape", "serviceScrapeSelector", "serviceScrape", "/0"),
    ("vmpodscrapes", "VMPodScrape", "podScrapeSelector", "podScrape", "/0"),
    ("vmprobes", "VMProbe", "probeSelector", "probe", "/0"),
    ("vmnodescrapes", "VMNodeScrape", "nodeScrapeSelector", "nodeScrape", ""),
    ("vmstaticscrapes", "VMStaticScrape", "staticScrapeSelector", "staticScrape", "/0"),
    ("vmscrapeconfigs", "VMScrapeConfig", "scrapeConfigSelector", "scrapeConfig", ""),
];

fn spec(kind: &str) -> Value {
    let app = json!({"matchLabels": {"app": "x"}});
    match kind {
        "VMServiceScrape" => json!({"selector": app, "endpoints": [{"port": "http"}]}),
        "VMPodScrape" => json!({"selector": app, "podMetricsEndpoints": [{"port": "http"}]}),
        "VMProbe" => json!({"vmProberSpec": {"url": "prober:9115"}, "module": "http_2xx",
            "targets": {"staticConfig": {"targets": ["http://example.com"]}}}),
        "VMNodeScrape" => json!({"port": "9100"}),
        "VMStaticScrape" => json!({"targetEndpoints": [{"targets": ["a:80", "b:80"]}]}),
        _ => json!({"staticConfigs": [{"targets": ["c:80"]}]}),
    }
}

/// A VMAgent that takes what has its own name as a label, and nothing else.
async fn agent(cluster: &Cluster, name: &str) -> Proof {
    let mut spec = json!({"remoteWrite": [{"url": "http://vmsingle-objects:8429/api/v1/write"}]});
    for (_, _, selector, _, _) in KINDS {
        spec[selector] = json!({"matchLabels": {"contract": name}});
    }
    operational(cluster, &create(cluster, "vmagents", "VMAgent", name, spec).await?).await.map(drop)
}

/// Makes a scrape object for an agent; gives its path.
async fn scrape(
    cluster: &Cluster,
    plural: &str,
    kind: &str,
    name: &str,
    agent: &str,
    spec: Value,
) -> Result<String, String> {
    let body = json!({"apiVersion": API, "kind": kind, "spec": spec,
        "metadata": {"name": name, "labels": {"contract": agent}}});
    let path = cluster.path(API, plural);
    cluster.create(&path, &body).await?;
    Ok(format!("{path}/{name}"))
}

/// The jobs of the configuration in an agent's Secret, once it is as wanted.
async fn jobs(cluster: &Cluster, agent: &str, wanted: impl Fn(&[Value]) -> bool) -> Result<Vec<Value>, String> {
    let path = cluster.path("v1", &format!("secrets/vmagent-{agent}"));
    let secret = cluster.until("its jobs", &path, |secret| wanted(&unpacked(secret).unwrap_or_default())).await?;
    unpacked(&secret).ok_or_else(|| "the configuration cannot be unpacked".to_owned())
}

fn unpacked(secret: &Value) -> Option<Vec<Value>> {
    let packed = STANDARD.decode(secret["data"]["vmagent.yaml.gz"].as_str()?).ok()?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).ok()?;
    let config: Value = serde_saphyr::from_str(&text).ok()?;
    config["scrape_configs"].as_array().cloned()
}

pub async fn each_kind_becomes_a_pool_that_names_it(cluster: &Cluster) -> Proof {
    agent(cluster, "pools").await?;
    let applied = format!("pools.{}.vmagent.victoriametrics.com/Applied", cluster.namespace);
    let mut names = Vec::new();
    for (plural, kind, _, pool, rest) in KINDS {
        let path = scrape(cluster, plural, kind, "pooled", "pools", spec(kind)).await?;
        let one = cluster.until("its condition", &path, |one| is_true(one, &applied)).await?;
        same(&format!("{kind}: updateStatus"), &one["status"]["updateStatus"], "operational")?;
        same(&format!("{kind}: reason"), &condition(&one, &applied)["reason"], "ConfigParsedAndApplied")?;
        names.push(json!(format!("{pool}/{}/pooled{rest}", cluster.namespace)));
    }
    let named = |jobs: &[Value]| jobs.iter().map(|job| job["job_name"].clone()).collect::<Vec<_>>();
    let jobs = jobs(cluster, "pools", |jobs| jobs.len() == KINDS.len()).await?;
    same("the pools, in the file's order", named(&jobs), names)?;
    let targets = |job: &Value| job["static_configs"][0]["targets"].clone();
    same("what is probed", targets(&jobs[2]), json!(["http://example.com"]))?;
    same("the static targets", [targets(&jobs[4]), targets(&jobs[5])], json!([["a:80", "b:80"], ["c:80"]]))
}

pub async fn one_that_is_refused_leaves_the_others(cluster: &Cluster) -> Proof {
    agent(cluster, "refuses").await?;
    let applied = format!("refuses.{}.vmagent.victoriametrics.com/Applied", cluster.namespace);
    let secret = json!({"name": "nosuch-secret", "key": "token"});
    let broken = json!({"selector": {}, "podMetricsEndpoints": [{"port": "http", "bearerTokenSecret": secret}]});
    let broken = scrape(cluster, "vmpodscrapes", "VMPodScrape", "refused", "refuses", broken).await?;
    let good =
        scrape(cluster, "vmstaticscrapes", "VMStaticScrape", "good", "refuses", spec("VMStaticScrape")).await?;
    // Another VMAgent of the cluster may take it, too, and say so first.
    let refused = |one: &Value| condition(one, &applied)["status"] == "False";
    let one = cluster.until("its refusal", &broken, refused).await?;
    same("updateStatus", &one["status"]["updateStatus"], "failed")?;
    let said = condition(&one, &applied)["message"].to_string();
    holds(said.contains("nosuch-secret") && said.contains("not found"), || said.clone())?;
    cluster.until("the condition of the good one", &good, |one| is_true(one, &applied)).await?;
    let jobs = jobs(cluster, "refuses", |jobs| !jobs.is_empty()).await?;
    let names: Vec<_> = jobs.iter().map(|job| job["job_name"].clone()).collect();
    same("the pools", names, [format!("staticScrape/{}/good/0", cluster.namespace)])
}
