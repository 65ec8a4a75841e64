//! One shared picture of the cluster: a cache per kind, kept by watches and by our own writes.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{
    ConfigMap, Endpoints, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod, Service, ServiceAccount,
};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::storage::v1::StorageClass;
use k8s_openapi::{ClusterResourceScope, NamespaceResourceScope};
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Client, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::cache::Cache;
use super::event::Recorder;

/// How long the first listing of all kinds may take before controllers start with what they have.
const FIRST_LIST: Duration = Duration::from_secs(5);

/// All that the controllers know. One field per kind.
pub struct World {
    client: Client,
    changed: watch::Sender<u64>,
    listed: AtomicUsize,
    kinds: AtomicUsize,
    pub events: Recorder,
    pub deployments: Cache<Deployment>,
    pub replica_sets: Cache<ReplicaSet>,
    pub stateful_sets: Cache<StatefulSet>,
    pub daemon_sets: Cache<DaemonSet>,
    pub jobs: Cache<Job>,
    pub cron_jobs: Cache<CronJob>,
    pub pods: Cache<Pod>,
    pub nodes: Cache<Node>,
    pub services: Cache<Service>,
    pub endpoints: Cache<Endpoints>,
    pub slices: Cache<EndpointSlice>,
    pub claims: Cache<PersistentVolumeClaim>,
    pub volumes: Cache<PersistentVolume>,
    pub classes: Cache<StorageClass>,
    pub namespaces: Cache<Namespace>,
    pub accounts: Cache<ServiceAccount>,
    pub config_maps: Cache<ConfigMap>,
}

/// A kind that the world keeps a cache of.
pub trait Kept:
    Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Serialize + Send + Sync + 'static
{
    /// The cache of this kind.
    fn cache(world: &World) -> &Cache<Self>;
    /// The API of this kind: in one namespace, or everywhere when `namespace` is `None` or the kind has none.
    fn api(client: Client, namespace: Option<&str>) -> Api<Self>;
}

macro_rules! kept {
    ($scope:ident: $($kind:ty => $field:ident),+ $(,)?) => {$(
        impl Kept for $kind {
            fn cache(world: &World) -> &Cache<Self> {
                &world.$field
            }
            fn api(client: Client, namespace: Option<&str>) -> Api<Self> {
                Scope::<$scope>::api(client, namespace)
            }
        }
    )+};
}

/// Tells namespaced and cluster-scoped kinds apart at compile time.
struct Scope<S>(std::marker::PhantomData<S>);

impl Scope<NamespaceResourceScope> {
    fn api<K>(client: Client, namespace: Option<&str>) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        namespace.map_or_else(|| Api::all(client.clone()), |name| Api::namespaced(client.clone(), name))
    }
}

impl Scope<ClusterResourceScope> {
    fn api<K>(client: Client, _: Option<&str>) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = ClusterResourceScope>,
    {
        Api::all(client)
    }
}

kept!(NamespaceResourceScope:
    Deployment => deployments, ReplicaSet => replica_sets, StatefulSet => stateful_sets, DaemonSet => daemon_sets,
    Job => jobs, CronJob => cron_jobs, Pod => pods, Service => services, Endpoints => endpoints,
    EndpointSlice => slices, PersistentVolumeClaim => claims, ServiceAccount => accounts, ConfigMap => config_maps,
);
kept!(ClusterResourceScope:
    Node => nodes, PersistentVolume => volumes, StorageClass => classes, Namespace => namespaces,
);

impl World {
    /// Starts one watch per kind; they end with `tasks`.
    pub fn start(client: Client, tasks: &mut JoinSet<()>) -> Arc<Self> {
        let world = Arc::new(Self::empty(client));
        world.follow::<Deployment>(tasks);
        world.follow::<ReplicaSet>(tasks);
        world.follow::<StatefulSet>(tasks);
        world.follow::<DaemonSet>(tasks);
        world.follow::<Job>(tasks);
        world.follow::<CronJob>(tasks);
        world.follow::<Pod>(tasks);
        world.follow::<Node>(tasks);
        world.follow::<Service>(tasks);
        world.follow::<Endpoints>(tasks);
        world.follow::<EndpointSlice>(tasks);
        world.follow::<PersistentVolumeClaim>(tasks);
        world.follow::<PersistentVolume>(tasks);
        world.follow::<StorageClass>(tasks);
        world.follow::<Namespace>(tasks);
        world.follow::<ServiceAccount>(tasks);
        world.follow::<ConfigMap>(tasks);
        world
    }

    fn empty(client: Client) -> Self {
        Self {
            client,
            changed: watch::channel(0).0,
            listed: AtomicUsize::new(0),
            kinds: AtomicUsize::new(0),
            events: Recorder::default(),
            deployments: Cache::default(),
            replica_sets: Cache::default(),
            stateful_sets: Cache::default(),
            daemon_sets: Cache::default(),
            jobs: Cache::default(),
            cron_jobs: Cache::default(),
            pods: Cache::default(),
            nodes: Cache::default(),
            services: Cache::default(),
            endpoints: Cache::default(),
            slices: Cache::default(),
            claims: Cache::default(),
            volumes: Cache::default(),
            classes: Cache::default(),
            namespaces: Cache::default(),
            accounts: Cache::default(),
            config_maps: Cache::default(),
        }
    }

