//! Paths of a checkout: from its root, with `/`, without `.` and `..`; the root is empty.

/// The folder of a file.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path as a file in `folder` writes it; `None` where it leads out of the checkout.
pub fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_as_kustomize_does() {
        assert_eq!(join("a/b", "./c.yaml").as_deref(), Some("a/b/c.yaml"));
        assert_eq!(join("a/b", "../../d").as_deref(), Some("d"));
        assert_eq!(join("", "./a/./b/").as_deref(), Some("a/b"));
        assert_eq!(join("a", "../.."), None);
        assert_eq!((parent("a/b.yaml"), parent("b.yaml")), ("a", ""));
    }
}
