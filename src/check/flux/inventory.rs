//! The ids of an inventory (kubernetes-sigs/cli-utils, pkg/object/objmetadata.go): `<namespace>_<name>_<group>_<Kind>`, where
//! the colons of RBAC's names are written as two underscores.

/// An id, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Id {
    /// Absent for kinds without.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
}

impl Id {
    /// Takes an id apart; `None` when it is none.
    pub fn parse(id: &str) -> Option<Self> {
        let (namespace, rest) = id.split_once('_')?;
        let (rest, kind) = rest.rsplit_once('_')?;
        let (name, group) = rest.rsplit_once('_')?;
        (!name.is_empty() && !kind.is_empty()).then(|| Self {
            namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
            name: name.replace("__", ":"),
            group: group.to_owned(),
            kind: kind.to_owned(),
        })
    }

    /// `Deployment observability/victoria-metrics-operator`.
    pub fn title(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{} {namespace}/{}", self.kind, self.name),
            None => format!("{} {}", self.kind, self.name),
        }
    }
}
