//! Maps paths inside a container to the real folders of its volumes: processes here see the machine's own file system.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The variable in which a pod's map is given to the programs that write configuration for others.
pub const PATH_MAP_VARIABLE: &str = "SIGNOFF_PATH_MAP";

/// Mount paths and the folders (or files) that really stand behind them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathMap {
    /// Longest mount path first, so that a mount inside another one wins.
    mounts: Vec<(String, PathBuf)>,
}

impl PathMap {
    /// The map that the node gave to this process; empty outside a sandbox.
    #[must_use]
    pub fn from_env() -> Self {
        std::env::var(PATH_MAP_VARIABLE).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// As the variable's value.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Adds a mount; the first one of a mount path stays.
    pub fn insert(&mut self, mount_path: &str, real: &Path) {
        let mount_path = mount_path.trim_end_matches('/');
        if mount_path.is_empty() || self.mounts.iter().any(|(known, _)| known == mount_path) {
            return;
        }
        self.mounts.push((mount_path.to_owned(), real.to_owned()));
        self.mounts.sort_by_key(|(mount, _)| std::cmp::Reverse(mount.len()));
    }

    /// Adds every mount of `other` that is not known yet.
    pub fn extend(&mut self, other: &Self) {
        for (mount, real) in &other.mounts {
            self.insert(mount, real);
        }
    }

    /// The text with every mount path replaced, only where a whole path begins there.
    #[must_use]
    pub fn rewrite(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut before = None;
        while let Some(next) = rest.chars().next() {
            if let Some((mount, real)) = self.mount_at(before, rest) {
                out.push_str(&real.to_string_lossy());
                rest = &rest[mount.len()..];
                before = mount.chars().last();
            } else {
                out.push(next);
                rest = &rest[next.len_utf8()..];
                before = Some(next);
            }
        }
        out
    }

    fn mount_at(&self, before: Option<char>, rest: &str) -> Option<&(String, PathBuf)> {
        let in_path = |c: char| c.is_alphanumeric() || "._-/".contains(c);
        if !rest.starts_with('/') || before.is_some_and(in_path) {
            return None;
        }
        self.mounts.iter().find(|(mount, _)| {
            rest.strip_prefix(mount.as_str())
                .is_some_and(|after| after.chars().next().is_none_or(|c| c == '/' || !in_path(c)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> PathMap {
        let mut map = PathMap::default();
        map.insert("/etc/vmagent/config", Path::new("/r/config"));
        map.insert("/etc/vmagent/config_out", Path::new("/r/out"));
        map.insert("/etc/vmagent", Path::new("/r/all"));
        map
    }

    #[test]
    fn the_longest_mount_wins_and_only_whole_path_parts_match() {
        assert_eq!(
            map().rewrite("-promscrape.config=/etc/vmagent/config_out/vmagent.env.yaml"),
            "-promscrape.config=/r/out/vmagent.env.yaml"
        );
        assert_eq!(map().rewrite("/etc/vmagent/configs"), "/r/all/configs");
        assert_eq!(map().rewrite("/etc/vmagents/x"), "/etc/vmagents/x");
    }

    #[test]
    fn a_path_inside_another_path_or_url_is_left_alone() {
        assert_eq!(map().rewrite("/host/etc/vmagent/x"), "/host/etc/vmagent/x");
        assert_eq!(map().rewrite("http://h/etc/vmagent"), "http://h/etc/vmagent");
    }

    #[test]
    fn quotes_lists_and_yaml_end_a_path() {
        assert_eq!(
            map().rewrite("a: \"/etc/vmagent/config/*.yaml\",/etc/vmagent\nb: /etc/vmagent"),
            "a: \"/r/config/*.yaml\",/r/all\nb: /r/all"
        );
    }

    #[test]
    fn what_was_replaced_is_not_replaced_again() {
        let mut map = PathMap::default();
        map.insert("/data", Path::new("/tmp/data"));
        map.insert("/tmp", Path::new("/elsewhere"));
        assert_eq!(map.rewrite("/data/x"), "/tmp/data/x");
    }

    #[test]
    fn the_map_survives_its_way_through_the_environment() {
        let map = map();
        assert_eq!(serde_json::from_str::<PathMap>(&map.to_json()).unwrap(), map);
    }
}
