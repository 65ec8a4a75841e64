//! Names with `*` for any text.

/// Whether `text` matches `pattern`, in which `*` stands for any text.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut rest) = text.strip_prefix(head) else { return false };
    loop {
        if matches(tail, rest) {
            return true;
        }
        let mut chars = rest.chars();
        if chars.next().is_none() {
            return false;
        }
        rest = chars.as_str();
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches("podScrape/flux-system/*", "podScrape/flux-system/controllers/0"));
        assert!(matches("*/rook-ceph/*", "serviceScrape/rook-ceph/mgr/0"));
        assert!(matches("a*", "a"));
        assert!(!matches("podScrape/flux-system/*", "podScrape/flux/controllers/0"));
        assert!(!matches("a", "ab"));
    }
}
