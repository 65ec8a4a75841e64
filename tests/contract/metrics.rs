//! What metrics-server measures, and what containers log.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::pods;
use crate::table::Proof;
use crate::waiting::{holds, is_true, same};

pub async fn a_running_pod_is_measured(cluster: &Cluster) -> Proof {
    pods::until(cluster, &pods::serving(cluster, "measured"), "readiness", |pod| is_true(pod, "Ready")).await?;
    let path = cluster.path("metrics.k8s.io/v1beta1", "pods/measured");
    let seen = cluster.until("its metrics", &path, |metrics| !metrics.is_null()).await?;
    same("kind", &seen["kind"], "PodMetrics")?;
    same("labels", &seen["metadata"]["labels"], json!({"app": "measured"}))?;
    for key in ["timestamp", "window"] {
        holds(seen[key].is_string(), || format!("{key} is {}", seen[key]))?;
    }
    same("its containers", seen["containers"].as_array().map(Vec::len), Some(1))?;
    let main = &seen["containers"][0];
    same("name", &main["name"], "main")?;
    let memory = main["usage"]["memory"].as_str().unwrap_or_default();
    let kibibytes = memory.strip_suffix("Ki").and_then(|number| number.parse::<u64>().ok());
    holds(kibibytes.is_some_and(|number| number > 0), || format!("memory is {memory:?}"))?;
    holds(main["usage"]["cpu"].is_string(), || format!("cpu is {}", main["usage"]["cpu"]))?;
    let list = cluster.path("metrics.k8s.io/v1beta1", "pods?labelSelector=app%3Dmeasured");
    let list = cluster.get(&list).await?.good("the list")?;
    same("the list", &list["items"][0]["metadata"]["name"], "measured")?;
    let answer = cluster.get(&cluster.path("metrics.k8s.io/v1beta1", "pods/nosuch")).await?;
    same("of an absent pod", answer.refusal(), (404, "NotFound"))
}

pub async fn a_container_shows_its_last_lines(cluster: &Cluster) -> Proof {
    let pod = pods::shell("talks", "echo one; echo two; exec sleep 600");
    let running = |pod: &Value| pods::main_container(pod)["state"]["running"].is_object();
    pods::until(cluster, &pod, "a start", running).await?;
    let path = cluster.path("v1", "pods/talks/log");
    let mut log = cluster.get(&path).await?;
    for _ in 0..50 {
        if log.text.ends_with("two\n") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        log = cluster.get(&path).await?;
    }
    same("the log", (log.code, log.text.as_str()), (200, "one\ntwo\n"))?;
    let last = cluster.get(&format!("{path}?tailLines=1")).await?;
    same("its last line", last.text.as_str(), "two\n")?;
    let answer = cluster.get(&format!("{path}?container=nosuch")).await?;
    same("of another container", answer.refusal(), (400, "BadRequest"))?;
    same("the message", answer.message(), "container nosuch is not valid for pod talks")?;
    let answer = cluster.get(&format!("{path}?previous=true")).await?;
    same("of the run before", answer.refusal(), (400, "BadRequest"))?;
    same("the message", answer.message(), "previous terminated container \"main\" in pod \"talks\" not found")
}
