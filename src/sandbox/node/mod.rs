//! Nodes that run each container as a real process: a scheduler, kubelets, cluster DNS and service addresses.
//!
//! Everything is learned from the Kubernetes API (`world`) and written back to it. One task runs each pod (`pod`), one future each
//! of its containers (`container`); statuses are computed from what these track (`status`). All else is level-triggered: it
//! compares the world with what is there and acts on the difference.

mod addresses;
mod backoff;
mod begin;
mod clock;
mod command;
mod config;
mod container;
mod container_state;
mod context;
mod disk;
mod dns_proxy;
mod endpoints;
mod environment;
mod events;
mod exposition;
mod handle;
mod images;
mod kubelet;
mod kubelet_http;
mod launch;
mod layer;
mod listen;
#[cfg(test)]
mod live_tests;
mod logs;
mod memory;
pub mod path_map;
mod placement;
mod pod;
mod pod_exec;
mod probe;
mod process;
mod publish;
mod quantity;
mod registration;
mod scheduler;
mod service_forward;
mod state_metrics;
mod status;
mod volume;
mod world;

pub use config::{NodeConfig, NodeSpec};
pub use handle::{Handle, start};
pub use path_map::PathMap;
pub use pod_exec::{PARENT_VARIABLE, pod_exec};
