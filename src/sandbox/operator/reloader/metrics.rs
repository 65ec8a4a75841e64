//! Metrics of the sidecar.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use jiff::Timestamp;

/// The sidecar's counters, by the names of the real one.
#[derive(Debug, Default)]
pub struct Metrics {
    reloads: AtomicU64,
    successful: AtomicU64,
    success_time: AtomicU64,
    errors: AtomicU64,
    watch_errors: AtomicU64,
    content_errors: AtomicU64,
}

impl Metrics {
    /// A reload is about to be asked for.
    pub fn started(&self) {
        self.reloads.fetch_add(1, Relaxed);
    }

    /// The neighbour answered well. It may still refuse the configuration later.
    pub fn succeeded(&self) {
        self.successful.store(1, Relaxed);
        // Milliseconds in a metric that is named seconds: so it is at this version.
        let now = u64::try_from(Timestamp::now().as_millisecond()).unwrap_or_default();
        self.success_time.store(now, Relaxed);
    }

    /// The neighbour did not answer well.
    pub fn failed(&self) {
        self.successful.store(0, Relaxed);
        self.errors.fetch_add(1, Relaxed);
    }

    /// The watch of the Secret broke.
    pub fn watch_error(&self) {
        self.watch_errors.fetch_add(1, Relaxed);
    }

    /// The configuration could not be written.
    pub fn content_error(&self) {
        self.content_errors.fetch_add(1, Relaxed);
    }

    /// All of them in the text format of Prometheus.
    pub fn render(&self) -> String {
        [
            ("configreloader_config_last_reload_total", &self.reloads),
            ("configreloader_k8s_watch_errors_total", &self.watch_errors),
            ("configreloader_last_reload_errors_total", &self.errors),
            ("configreloader_last_reload_success_timestamp_seconds", &self.success_time),
            ("configreloader_last_reload_successful", &self.successful),
            ("configreloader_secret_content_update_errors_total", &self.content_errors),
        ]
        .map(|(name, value)| format!("{name} {}\n", value.load(Relaxed)))
        .concat()
    }
}
