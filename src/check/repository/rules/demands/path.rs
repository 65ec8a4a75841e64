//! Paths of fields, as a suite writes them: `spec.extraArgs[search.maxQueueDuration]`.

use crate::check::yaml::Node;

/// The names of a path: between dots, or in brackets where they have dots themselves.
pub fn names(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (name, after) = match rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            Some((name, after)) => (name.trim_matches(['"', '\'']), after),
            None => rest.split_at(rest.find(['.', '[']).filter(|at| *at > 0).unwrap_or(rest.len())),
        };
        names.push(name);
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    names
}

/// Everything at a path; a list on the way is gone into, all of its items.
pub fn nodes<'n>(node: &'n Node, names: &[&str]) -> Vec<&'n Node> {
    match names {
        _ if !names.is_empty() && !node.items().is_empty() => {
            node.items().iter().flat_map(|item| nodes(item, names)).collect()
        }
        [] => vec![node],
        [first, rest @ ..] => node.get(first).map(|node| nodes(node, rest)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::repository::tree::documents;

    #[test]
    fn names_stand_between_dots_or_in_brackets() {
        assert_eq!(names("spec.interval"), ["spec", "interval"]);
        assert_eq!(names("spec.extraArgs[a.b].c"), ["spec", "extraArgs", "a.b", "c"]);
        assert_eq!(names("spec['a.b']"), ["spec", "a.b"]);
        assert_eq!(names("a..b"), ["a", ".b"]);
    }

    #[test]
    fn every_item_of_a_list_is_gone_into() {
        let root = &documents("a: [{b: [{c: 1}, {c: 2}]}, {b: [{d: 3}]}]\n").unwrap().roots[0];
        let found: Vec<_> = nodes(root, &["a", "b", "c"]).iter().filter_map(|node| node.text()).collect();
        assert_eq!(found, ["1", "2"]);
        assert!(nodes(root, &["a", "c"]).is_empty());
    }
}
