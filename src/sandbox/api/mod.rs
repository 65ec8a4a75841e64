//! The embedded Kubernetes API: store, watch, discovery.
