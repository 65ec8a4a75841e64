//! The ways into a cluster: its API, and HTTP to the components that run in it.

mod endpoint;
mod message;
mod resource;

pub use endpoint::{Endpoint, Port};
pub use message::{Reply, Request, Via};
pub use resource::{Resource, Scope};

use serde_json::Value;

use crate::check::trouble::Trouble;

/// Everything a look can reach. Cheap to clone.
#[derive(Clone)]
pub struct Connections {}

impl Connections {
    /// Reads one object; `None` when the API knows the resource but not the object.
    pub async fn get(&self, _: &Resource, _namespace: Option<&str>, _name: &str) -> Result<Option<Value>, Trouble> {
        todo!()
    }

    /// Lists objects in one namespace or in all, with a label selector as kubectl writes it (empty for all).
    pub async fn list(&self, _: &Resource, _namespace: Option<&str>, _selector: &str) -> Result<Vec<Value>, Trouble> {
        todo!()
    }

    /// Sends a request to one ready pod behind a Service.
    pub async fn send(&self, _to: &Endpoint, _request: Request) -> Result<Reply, Trouble> {
        todo!()
    }
}
