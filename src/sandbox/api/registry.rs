//! Which kinds are served now.

use std::sync::Arc;

use super::builtin;
use super::kind::Kind;

/// The kinds in the order in which discovery lists them: built-in, then custom ones as they were registered.
#[derive(Debug)]
pub(super) struct Registry {
    kinds: Vec<Arc<Kind>>,
}

impl Registry {
    pub(super) fn new() -> Self {
        Self { kinds: builtin::kinds().into_iter().map(Arc::new).collect() }
    }

    pub(super) fn find(&self, group: &str, version: &str, plural: &str) -> Option<Arc<Kind>> {
        self.kinds.iter().find(|k| k.is(group, plural) && k.version == version).cloned()
    }

    /// Any version of a kind.
    pub(super) fn any(&self, group: &str, plural: &str) -> Option<Arc<Kind>> {
        self.kinds.iter().find(|k| k.is(group, plural)).cloned()
    }

    pub(super) fn all(&self) -> &[Arc<Kind>] {
        &self.kinds
    }

    /// Puts the versions of one custom kind in place of those registered before.
    pub(super) fn replace(&mut self, group: &str, plural: &str, versions: Vec<Kind>) {
        self.kinds.retain(|k| !(k.custom() && k.is(group, plural)));
        self.kinds.extend(versions.into_iter().map(Arc::new));
    }

    /// Does a path, in its segments, lead into a built-in group?
    pub(super) fn built_in(&self, segments: &[&str]) -> bool {
        match segments {
            ["api", ..] => true,
            ["apis", group, ..] => self.kinds.iter().any(|k| !k.custom() && k.group == *group),
            _ => false,
        }
    }

    /// Groups in order of first appearance, each with its versions; the core group is "".
    pub(super) fn groups(&self) -> Vec<(String, Vec<String>)> {
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for kind in &self.kinds {
            let at = groups.iter().position(|(g, _)| *g == kind.group).unwrap_or_else(|| {
                groups.push((kind.group.clone(), Vec::new()));
                groups.len() - 1
            });
            if !groups[at].1.contains(&kind.version) {
                groups[at].1.push(kind.version.clone());
            }
        }
        for (_, versions) in &mut groups {
            versions.sort_by_key(|version| std::cmp::Reverse(priority(version)));
        }
        groups
    }
}

/// Kubernetes orders versions v2, v1, v1beta2, v1beta1, v1alpha1.
fn priority(version: &str) -> (u64, u8, u64) {
    let rest = version.trim_start_matches('v');
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let major = rest[..digits].parse().unwrap_or(0);
    let tail = &rest[digits..];
    let minor = |prefix: &str| tail.strip_prefix(prefix).and_then(|n| n.parse().ok()).unwrap_or(0);
    let (stage, minor) = match tail {
        "" => (2, 0),
        t if t.starts_with("beta") => (1, minor("beta")),
        _ => (0, minor("alpha")),
    };
    // Stage counts before the major number: v1 is preferred to v2beta1.
    (stage, u8::try_from(major).unwrap_or(u8::MAX), minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_versions_come_before_beta_and_higher_before_lower() {
        let mut versions = vec!["v1alpha1", "v2beta1", "v1", "v1beta2", "v2", "v1beta1"];
        versions.sort_by_key(|version| std::cmp::Reverse(priority(version)));
        assert_eq!(versions, ["v2", "v1", "v2beta1", "v1beta2", "v1beta1", "v1alpha1"]);
    }

    #[test]
    fn pods_and_pod_metrics_are_told_apart_by_group() {
        let registry = Registry::new();
        assert_eq!(registry.find("", "v1", "pods").unwrap().kind, "Pod");
        assert_eq!(registry.find("metrics.k8s.io", "v1beta1", "pods").unwrap().kind, "PodMetrics");
        assert!(registry.find("apps", "v1", "pods").is_none());
    }
}
