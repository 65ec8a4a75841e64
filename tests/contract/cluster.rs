//! A cluster to prove contracts on, and the namespaces in which they may do as they like.

use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Mutex;

use kube::Client;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};

use crate::differences::DIFFERENCES;
use crate::setup::Which;
use crate::table::Proof;
use crate::waiting::same;
use crate::wire::{self, Answer, Sent};

/// A user without any right.
const NOBODY: &str = "contract-nobody";

pub struct Cluster {
    pub which: Which,
    pub client: Client,
    /// The namespace of this run.
    pub namespace: String,
    pub has_operator: bool,
    /// What is removed at the end, beside the namespace: paths.
    made: Mutex<Vec<String>>,
}

impl Cluster {
    /// Connects, and makes the namespaces.
    pub async fn new(which: Which, kubeconfig: &Path) -> Result<Self, String> {
        let text = |error: &dyn std::fmt::Display| format!("{}: {error}", kubeconfig.display());
        let read = Kubeconfig::read_from(kubeconfig).map_err(|error| text(&error))?;
        let options = KubeConfigOptions::default();
        let mut config = kube::Config::from_custom_kubeconfig(read, &options).await.map_err(|error| text(&error))?;
        config.default_retry = false;
        let client = Client::try_from(config).map_err(|error| text(&error))?;
        let namespace = format!("contract-{:08x}", RandomState::new().hash_one(0) & 0xffff_ffff);
        let mut cluster = Self { which, client, namespace, has_operator: false, made: Mutex::default() };
        for name in [cluster.namespace.clone(), cluster.denied()] {
            cluster.make_namespace(&name).await?;
        }
        if which == Which::Embedded {
            let lines = format!("* secrets {0}\n* pods/portforward {0}\n", cluster.denied());
            let faults = json!({"metadata": {"name": "signoff-faults"}, "data": {"deny": lines}});
            cluster.post("/api/v1/namespaces/kube-system/configmaps", &faults).await?.good("denials")?;
        }
        let operator = cluster.get("/apis/operator.victoriametrics.com/v1beta1/vmsingles").await?;
        cluster.has_operator = operator.code == 200;
        Ok(cluster)
    }

    /// The namespace in which this cluster denies `secrets` and `pods/portforward` to [`Cluster::somebody`].
    pub fn denied(&self) -> String {
        format!("{}-denied", self.namespace)
    }

    /// Who is denied: a user without rights where the cluster knows users; the sandbox denies to all, by its own list.
    pub fn somebody(&self) -> Option<&'static str> {
        (self.which == Which::Real).then_some(NOBODY)
    }

    /// Makes a namespace that goes at the end, and waits until pods can be made in it.
    pub async fn make_namespace(&self, name: &str) -> Proof {
        self.post("/api/v1/namespaces", &json!({"metadata": {"name": name}})).await?.good("the namespace")?;
        self.remove_later(format!("/api/v1/namespaces/{name}"));
        let account = format!("/api/v1/namespaces/{name}/serviceaccounts/default");
        self.until("the service account", &account, |account| !account.is_null()).await.map(drop)
    }

    /// Remembers what is outside of the namespace and is to be removed at the end.
    pub fn remove_later(&self, path: String) {
        self.made.lock().expect("no panic while it is held").push(path);
    }

    /// Removes all that was made, last things first.
    pub async fn clean(&self) -> Proof {
        let made = std::mem::take(&mut *self.made.lock().expect("no panic while it is held"));
        for path in made.iter().rev() {
            let answer = self.delete(path).await?;
            if !matches!(answer.code, 200 | 202 | 404 | 409) {
                return Err(format!("{path}: {} {}", answer.code, answer.text));
            }
        }
        if self.which == Which::Real {
            for path in &made {
                self.gone(path).await?;
            }
        }
        Ok(())
    }

    /// `/api/v1/namespaces/NS/REST`, or `/apis/GROUP/VERSION/namespaces/NS/REST` for a group.
    pub fn path(&self, api: &str, rest: &str) -> String {
        let root = if api.contains('/') { "apis" } else { "api" };
        format!("/{root}/{api}/namespaces/{}/{rest}", self.namespace)
    }

    pub async fn call(&self, method: &str, path: &str, sent: Sent<'_>) -> Result<Answer, String> {
        wire::call(&self.client, method, path, &sent).await
    }

    pub async fn get(&self, path: &str) -> Result<Answer, String> {
        self.call("GET", path, Sent::default()).await
    }

    pub async fn delete(&self, path: &str) -> Result<Answer, String> {
        self.call("DELETE", path, Sent::default()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, String> {
        self.send("POST", path, "application/json", body).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Result<Answer, String> {
        self.send("PUT", path, "application/json", body).await
    }

    /// A JSON merge patch.
    pub async fn merge(&self, path: &str, body: &Value) -> Result<Answer, String> {
        self.send("PATCH", path, "application/merge-patch+json", body).await
    }

    /// A server-side apply; `options` are more of the query, e.g. `&force=true`.
    pub async fn apply(&self, path: &str, manager: &str, options: &str, body: &Value) -> Result<Answer, String> {
        let path = format!("{path}?fieldManager={manager}{options}");
        self.send("PATCH", &path, "application/apply-patch+yaml", body).await
    }

    pub async fn send(&self, method: &str, path: &str, kind: &str, body: &Value) -> Result<Answer, String> {
        self.call(method, path, Sent { body: Some((kind, body.to_string())), ..Sent::default() }).await
    }

    /// Creates an object, and gives it back as it was stored.
    pub async fn create(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.post(path, body).await?.good(path)
    }

    /// The contract differs on purpose: what is seen must be what the list says of this cluster.
    pub fn differs(&self, contract: &str, seen: &str) -> Proof {
        let listed = DIFFERENCES.iter().find(|one| one.contract == contract);
        let listed = listed.ok_or_else(|| format!("{contract} is not in the list of differences"))?;
        let said = if self.which == Which::Real { listed.real } else { listed.embedded };
        same(&format!("what the {} cluster shows", self.which), seen, said)
    }
}
