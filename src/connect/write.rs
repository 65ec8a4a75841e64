//! Writes to the Kubernetes API. Only what a check labels and takes back is ever written.

use http::{Request, header};
use kube::client::Body;
use serde_json::{Value, json};

use super::api::Found;
use super::{Connections, Resource, message};
use crate::check::trouble::Trouble;

impl Connections {
    /// Creates an object; gives it as the server stored it.
    pub async fn create(&self, resource: &Resource, namespace: Option<&str>, object: &Value) -> Result<Value, Trouble> {
        let path = format!("{}?fieldManager=signoff&fieldValidation=Strict", resource.path(namespace));
        let request = Request::post(&path).header(header::CONTENT_TYPE, "application/json");
        let answer = self.request(request, body(object)).await?;
        match answer.read(&path, resource.access("create", namespace))? {
            Found::Object(object) => Ok(object),
            Found::Absent | Found::UnknownPath => Err(Trouble::UnknownKind { resource: resource.qualified() }),
        }
    }

    /// Changes an object by a JSON merge patch (RFC 7386); `None` when it does not exist.
    pub async fn patch(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
        change: &Value,
    ) -> Result<Option<Value>, Trouble> {
        let path = format!("{}/{}?fieldManager=signoff", resource.path(namespace), message::encode(name));
        let request = Request::patch(&path).header(header::CONTENT_TYPE, "application/merge-patch+json");
        let answer = self.request(request, body(change)).await?;
        match answer.read(&path, resource.access("patch", namespace).named(name))? {
            Found::Object(object) => Ok(Some(object)),
            Found::Absent | Found::UnknownPath => Ok(None),
        }
    }

    /// Deletes an object; it is no trouble when it does not exist.
    pub async fn delete(&self, resource: &Resource, namespace: Option<&str>, name: &str) -> Result<(), Trouble> {
        let path = format!("{}/{}", resource.path(namespace), message::encode(name));
        let request = Request::delete(&path).header(header::CONTENT_TYPE, "application/json");
        let options = json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"});
        let answer = self.request(request, body(&options)).await?;
        answer.read(&path, resource.access("delete", namespace).named(name)).map(|_| ())
    }
}

fn body(object: &Value) -> Body {
    Body::from(object.to_string().into_bytes())
}
