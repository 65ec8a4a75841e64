//! The embedded Kubernetes API, driven by its real clients: kube-rs and, where it is on PATH, kubectl.
#![cfg(feature = "sandbox")]

#[path = "sandbox_api/cluster.rs"]
mod cluster;
#[path = "sandbox_api/kinds.rs"]
mod kinds;
#[path = "sandbox_api/kubectl.rs"]
mod kubectl;
#[path = "sandbox_api/objects.rs"]
mod objects;
#[path = "sandbox_api/reach.rs"]
mod reach;
#[path = "sandbox_api/support.rs"]
mod support;
