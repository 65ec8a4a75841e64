//! Lists in pages.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::table::Proof;
use crate::waiting::{begins, same};

pub async fn a_long_list_comes_in_pages(cluster: &Cluster) -> Proof {
    let leases = cluster.path("coordination.k8s.io/v1", "leases");
    for name in ["page-1", "page-2", "page-3", "page-4", "page-5"] {
        cluster.create(&leases, &json!({"metadata": {"name": name, "labels": {"page": "yes"}}, "spec": {}})).await?;
    }
    let mut seen = Vec::new();
    let mut left = Vec::new();
    let mut next = String::new();
    loop {
        let page = cluster.get(&format!("{leases}?limit=2&continue={next}")).await?.good("a page")?;
        let items = page["items"].as_array().cloned().unwrap_or_default();
        seen.extend(items.iter().map(|item| item["metadata"]["name"].as_str().unwrap_or_default().to_owned()));
        left.push(page["metadata"]["remainingItemCount"].clone());
        next = page["metadata"]["continue"].as_str().unwrap_or_default().to_owned();
        if next.is_empty() {
            break;
        }
        // What comes between two pages is in none of them.
        if seen.len() == 2 {
            for name in ["page-0", "page-9"] {
                cluster.create(&leases, &json!({"metadata": {"name": name}, "spec": {}})).await?;
            }
        }
    }
    same("the names", seen, ["page-1", "page-2", "page-3", "page-4", "page-5"])?;
    same("what is left", left, [json!(3), json!(1), Value::Null])?;
    // A server that must look at each object to select it does not count the rest.
    let page = cluster.get(&format!("{leases}?limit=2&labelSelector=page%3Dyes")).await?.good("a page")?;
    same("what is left of a selection", &page["metadata"]["remainingItemCount"], Value::Null)?;
    let token = page["metadata"]["continue"].as_str().unwrap_or_default();
    let path = format!("{leases}?limit=9&labelSelector=page%3Dyes&continue={token}");
    let rest = cluster.get(&path).await?.good("the rest")?;
    same("the rest", rest["items"].as_array().map(Vec::len), Some(3))
}

pub async fn a_token_that_is_none_is_refused(cluster: &Cluster) -> Proof {
    let answer = cluster.get(&cluster.path("v1", "configmaps?limit=1&continue=nonsense")).await?;
    same("the refusal", answer.refusal(), (400, "BadRequest"))?;
    begins("the message", answer.message(), "invalid continue token: continue key is not valid")
}
