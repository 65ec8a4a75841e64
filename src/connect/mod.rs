//! The ways into a cluster: its API, and HTTP to the components that run in it.

mod api;
mod client;
mod component;
mod deadline;
mod endpoint;
mod forward;
mod given;
mod kubeconfig;
mod message;
mod options;
mod pods;
mod proxy;
mod reach;
pub mod resource;
mod review;
mod revisions;
mod schemas;
mod stream;
mod surroundings;
#[cfg(test)]
pub(crate) mod testing;
mod tunnel;
mod way;
mod write;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub use component::{Application, Component};
pub use endpoint::{Endpoint, Port};
pub use message::{Reply, Request, Via, path_with};
pub use options::{OpenError, Options};
pub use pods::PodAddress;
pub use resource::{Resource, Scope};
pub use revisions::Revisions;
pub use stream::Stream;
pub use surroundings::Surroundings;
pub use way::{Wanted, Way};

use client::Cluster;
use forward::Pool;
use given::Given;
use pods::Behind;
use schemas::Schemas;
use way::Ways;

/// How long a Service counts as resolved, and a component as identified, before it is looked at again.
const KNOWN_FOR: Duration = Duration::from_secs(10);

/// Everything a look can reach. Cheap to clone.
#[derive(Clone)]
pub struct Connections {
    inner: Arc<Inner>,
}

struct Inner {
    /// The API server, or why there is none.
    cluster: Result<Cluster, String>,
    wanted: Wanted,
    given: Given,
    schemas: Schemas,
    repository: Option<PathBuf>,
    pool: Pool,
    ways: Ways,
    resolved: Recent<Endpoint, Behind>,
    identified: Recent<PodAddress, Component>,
}

impl Connections {
    /// Reads the kubeconfig (or the Pod's service account) and prepares the ways; nothing is asked yet.
    ///
    /// Without any cluster at hand it still opens where addresses are given, or nothing needs one: what needs the API then
    /// says so.
    pub async fn open(options: Options) -> Result<Self, OpenError> {
        // An error only says that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let given = Given::new(&options.urls)?;
        let schemas = options.schemas.as_deref().map(Schemas::read).transpose()?.unwrap_or_default();
        if let Some(path) = options.repository.as_ref().filter(|path| !path.is_dir()) {
            return Err(OpenError::Repository { path: path.display().to_string() });
        }
        let cluster = match client::open(&options).await {
            Ok(cluster) => Ok(cluster),
            Err(OpenError::NoCluster(why)) if options.needs_no_cluster || !options.urls.is_empty() => Err(why),
            Err(error) => return Err(error),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                cluster,
                wanted: options.wanted,
                given,
                schemas,
                repository: options.repository,
                pool: Pool::default(),
                ways: Ways::default(),
                resolved: Recent::default(),
                identified: Recent::default(),
            }),
        })
    }

    /// Whether there is a cluster: only where something of it is needed must there be one.
    pub fn has_cluster(&self) -> bool {
        self.inner.cluster.is_ok()
    }

    /// The checkout of the Git repository that was given.
    pub fn repository(&self) -> Option<&Path> {
        self.inner.repository.as_deref()
    }
}

/// Answers that are kept for a short while.
struct Recent<K, V>(Mutex<HashMap<K, (Instant, V)>>);

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: std::hash::Hash + Eq, V: Clone> Recent<K, V> {
    fn get(&self, key: &K) -> Option<V> {
        let kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.get(key).filter(|(since, _)| since.elapsed() < KNOWN_FOR).map(|(_, value)| value.clone())
    }

    fn put(&self, key: K, value: V) {
        let mut kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.insert(key, (Instant::now(), value));
    }

    fn forget(&self, key: &K) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(key);
    }
}
