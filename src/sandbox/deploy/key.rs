//! Which object: as it is told, and as it is recorded.

use std::fmt;

use serde_json::{Value, json};

/// API version, kind, namespace (empty without one) and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// `apps/v1`.
    pub version: String,
    /// `Deployment`.
    pub kind: String,
    /// Empty for an object of the whole cluster.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl Key {
    /// The key of an object.
    pub fn of(object: &Value) -> Self {
        let text = |path: &str| object.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            version: text("/apiVersion"),
            kind: text("/kind"),
            namespace: text("/metadata/namespace"),
            name: text("/metadata/name"),
        }
    }

    /// The object without content: enough to find it.
    pub fn stub(&self) -> Value {
        let mut metadata = json!({"name": self.name});
        if !self.namespace.is_empty() {
            metadata["namespace"] = json!(self.namespace);
        }
        json!({"apiVersion": self.version, "kind": self.kind, "metadata": metadata})
    }

    /// One line of a record.
    pub fn line(&self) -> String {
        format!("{} {self}", self.version)
    }

    /// Reads a line of a record; `None` when it is none.
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace().map(str::to_owned);
        let (version, kind, path) = (words.next()?, words.next()?, words.next()?);
        let (namespace, name) = path.split_once('/').unwrap_or(("", &path));
        Some(Self { version, kind, namespace: namespace.to_owned(), name: name.to_owned() })
    }

    /// Whether it is an object of the VictoriaMetrics operator, which may have to release it.
    pub fn is_vm(&self) -> bool {
        self.version.starts_with("operator.victoriametrics.com/")
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace.as_str() {
            "" => write!(f, "{} {}", self.kind, self.name),
            namespace => write!(f, "{} {namespace}/{}", self.kind, self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_line_and_its_stub() {
        for (namespace, name) in [("", "ceph-block"), ("kube-system", "coredns")] {
            let key =
                Key { version: "apps/v1".into(), kind: "X".into(), namespace: namespace.into(), name: name.into() };
            assert_eq!(Key::parse(&key.line()), Some(key.clone()));
            assert_eq!(Key::of(&key.stub()), key);
        }
        assert_eq!(Key::parse("apps/v1 Deployment"), None);
    }
}
