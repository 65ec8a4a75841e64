//! `pods/log`: the files that the node writes, whole, from the end, or followed.

use std::io::SeekFrom;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use http::{HeaderValue, header};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::object;
use super::objects::find;
use super::request::{Query, Target};
use super::server::Api;
use super::status::Failure;

/// How often a followed file is looked at.
const POLL: Duration = Duration::from_millis(200);

/// Answers with a container's log as plain text.
pub(super) fn answer(api: &Arc<Api>, target: &Target, query: &Query) -> Result<Response, Failure> {
    let pod = find(api, target)?;
    let container = container(&pod, query.text("container"))?;
    let previous = query.get("previous").is_some() && query.flag("previous");
    let folder = api.pod_logs.join(format!("{}_{}", target.namespace, object::name(&pod)));
    let file = folder.join(if previous { format!("{container}.previous.log") } else { format!("{container}.log") });
    let Ok(mut content) = std::fs::read(&file) else {
        return Err(absent(&pod, &container, previous));
    };
    let length = content.len() as u64;
    if let Some(lines) = query.number::<usize>("tailLines") {
        content.drain(..tail_start(&content, lines));
    }
    if let Some(limit) = query.number::<usize>("limitBytes") {
        content.truncate(limit);
    }
    let follow = !previous && query.get("follow").is_some() && query.flag("follow");
    let body = if follow {
        Follow { api: api.clone(), target: target.clone(), container, file, first: Some(content), offset: length }
            .into_body()
    } else {
        Body::from(content)
    };
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Ok(response)
}

/// The container that is meant; a pod with several needs its name.
fn container(pod: &Value, given: &str) -> Result<String, Failure> {
    let list = |what: &str| object::items(pod, &format!("/spec/{what}")).iter().map(|c| object::text(c, "/name"));
    let mut all = list("containers").chain(list("initContainers"));
    let name = object::name(pod);
    if !given.is_empty() {
        return match all.find(|c| *c == given) {
            Some(found) => Ok(found.to_owned()),
            None => Err(Failure::bad_request(format!("container {given} is not valid for pod {name}"))),
        };
    }
    let names: Vec<&str> = list("containers").collect();
    match names.as_slice() {
        [one] => Ok((*one).to_owned()),
        many => Err(Failure::bad_request(format!(
            "a container name must be specified for pod {name}, choose one of: [{}]",
            many.join(" ")
        ))),
    }
}

fn absent(pod: &Value, container: &str, previous: bool) -> Failure {
    let name = object::name(pod);
    if previous {
        return Failure::bad_request(format!("previous terminated container {container:?} in pod {name:?} not found"));
    }
    let statuses = object::items(pod, "/status/containerStatuses");
    let status = statuses.iter().find(|s| object::text(s, "/name") == container);
    let reason = status.map(|s| object::text(s, "/state/waiting/reason")).filter(|r| !r.is_empty());
    let reason = reason.unwrap_or("ContainerCreating");
    Failure::bad_request(format!("container {container:?} in pod {name:?} is waiting to start: {reason}"))
}

/// Where the last `lines` lines begin.
fn tail_start(content: &[u8], lines: usize) -> usize {
    let body = content.strip_suffix(b"\n").unwrap_or(content);
    if lines == 0 {
        return content.len();
    }
    let breaks = body.iter().enumerate().rev().filter(|(_, b)| **b == b'\n');
    breaks.map(|(at, _)| at + 1).nth(lines - 1).unwrap_or(0)
}

/// A log that is being followed: what is there, then what is added, until the container ends or the pod is gone.
struct Follow {
    api: Arc<Api>,
    target: Target,
    container: String,
    file: PathBuf,
    first: Option<Vec<u8>>,
    offset: u64,
}

impl Follow {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take().filter(|first| !first.is_empty()) {
            return Some(Bytes::from(first));
        }
        loop {
            // Looked at before the file, so that the last words of a container that ends in between are not lost.
            let lives = self.lives();
            if let Some(more) = read_from(&self.file, &mut self.offset).await {
                return Some(more);
            }
            if !lives {
                return None;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    fn lives(&self) -> bool {
        let pod = find(&self.api, &self.target);
        !self.api.closing_now() && pod.is_ok_and(|pod| !ended(&pod, &self.container))
    }

    fn into_body(self) -> Body {
        Body::from_stream(futures::stream::unfold(self, |mut follow| async move {
            follow.next().await.map(|more| (Ok::<_, std::convert::Infallible>(more), follow))
        }))
    }
}

/// Has this container ended (for now)? One without a status has not begun.
fn ended(pod: &Value, container: &str) -> bool {
    let lists = ["/status/containerStatuses", "/status/initContainerStatuses"];
    let mut statuses = lists.iter().flat_map(|list| object::items(pod, list));
    let status = statuses.find(|s| object::text(s, "/name") == container);
    status.is_some_and(|s| s.pointer("/state/running").is_none())
}

/// New bytes after `offset`; a file that became shorter was begun anew.
async fn read_from(file: &PathBuf, offset: &mut u64) -> Option<Bytes> {
    let mut handle = tokio::fs::File::open(file).await.ok()?;
    let length = handle.metadata().await.ok()?.len();
    if length < *offset {
        *offset = 0;
    }
    handle.seek(SeekFrom::Start(*offset)).await.ok()?;
    let mut more = Vec::new();
    handle.take(1024 * 1024).read_to_end(&mut more).await.ok()?;
    *offset += more.len() as u64;
    (!more.is_empty()).then(|| Bytes::from(more))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_tail_counts_whole_lines() {
        let tail = |text: &str, lines: usize| text[tail_start(text.as_bytes(), lines)..].to_owned();
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc\n");
        assert_eq!(tail("a\nb\nc", 1), "c");
        assert_eq!(tail("a\nb\n", 9), "a\nb\n");
        assert_eq!(tail("a\nb\n", 0), "");
    }

    #[test]
    fn a_pod_with_two_containers_needs_a_name() {
        let pod = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}, {"name": "b"}], "initContainers": [{"name": "i"}]}});
        assert_eq!(container(&pod, "b").unwrap(), "b");
        assert_eq!(container(&pod, "i").unwrap(), "i");
        let refused = container(&pod, "").unwrap_err();
        assert_eq!(refused.message, "a container name must be specified for pod p, choose one of: [a b]");
        assert_eq!(container(&pod, "x").unwrap_err().message, "container x is not valid for pod p");
    }

    #[test]
    fn a_container_has_ended_when_its_status_says_that_it_does_not_run() {
        let pod = |state: Value| json!({"status": {"containerStatuses": [{"name": "a", "state": state}]}});
        assert!(!ended(&pod(json!({"running": {}})), "a"));
        assert!(ended(&pod(json!({"terminated": {"exitCode": 1}})), "a"));
        assert!(ended(&pod(json!({"waiting": {"reason": "CrashLoopBackOff"}})), "a"));
        assert!(!ended(&json!({}), "a"));
    }
}
