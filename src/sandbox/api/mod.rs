//! The embedded Kubernetes API: store, watch, discovery, in one process on loopback, for kubectl, kube-rs and vmagent.
//!
//! A request is taken apart (`request`), may be denied (`access`), and is answered from one store (`store`) under one lock.
//! Every write goes through `write` and `prepare`; patches and server-side apply only compute what is written.
//!
//! What it is not: there is no TLS, no authentication, no admission, no CEL, no SPDY, and hardly any Protobuf.

mod access;
mod apply;
mod audit;
mod body;
mod builtin;
mod changes;
mod collect;
mod crd;
mod create;
mod defaults;
mod delete;
mod discovery;
mod fieldset;
mod forward;
mod handle;
mod immutable;
mod kind;
mod list;
mod logs;
mod managed;
mod object;
mod objects;
mod openapi;
mod patch;
mod prepare;
mod protobuf;
mod proxy;
mod registry;
mod replace;
mod request;
mod scale;
mod schema;
mod selector;
mod server;
mod shape;
mod status;
mod store;
mod strategic;
mod subresource;
mod table;
mod typed;
mod valid;
mod watch;
mod write;

pub use server::{ApiConfig, ApiServer, start, start_audited};