    /// A receiver that wakes up after every change of any kind.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// The client, for kinds that are not kept (Event, CustomResourceDefinition).
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Waits until every kind has been listed once, but not for ever: a server need not serve every kind.
    pub async fn synced(&self) {
        let mut changes = self.changes();
        let all = async {
            while self.listed.load(Ordering::Acquire) < self.kinds.load(Ordering::Acquire) {
                if changes.changed().await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(FIRST_LIST, all).await;
    }

    fn follow<K: Kept>(self: &Arc<Self>, tasks: &mut JoinSet<()>) {
        self.kinds.fetch_add(1, Ordering::AcqRel);
        let world = self.clone();
        tasks.spawn(async move { world.watch::<K>().await });
    }

    async fn watch<K: Kept>(&self) {
        let mut events = watcher(K::api(self.client(), None), watcher::Config::default()).default_backoff().boxed();
        let (mut fresh, mut first) = (Vec::new(), true);
        while let Some(event) = events.next().await {
            match event {
                Ok(watcher::Event::Init) => fresh.clear(),
                Ok(watcher::Event::InitApply(object)) => fresh.push(object),
                Ok(watcher::Event::InitDone) => {
                    K::cache(self).replace(std::mem::take(&mut fresh));
                    if std::mem::take(&mut first) {
                        self.listed.fetch_add(1, Ordering::AcqRel);
                    }
                }
                Ok(watcher::Event::Apply(object)) => K::cache(self).put(object),
                Ok(watcher::Event::Delete(object)) => K::cache(self).remove(&object),
                Err(error) => tracing::debug!("watch of {}: {error}", K::kind(&())),
            }
            self.changed.send_modify(|count| *count += 1);
        }
    }

    /// Creates an object; one that exists already is no error, its creator was only faster.
    pub async fn create<K: Kept>(&self, object: &K) -> anyhow::Result<()> {
        let api = K::api(self.client(), object.namespace().as_deref());
        match api.create(&PostParams::default(), object).await {
            Ok(created) => K::cache(self).put(created),
            Err(kube::Error::Api(status)) if status.is_already_exists() => {}
            Err(error) => return Err(failed::<K>("create", &object.name_any(), error)),
        }
        Ok(())
    }

    /// Merge-patches an object; one that is gone is no error.
    pub async fn patch<K: Kept>(&self, object: &K, patch: serde_json::Value) -> anyhow::Result<()> {
        let api = K::api(self.client(), object.namespace().as_deref());
        let answer = api.patch(&object.name_any(), &PatchParams::default(), &Patch::Merge(&patch)).await;
        self.take(object, "patch", answer)
    }

    /// Changes what may be written together with the status, e.g. a Deployment's annotations: no new generation comes of it.
    pub async fn patch_with_status<K: Kept>(&self, object: &K, patch: serde_json::Value) -> anyhow::Result<()> {
        let api = K::api(self.client(), object.namespace().as_deref());
        let answer = api.patch_status(&object.name_any(), &PatchParams::default(), &Patch::Merge(&patch)).await;
        self.take(object, "patch", answer)
    }

    /// Replaces fields of an object's status.
    pub async fn patch_status<K: Kept>(&self, object: &K, status: serde_json::Value) -> anyhow::Result<()> {
        let api = K::api(self.client(), object.namespace().as_deref());
        let patch = Patch::Merge(serde_json::json!({ "status": status }));
        let answer = api.patch_status(&object.name_any(), &PatchParams::default(), &patch).await;
        self.take(object, "patch the status of", answer)
    }

    /// Deletes an object; one that is gone is no error.
    pub async fn delete<K: Kept>(&self, object: &K) -> anyhow::Result<()> {
        let api = K::api(self.client(), object.namespace().as_deref());
        // The uid keeps us from deleting a namesake that was made in the meantime.
        let mut how = DeleteParams::background();
        how.preconditions = object.uid().map(|uid| kube::api::Preconditions { uid: Some(uid), ..Default::default() });
        match api.delete(&object.name_any(), &how).await {
            Ok(answer) => {
                answer.map_left(|ending| K::cache(self).put(ending)).map_right(|_| K::cache(self).remove(object));
            }
            Err(kube::Error::Api(status)) if status.is_not_found() => K::cache(self).remove(object),
            Err(kube::Error::Api(status)) if status.is_conflict() => {}
            Err(error) => return Err(failed::<K>("delete", &object.name_any(), error)),
        }
        Ok(())
    }

    fn take<K: Kept>(&self, object: &K, verb: &str, answer: kube::Result<K>) -> anyhow::Result<()> {
        match answer {
            Ok(patched) => K::cache(self).put(patched),
            Err(kube::Error::Api(status)) if status.is_not_found() => K::cache(self).remove(object),
            Err(error) => return Err(failed::<K>(verb, &object.name_any(), error)),
        }
        Ok(())
    }
}

fn failed<K: Kept>(verb: &str, name: &str, error: kube::Error) -> anyhow::Error {
    anyhow::Error::from(error).context(format!("cannot {verb} {} {name}", K::kind(&())))
}
