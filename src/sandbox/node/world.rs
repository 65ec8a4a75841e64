//! The nodes' view of the cluster: a cache per kind, kept by watches, and one signal that something changed.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use futures::StreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, Node, PersistentVolumeClaim, Pod, Secret, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::runtime::reflector::{self, ObjectRef, Store};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Caches of all that nodes need.
pub(super) struct World {
    pub(super) pods: Store<Pod>,
    pub(super) nodes: Store<Node>,
    pub(super) claims: Store<PersistentVolumeClaim>,
    pub(super) config_maps: Store<ConfigMap>,
    pub(super) secrets: Store<Secret>,
    pub(super) services: Store<Service>,
    pub(super) slices: Store<EndpointSlice>,
    changed: watch::Receiver<u64>,
}

impl World {
    /// Starts the watches in `tasks`.
    pub(super) fn start(client: &Client, tasks: &mut JoinSet<()>) -> Arc<Self> {
        let (signal, changed) = watch::channel(0);
        let signal = Arc::new(signal);
        Arc::new(Self {
            pods: follow(client, &signal, tasks),
            nodes: follow(client, &signal, tasks),
            claims: follow(client, &signal, tasks),
            config_maps: follow(client, &signal, tasks),
            secrets: follow(client, &signal, tasks),
            services: follow(client, &signal, tasks),
            slices: follow(client, &signal, tasks),
            changed,
        })
    }

    /// Wakes on every change; a reader that is slow sees one wake-up for many changes.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.clone()
    }

    /// An object of a namespace.
    pub(super) fn named<K>(store: &Store<K>, namespace: &str, name: &str) -> Option<Arc<K>>
    where
        K: Resource<DynamicType = ()> + Clone + 'static,
    {
        store.get(&ObjectRef::new(name).within(namespace))
    }

    /// The persistent volume of a claim, once it has one.
    pub(super) fn volume_of(&self, namespace: &str, claim: &str) -> Option<String> {
        let found = Self::named(&self.claims, namespace, claim)?;
        found.spec.as_ref()?.volume_name.clone()
    }

    /// The slices of a Service.
    pub(super) fn slices_of(&self, namespace: &str, service: &str) -> Vec<Arc<EndpointSlice>> {
        let of_service = |slice: &Arc<EndpointSlice>| {
            let labels = slice.metadata.labels.as_ref();
            slice.metadata.namespace.as_deref() == Some(namespace)
                && labels.and_then(|all| all.get("kubernetes.io/service-name")).map(String::as_str) == Some(service)
        };
        self.slices.state().into_iter().filter(of_service).collect()
    }
}

fn follow<K>(client: &Client, signal: &Arc<watch::Sender<u64>>, tasks: &mut JoinSet<()>) -> Store<K>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
    K::DynamicType: Eq + Hash + Clone,
{
    let (store, writer) = reflector::store();
    let api: Api<K> = Api::all(client.clone());
    let signal = Arc::clone(signal);
    tasks.spawn(async move {
        let stream = watcher(api, watcher::Config::default()).default_backoff().reflect(writer);
        futures::pin_mut!(stream);
        while let Some(event) = stream.next().await {
            match event {
                Ok(_) => signal.send_modify(|count| *count += 1),
                Err(error) => {
                    tracing::debug!(kind = %K::kind(&()), %error, "watch broke, it is tried again")
                }
            }
        }
    });
    store
}
