//! One pass over one application object: make what it asks for, wait for the rollout, write the status.

use std::time::Duration;

use anyhow::{Result, bail};
use kube::api::DeleteParams;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Operator, agent, alert, alertmanager, finalize};
use crate::sandbox::operator::app::{Application, check_claims};
use crate::sandbox::operator::cluster::Applied;
use crate::sandbox::operator::events::{Notice, emit};
use crate::sandbox::operator::kinds::{App, FINALIZER};
use crate::sandbox::operator::object::{Object, flag, given, list, text};
use crate::sandbox::operator::rollout::{self, Rollout};
use crate::sandbox::operator::status::{self, State};
use crate::sandbox::operator::{metrics, spec_types};

/// Annotation with the spec that was applied last, defaults included: tells whether a spec is new.
const LAST_SPEC: &str = "operator.victoriametrics/last-applied-spec";

/// What comes after a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The object is gone.
    Gone,
    /// Look again after the resync period.
    Resync,
    /// Try again soon.
    Retry,
}

/// How the making of all objects ended.
enum Outcome {
    Applied,
    /// Something of ours is being deleted by someone; the status stays `expanding`.
    Blocked,
}

/// Runs one pass over `namespace/name`.
pub async fn run(operator: &Operator, app: App, namespace: &str, name: &str) -> Next {
    let object = match operator.cluster.get(app.kind(), namespace, name).await {
        Ok(Some(object)) => object,
        Ok(None) => return Next::Gone,
        Err(error) => {
            tracing::warn!("{error:#}");
            return Next::Retry;
        }
    };
    let _guard = match app {
        App::Agent => Some(operator.agents.lock().await),
        _ => None,
    };
    match attempt(operator, app, object).await {
        Ok(next) => next,
        Err(error) => {
            tracing::warn!("{} {namespace}/{name}: {error:#}", app.kind());
            Next::Retry
        }
    }
}

async fn attempt(operator: &Operator, app: App, object: Object) -> Result<Next> {
    let cluster = &operator.cluster;
    let application = Application::new(app, object.clone(), &operator.options.images);
    if object.deleting {
        finalize::run(operator, &application).await?;
        return Ok(Next::Gone);
    }
    if let Some(error) = spec_types::error(app.kind(), &object) {
        let error = format!("parsing object error for object controller={:?}: {error:?}", app.prefix());
        operator.metrics.add(&metrics::parsing_errors(app.prefix(), &object.key()), 1.0);
        return fail(operator, &application, error).await;
    }
    if !object.finalizers.iter().any(|finalizer| finalizer == FINALIZER) {
        let mut finalizers = object.finalizers.clone();
        finalizers.push(FINALIZER.into());
        cluster.patch(app.kind(), &object, &json!({"metadata": {"finalizers": finalizers}})).await?;
    }
    if flag(application.spec(), "paused") {
        set_status(operator, &application, &State::Paused).await?;
        return Ok(Next::Resync);
    }
    let spec_text = application.spec().to_string();
    let is_new = object.annotations.get(LAST_SPEC) != Some(&spec_text);
    if is_new {
        set_status(operator, &application, &State::Expanding).await?;
        cluster.patch(app.kind(), &object, &json!({"metadata": {"annotations": {LAST_SPEC: spec_text}}})).await?;
        emit(cluster, app.kind(), &object, Notice::Progress("starting object update")).await;
    }
    match make(operator, &application, is_new).await {
        Ok(Outcome::Applied) => {
            set_status(operator, &application, &State::Operational).await?;
            if is_new {
                emit(cluster, app.kind(), &object, Notice::Progress("reconcile of object finished successfully")).await;
            }
            Ok(Next::Resync)
        }
        Ok(Outcome::Blocked) => {
            set_status(operator, &application, &State::Expanding).await?;
            Ok(Next::Resync)
        }
        Err(error) if is_conflict(&error) => {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok(Next::Retry)
        }
        Err(error) => fail(operator, &application, format!("{error:#}")).await,
    }
}

async fn fail(operator: &Operator, application: &Application, reason: String) -> Result<Next> {
    set_status(operator, application, &State::Failed(reason.clone())).await?;
    emit(&operator.cluster, application.app.kind(), &application.object, Notice::Error(&reason)).await;
    Ok(Next::Retry)
}

/// Writes the status when it changes. The object is read anew: its status may be older than this pass.
async fn set_status(operator: &Operator, application: &Application, state: &State) -> Result<()> {
    let object = &application.object;
    let kind = application.app.kind();
    let Some(live) = operator.cluster.get(kind, &object.namespace, &object.name).await? else { return Ok(()) };
    let mut current = application.clone();
    current.object.status = live.status;
    match status::of_application(&current, state) {
        Some(status) => operator.cluster.set_status(kind, object, &status).await,
        None => Ok(()),
    }
}

