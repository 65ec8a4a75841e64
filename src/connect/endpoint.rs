//! Where a component listens: a Service and one of its ports.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::access::Access;

/// A Service port, as a suite writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Namespace of the Service.
    pub namespace: String,
    /// Name of the Service.
    pub service: String,
    /// Name or number of the Service's port.
    pub port: Port,
}

/// Name or number of a Service port, written as text: `http`, `8429`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Port(pub String);

impl Endpoint {
    /// Every permission that reaching it by port-forward needs.
    ///
    /// A port-forward over WebSocket asks for `get` before Kubernetes 1.35 and for `create` as well from then on.
    pub fn access(&self) -> Vec<Access> {
        let within = |verb, group, resource| Access::new(verb, group, resource).within(&self.namespace);
        vec![
            within("get", "", "services").named(&self.service),
            within("list", "discovery.k8s.io", "endpointslices"),
            within("get", "", "pods/portforward"),
            within("create", "", "pods/portforward"),
        ]
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Service {}/{}", self.namespace, self.service)
    }
}
