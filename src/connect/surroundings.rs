//! Facts about the cluster that a report names.

use serde_json::Value;

use super::{Connections, Resource, Scope};
use crate::check::access::Access;
use crate::check::trouble::Trouble;

static NAMESPACES: Resource = Resource::of("", "v1", "Namespace", "namespaces", Scope::Cluster);

/// Which cluster it is; what cannot be read says why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// Context of the kubeconfig.
    pub context: Option<String>,
    /// URL of the API server.
    pub server: Option<String>,
    /// Its version: `v1.34.4`.
    pub version: Result<String, String>,
    /// uid of the namespace `kube-system`, which serves as the cluster's identity.
    pub cluster_uid: Result<String, String>,
}

impl Surroundings {
    /// The permission that asking for them needs; the version of the server may be read by everybody.
    pub fn access() -> Access {
        NAMESPACES.access("get", None).named("kube-system")
    }
}

impl Connections {
    /// Asks for what a report says about the cluster. It never fails: what is not readable says why.
    pub async fn surroundings(&self) -> Surroundings {
        let cluster = match self.cluster() {
            Ok(cluster) => cluster,
            Err(why) => {
                let (version, cluster_uid) = (Err(why.to_string()), Err(why.to_string()));
                return Surroundings { context: None, server: None, version, cluster_uid };
            }
        };
        let version = self.read("/version", Access::new("get", "", "version"));
        let system = self.get(&NAMESPACES, None, "kube-system");
        let (version, system) = tokio::join!(version, system);
        Surroundings {
            context: cluster.context.clone(),
            server: Some(cluster.server.clone()),
            version: told(version, "/gitVersion"),
            cluster_uid: told(system, "/metadata/uid"),
        }
    }
}

/// The text at a place of an answer, or why there is none.
fn told(answer: Result<Option<Value>, Trouble>, place: &str) -> Result<String, String> {
    let object = answer.map_err(|trouble| trouble.to_string())?.ok_or("it does not exist")?;
    let text = object.pointer(place).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| format!("the answer has no {place}"))
}
