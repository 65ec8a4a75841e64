//! What a kind uses of a cluster: permissions on its API, and components, whichever way leads to them.

use http::Method;

use super::access::Access;
use crate::connect::{Application, Endpoint, Via};

/// One thing that a kind uses, of a cluster or beside it: looking, undoing and sweeping need all of them, and nothing else.
#[derive(Clone, Debug, PartialEq)]
pub enum Use {
    /// A permission on the Kubernetes API.
    Api(Access),
    /// A component that requests are sent to.
    Component(Reach),
    /// The checkout of a Git repository, which no cluster has.
    Checkout,
}

/// A component, and what is sent to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// Which program must answer there; `None` where any will do that understands the requests.
    pub application: Option<Application>,
    /// The methods of the requests: the API server's proxy authorises each by its own verb.
    pub methods: Vec<Method>,
}

impl Use {
    /// A component that is only read from.
    pub fn reading(endpoint: &Endpoint, application: Option<Application>) -> Self {
        Self::Component(Reach { endpoint: endpoint.clone(), application, methods: vec![Method::GET] })
    }

    /// The permissions that it means when each component is reached `via` its way.
    pub fn access(&self, via: impl Fn(&Endpoint) -> Via) -> Vec<Access> {
        match self {
            Self::Api(access) => vec![access.clone()],
            Self::Component(reach) => reach.endpoint.access_by(via(&reach.endpoint), &reach.methods),
            Self::Checkout => Vec::new(),
        }
    }

    /// Whether there must be a cluster for it.
    pub fn is_of_cluster(&self) -> bool {
        match self {
            Self::Api(_) | Self::Component(_) => true,
            Self::Checkout => false,
        }
    }
}

impl From<Access> for Use {
    fn from(access: Access) -> Self {
        Self::Api(access)
    }
}
