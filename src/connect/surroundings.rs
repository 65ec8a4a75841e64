//! Facts about the cluster that a report names.

use serde::{Deserialize, Serialize};

use super::{Connections, Resource, Scope};
use crate::check::access::Access;

static NAMESPACES: Resource = Resource::of("", "v1", "Namespace", "namespaces", Scope::Cluster);

/// Which cluster it is; each fact is absent where it cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Context of the kubeconfig.
    pub context: Option<String>,
    /// URL of the API server.
    pub server: Option<String>,
    /// Its version: `v1.34.4`.
    pub version: Option<String>,
    /// uid of the namespace `kube-system`, which serves as the cluster's identity.
    pub cluster_uid: Option<String>,
}

impl Surroundings {
    /// The permission that asking for them needs; the version of the server may be read by everybody.
    pub fn access() -> Access {
        NAMESPACES.access("get", None).named("kube-system")
    }
}

impl Connections {
    /// Asks for what a report says about the cluster. It never fails: what is not readable is absent.
    pub async fn surroundings(&self) -> Surroundings {
        let Ok(cluster) = self.cluster() else { return Surroundings::default() };
        let version = self.read("/version", Access::new("get", "", "version"));
        let system = self.get(&NAMESPACES, None, "kube-system");
        let (version, system) = tokio::join!(version, system);
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        Surroundings {
            context: cluster.context.clone(),
            server: Some(cluster.server.clone()),
            version: version.ok().flatten().and_then(|version| text(&version["gitVersion"])),
            cluster_uid: system.ok().flatten().and_then(|namespace| text(&namespace["metadata"]["uid"])),
        }
    }
}
