//! Jobs: how they end.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::pods;
use crate::table::Proof;
use crate::waiting::{condition, has, holds, is_true, same};

fn job(name: &str, script: &str) -> Value {
    let mut template = pods::shell("", script);
    template["spec"]["restartPolicy"] = json!("Never");
    json!({"metadata": {"name": name}, "spec": {"backoffLimit": 0, "template": {"spec": template["spec"]}}})
}

async fn until(cluster: &Cluster, job: &Value, kind: &str) -> Result<Value, String> {
    let jobs = cluster.path("batch/v1", "jobs");
    cluster.create(&jobs, job).await?;
    let name = job["metadata"]["name"].as_str().unwrap_or_default();
    cluster.until(kind, &format!("{jobs}/{name}"), |job| is_true(job, kind)).await
}

pub async fn a_job_completes(cluster: &Cluster) -> Proof {
    let done = until(cluster, &job("done", "exit 0"), "Complete").await?;
    let status = &done["status"];
    same("succeeded", (&status["succeeded"], &status["failed"]), (&json!(1), &Value::Null))?;
    same("active", &status["active"], Value::Null)?;
    holds(status["startTime"].is_string() && status["completionTime"].is_string(), || format!("{status}"))?;
    same("its reason", &condition(&done, "Complete")["reason"], "CompletionsReached")?;
    same("SuccessCriteriaMet", &condition(&done, "SuccessCriteriaMet")["status"], "True")?;
    let pods = cluster.get(&cluster.path("v1", "pods?labelSelector=job-name%3Ddone")).await?.good("its pods")?;
    let labels = &pods["items"][0]["metadata"]["labels"];
    same("its pod's label", &labels["batch.kubernetes.io/job-name"], "done")
}

pub async fn a_job_fails(cluster: &Cluster) -> Proof {
    let failed = until(cluster, &job("failed", "exit 1"), "Failed").await?;
    let status = &failed["status"];
    same("failed", (&status["failed"], &status["succeeded"]), (&json!(1), &Value::Null))?;
    same("completionTime", &status["completionTime"], Value::Null)?;
    let found = condition(&failed, "Failed");
    same("its reason", &found["reason"], "BackoffLimitExceeded")?;
    same("in words", &found["message"], "Job has reached the specified backoff limit")?;
    same("FailureTarget", &condition(&failed, "FailureTarget")["reason"], "BackoffLimitExceeded")
}

pub async fn an_exit_code_fails_a_job_at_once(cluster: &Cluster) -> Proof {
    let mut body = job("policy", "exit 3");
    body["spec"]["backoffLimit"] = json!(4);
    let codes = json!({"containerName": "main", "operator": "In", "values": [1, 3]});
    body["spec"]["podFailurePolicy"] = json!({"rules": [{"action": "FailJob", "onExitCodes": codes}]});
    let failed = until(cluster, &body, "Failed").await?;
    let found = condition(&failed, "Failed");
    same("its reason", &found["reason"], "PodFailurePolicy")?;
    let message = found["message"].as_str().unwrap_or_default();
    has("in words", message, &format!("Container main for pod {}/policy-", cluster.namespace))?;
    has("in words", message, "failed with exit code 3 matching FailJob rule at index 0")?;
    same("failed", &failed["status"]["failed"], 1)
}