fn is_conflict(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let api = cause.downcast_ref::<kube::Error>();
        matches!(api, Some(kube::Error::Api(status)) if status.code == 409)
    })
}

async fn make(operator: &Operator, application: &Application, is_new: bool) -> Result<Outcome> {
    let rule_maps = match application.app {
        App::Alert => alert::write_rules(operator, application, None).await?,
        _ => Vec::new(),
    };
    let made = application.make(&rule_maps)?;
    // The configuration of Alertmanager comes first: without a good one nothing else is made.
    if application.app == App::Alertmanager {
        alertmanager::write_config(operator, application).await?;
    }
    for object in &made.support {
        if operator.cluster.apply(object, is_new).await? == Applied::Terminating
            && text(object, "kind") != "ServiceAccount"
        {
            return Ok(Outcome::Blocked);
        }
    }
    if application.app == App::Agent {
        agent::write_config(operator, application, None).await?;
        agent::write_relabeling(operator, application).await?;
    }
    for workload in &made.workloads {
        if apply_workload(operator, application, workload, is_new).await? == Applied::Terminating {
            return Ok(Outcome::Blocked);
        }
    }
    let deadline = Instant::now() + operator.options.ready_timeout;
    for workload in &made.workloads {
        wait(operator, application, workload, deadline).await?;
    }
    finalize::remove_orphans(operator, application, &made.workloads).await?;
    Ok(Outcome::Applied)
}

async fn apply_workload(
    operator: &Operator,
    application: &Application,
    workload: &Value,
    is_new: bool,
) -> Result<Applied> {
    let cluster = &operator.cluster;
    if text(workload, "kind") != "StatefulSet" {
        return cluster.apply(workload, is_new).await;
    }
    check_claims(workload)?;
    if let Some(live) = cluster.live(workload).await?
        && is_recreated(workload, &live)
    {
        // Claims of a StatefulSet cannot be edited; its pods live on while it is made anew.
        tracing::info!("{}: making the StatefulSet anew", application.name());
        cluster.delete(&live, &DeleteParams::orphan()).await?;
    }
    cluster.apply(workload, is_new).await
}

fn is_recreated(wanted: &Value, live: &Value) -> bool {
    let claims = |set: &Value| -> Vec<Value> {
        let claims = list(&set["spec"], "volumeClaimTemplates").iter();
        let essence = |claim: &Value| {
            let spec = &claim["spec"];
            json!([claim["metadata"]["name"], given(spec, "storageClassName"), spec.pointer("/resources/requests")])
        };
        claims.map(essence).collect()
    };
    claims(wanted) != claims(live) || text(&wanted["spec"], "serviceName") != text(&live["spec"], "serviceName")
}

/// Waits for the rollout. Running out of time is *not* an error: at operator v0.66.x the timeout is taken for an
/// interruption and the object becomes operational, whatever its pods do (VictoriaMetrics/operator v0.66.1,
/// internal/controller/operator/factory/reconcile/deploy.go with client-go's `retry.OnError`).
async fn wait(operator: &Operator, application: &Application, workload: &Value, deadline: Instant) -> Result<()> {
    let name = text(&workload["metadata"], "name");
    loop {
        if let Some(live) = operator.cluster.live(workload).await? {
            match rollout::state(&live) {
                Rollout::Done => return Ok(()),
                Rollout::Exceeded => {
                    let kind = application.app.prefix();
                    let namespace = &application.object.namespace;
                    bail!(
                        "failed create or update {kind}: deployment {namespace}/{name} has exceeded its progress deadline"
                    );
                }
                Rollout::Waiting => replace_outdated(operator, &live).await?,
            }
        }
        if Instant::now() >= deadline {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1).min(deadline - Instant::now())).await;
    }
}

/// Deletes one pod of an old revision: with `OnDelete` the StatefulSet's own controller never does.
async fn replace_outdated(operator: &Operator, live: &Value) -> Result<()> {
    if text(live, "kind") != "StatefulSet" || live.pointer("/spec/updateStrategy/type") != Some(&json!("OnDelete")) {
        return Ok(());
    }
    let labels =
        live.pointer("/spec/selector").map(|selector| crate::sandbox::operator::object::texts(selector, "matchLabels"));
    let like = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": live["metadata"]["namespace"]}});
    let pods = operator.cluster.find(&like, &labels.unwrap_or_default()).await?;
    if let Some(name) = rollout::outdated(live, &pods).first() {
        let mut pod = like.clone();
        pod["metadata"]["name"] = json!(name);
        operator.cluster.delete(&pod, &DeleteParams::default()).await?;
    }
    Ok(())
}
