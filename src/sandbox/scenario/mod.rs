//! What is deployed in a sandbox.
