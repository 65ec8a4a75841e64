//! The operator's own metrics and its two servers: `/metrics` and `/health`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use axum::Router;
use axum::routing::get;

/// The operator version that is played.
pub const VERSION: &str = "v0.66.1";

/// Counters and gauges by series, written in the text format of Prometheus.
#[derive(Debug, Default)]
pub struct Metrics {
    series: Mutex<BTreeMap<String, f64>>,
}

impl Metrics {
    /// The series that exist from the start.
    pub fn new() -> Self {
        let metrics = Metrics::default();
        for controller in ["vmagent", "vmalert", "vmalertmanager", "vmauth"] {
            metrics.add(&throttled(controller), 0.0);
        }
        metrics.add("operator_vmalert_bad_objects_count", 0.0);
        metrics.add("operator_alertmanager_bad_objects_count", 0.0);
        metrics.add("operator_prometheus_converter_active_watchers", 0.0);
        let version = format!("vm_app_version{{short_version={VERSION:?},version=\"operator-{VERSION}\"}}");
        metrics.add(&version, 1.0);
        metrics
    }

    /// Adds to a series, which starts at 0.
    pub fn add(&self, series: &str, value: f64) {
        let mut all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        *all.entry(series.to_string()).or_default() += value;
    }

    /// Sets a series.
    pub fn set(&self, series: &str, value: f64) {
        let mut all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(series.to_string(), value);
    }

    /// All series, one a line.
    pub fn render(&self) -> String {
        let all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().fold(String::new(), |mut out, (series, value)| {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{series} {value}");
            out
        })
    }
}

/// Series of events that were dropped by the throttle of `controller`.
pub fn throttled(controller: &str) -> String {
    format!("operator_reconcile_throttled_events_total{{controller={controller:?}}}")
}

/// Series of the number of objects that `controller` knows.
pub fn objects(controller: &str) -> String {
    format!("operator_controller_objects_count{{controller={controller:?}}}")
}

/// Series of objects whose spec could not be read.
pub fn parsing_errors(controller: &str, name: &str) -> String {
    format!("operator_controller_object_parsing_errors_total{{controller={controller:?},namespaced_name={name:?}}}")
}

/// Serves `/metrics` at `listen` until the future is dropped.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve(metrics: Arc<Metrics>, listen: SocketAddr) -> Result<()> {
    let handler = move || {
        let metrics = metrics.clone();
        async move { metrics.render() }
    };
    serve_router(Router::new().route("/metrics", get(handler)), listen).await
}

/// Serves `/health` and `/ready` at `listen`: always well, as the real operator's handler is.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve_health(listen: SocketAddr) -> Result<()> {
    let well = || async { "OK" };
    serve_router(Router::new().route("/health", get(well)).route("/ready", get(well)), listen).await
}

/// Serves any routes at `listen`.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve_router(router: Router, listen: SocketAddr) -> Result<()> {
    let listener = tokio::net::TcpListener::bind(listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {listen}: is the address free?"))?;
    Ok(axum::serve(listener, router).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_and_the_counters_are_there_from_the_start() {
        let metrics = Metrics::new();
        metrics.add(&throttled("vmalert"), 2.0);
        metrics.set(&objects("vmsingle"), 1.0);
        let text = metrics.render();
        for line in [
            "vm_app_version{short_version=\"v0.66.1\",version=\"operator-v0.66.1\"} 1",
            "operator_reconcile_throttled_events_total{controller=\"vmalert\"} 2",
            "operator_reconcile_throttled_events_total{controller=\"vmagent\"} 0",
            "operator_controller_objects_count{controller=\"vmsingle\"} 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is not in {text}");
        }
    }
}
