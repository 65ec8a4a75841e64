//! Where a component listens: a Service and one of its ports.

use std::borrow::Cow;
use std::fmt;

use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::Via;
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

/// Name or number of a Service port: `http`, `8429`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Port(pub String);

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrNumber)
    }
}

struct NameOrNumber;

impl Visitor<'_> for NameOrNumber {
    type Value = Port;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("name or number of a Service port")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Port, E> {
        match name {
            "" => Err(E::invalid_value(Unexpected::Str(name), &self)),
            name => Ok(Port(name.to_owned())),
        }
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Port, E> {
        match u16::try_from(number) {
            Ok(1..) => Ok(Port(number.to_string())),
            _ => Err(E::custom(format!("{number} is out of range: expected 1 to 65535"))),
        }
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Port, E> {
        u64::try_from(number).map_or_else(
            |_| Err(E::custom(format!("{number} is out of range: expected 1 to 65535"))),
            |number| self.visit_u64(number),
        )
    }
}

impl JsonSchema for Port {
    fn schema_name() -> Cow<'static, str> {
        "Port".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Name or number of a Service port: http, 8429",
            "type": ["string", "integer"],
            "minLength": 1,
            "minimum": 1,
            "maximum": 65535
        })
    }
}

impl Endpoint {
    /// Every permission that requests of these methods need on their way to it; none for an address that is given.
    ///
    /// A port-forward over WebSocket asks for `get` before Kubernetes 1.35 and for `create` as well from then on; what
    /// goes through it afterwards is nobody's business. The API proxy asks for the verb of each request's method.
    pub fn access_by(&self, via: Via, methods: &[Method]) -> Vec<Access> {
        let on_pods = |verb, way: &str| Access::new(verb, "", &format!("pods/{way}")).within(&self.namespace);
        let way: Vec<Access> = match via {
            Via::Url => return Vec::new(),
            Via::Dns => Vec::new(),
            Via::PortForward => ["get", "create"].map(|verb| on_pods(verb, "portforward")).into(),
            Via::Proxy => methods.iter().map(|method| on_pods(verb(method), "proxy")).collect(),
        };
        let found = [
            Access::new("get", "", "services").within(&self.namespace).named(&self.service),
            Access::new("list", "discovery.k8s.io", "endpointslices").within(&self.namespace),
        ];
        found.into_iter().chain(way).collect()
    }

    /// The permission that tells why no pod behind it is ready; without it one only learns that none is.
    pub fn pods_access(&self) -> Access {
        super::resource::PODS.access("list", Some(&self.namespace))
    }
}

/// The verb for which the API server authorises a request to one object's proxy (apiserver, `RequestInfoFactory`).
pub(super) fn verb(method: &Method) -> &'static str {
    match *method {
        Method::POST => "create",
        Method::PUT => "update",
        Method::PATCH => "patch",
        Method::DELETE => "delete",
        _ => "get",
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Service {}/{}", self.namespace, self.service)
    }
}

#[cfg(test)]
mod tests;
