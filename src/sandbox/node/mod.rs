//! Nodes that run each container as a real process.
