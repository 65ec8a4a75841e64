//! A small cluster to try, test and drill on: an embedded Kubernetes API, its controllers, and nodes that run real processes.
//!
//! Its rooms talk to each other through the Kubernetes API alone, so each can be swapped for a real one.
//! Nothing outside this folder is imported, and only the command line imports it: judge and judged never share a mistake.

pub mod api;
pub mod binaries;
pub mod cli;
pub mod controllers;
pub mod deploy;
pub mod exporters;
pub mod lifecycle;
pub mod node;
pub mod operator;
pub mod scenario;
mod stamp;
