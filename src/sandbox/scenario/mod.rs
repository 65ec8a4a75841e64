//! Manifests that make a sandbox look like a deployed platform.
