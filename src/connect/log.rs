//! The end of a container's log.

use super::resource::PODS;
use super::{Connections, message};
use crate::check::access::Access;
use crate::check::trouble::Trouble;

/// Lines of a log that are read, from its end.
const LINES: usize = 10_000;

/// The permission to read the logs of a namespace's pods.
pub fn access(namespace: &str) -> Access {
    Access::new("get", "", "pods/log").within(namespace)
}

impl Connections {
    /// The last lines of a container's log; empty where the pod is gone.
    ///
    /// # Errors
    /// The API server does not give it.
    pub async fn log(&self, namespace: &str, pod: &str, container: &str) -> Result<String, Trouble> {
        let path = format!("{}/{}/log", PODS.path(Some(namespace)), message::encode(pod));
        let query = [("container", container.to_owned()), ("tailLines", LINES.to_string())];
        self.text(&message::path_with(&path, &query), access(namespace)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::testing::{cluster_at, serve};

    #[tokio::test]
    async fn the_end_of_a_log_is_read_and_a_refusal_names_the_permission() {
        let url = serve(|request| match request {
            "GET /api/v1/namespaces/o/pods/am-0/log?container=alertmanager&tailLines=10000" => {
                (200, "text/plain", "one\ntwo\n".to_owned())
            }
            _ => (403, "text/plain", "no".to_owned()),
        })
        .await;
        let connections = cluster_at(&url).await;
        assert_eq!(connections.log("o", "am-0", "alertmanager").await.unwrap(), "one\ntwo\n");
        let denied = connections.log("o", "am-1", "alertmanager").await.unwrap_err();
        assert!(matches!(denied, Trouble::Denied { rule, .. } if rule == access("o")));
    }
}
