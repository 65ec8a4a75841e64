//! Nodes that run each container as a real process.
mod backoff;
mod clock;
mod container_state;
mod endpoints;
mod environment;
mod images;
mod listen;
pub mod path_map;
mod placement;
mod quantity;
mod status;
