//! Scrape objects and VMRules: each change renders its parents' configuration anew.
//!
//! A deleted one stays in the configuration until the parent's resync: an object that cannot be read any more is not acted on.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use futures::StreamExt as _;
use jiff::Timestamp;
use tokio::task::JoinSet;

use super::{Change, Operator, agent, alert, changes, key_of};
use crate::sandbox::operator::app::Application;
use crate::sandbox::operator::events::{Notice, emit};
use crate::sandbox::operator::kinds::{App, Child, resource};
use crate::sandbox::operator::object::{Object, flag};
use crate::sandbox::operator::selector::Selection;
use crate::sandbox::operator::status;
use crate::sandbox::operator::{metrics, spec_types};

/// Watches one kind of child.
pub async fn run(operator: Arc<Operator>, child: Child) {
    let mut generations: HashMap<String, i64> = HashMap::new();
    let mut tasks = JoinSet::new();
    let mut changes = changes(&operator, resource(child.kind()));
    while let Some(change) = changes.next().await {
        while tasks.try_join_next().is_some() {}
        match change {
            Change::Gone(key) => drop(generations.remove(&key)),
            Change::Present(object) => {
                let generation = object.metadata.generation.unwrap_or_default();
                let before = generations.insert(key_of(&object), generation);
                // Statuses, labels and annotations do not count: they leave the generation as it is.
                if before != Some(generation) {
                    tasks.spawn(act(operator.clone(), child, Object::from(*object)));
                }
            }
        }
        operator.metrics.set(&metrics::objects(&child.kind().to_lowercase()), generations.len() as f64);
    }
}

async fn act(operator: Arc<Operator>, child: Child, object: Object) {
    let controller = child.kind().to_lowercase();
    if let Some(error) = spec_types::error(child.kind(), &object) {
        operator.metrics.add(&metrics::parsing_errors(&controller, "unknown"), 1.0);
        let message = format!("parsing object error for object controller={controller:?}: {error:?}");
        emit(&operator.cluster, child.kind(), &object, Notice::Error(&message)).await;
        return;
    }
    if !operator.admits(child) {
        return;
    }
    if let Err(error) = render_parents(&operator, child, &object).await {
        emit(&operator.cluster, child.kind(), &object, Notice::Error(&format!("{error:#}"))).await;
        tracing::warn!("{} {}: {error:#}", child.kind(), object.key());
    }
}

async fn render_parents(operator: &Operator, child: Child, object: &Object) -> Result<()> {
    let parent = child.parent();
    let _guard = match parent {
        App::Agent => Some(operator.agents.lock().await),
        _ => None,
    };
    let cause = object.key();
    for found in operator.cluster.list(parent.kind()).await? {
        if found.deleting || spec_types::error(parent.kind(), &found).is_some() {
            continue;
        }
        let application = Application::new(parent, found, &operator.options.images);
        let unmanaged = Selection::of(&application.object, child).is_nothing();
        // In DaemonSet mode only pods are scraped.
        let daemon = flag(application.spec(), "daemonSetMode") && child.kind() != "VMPodScrape";
        if unmanaged || daemon {
            continue;
        }
        match child {
            Child::Rule => drop(alert::write_rules(operator, &application, Some((child, &cause))).await?),
            Child::Scrape(_) => agent::write_config(operator, &application, Some((child, &cause))).await?,
        }
    }
    Ok(())
}

/// The objects of a kind that a parent selects.
pub async fn selected(operator: &Operator, parent: &Application, child: Child) -> Result<Vec<Object>> {
    let selection = Selection::of(&parent.object, child);
    if selection.is_nothing() {
        return Ok(Vec::new());
    }
    let namespaces = operator.cluster.namespaces().await?;
    let mut objects = operator.cluster.list(child.kind()).await?;
    objects.retain(|object| !object.deleting && selection.matches(object, &namespaces));
    Ok(objects)
}

/// Writes the condition of `parent` on each child. When one child's change is the cause and it is among them, only on
/// that one: the others follow at the next resync.
pub async fn write_statuses(
    operator: &Operator,
    parent: &Application,
    results: &[(Child, &Object, Option<&str>)],
    cause: Option<(Child, &str)>,
) -> Result<()> {
    let is_cause =
        |kind: Child, object: &Object| cause.is_some_and(|(child, key)| child == kind && object.key() == key);
    let only_cause = results.iter().any(|(kind, object, _)| is_cause(*kind, object));
    let condition = status::condition_type(parent);
    for (kind, object, error) in results {
        if only_cause && !is_cause(*kind, object) {
            continue;
        }
        // Read anew: another parent may have written in between.
        let Some(live) = operator.cluster.get(kind.kind(), &object.namespace, &object.name).await? else { continue };
        if let Some(status) = status::of_child(&live, &condition, *error, Timestamp::now()) {
            operator.cluster.set_status(kind.kind(), object, &status).await?;
        }
    }
    Ok(())
}
