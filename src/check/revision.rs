//! Which revision is meant: one rule for every place in which a person or a pipeline writes one.

/// Digits of a commit or digest from which on its start will do; git, too, takes no fewer.
const DIGITS: usize = 4;

/// Whether a revision, as Flux writes it, is the one that is meant. `main@sha1:4f2a61c0...` is meant by
///
/// - all of it, or all but the end of the commit: `main@sha1:4f2a`;
/// - the commit or digest alone, or its start: `4f2a61c0`, from 4 digits on;
/// - the branch or tag alone: `main`, `v1.2.0`. That of a branch is any commit of it.
///
/// Flux writes `<branch or tag>@<algorithm>:<commit or digest>`, and `sha256:<digest>` for what has no name (fluxcd/source-controller
/// v1.7, `status.artifact.revision`).
pub fn is_meant(found: &str, wanted: &str) -> bool {
    if found == wanted {
        return !wanted.is_empty();
    }
    let Some((head, digest)) = found.rsplit_once(':') else { return false };
    let name = head.rsplit_once('@').map(|(name, _)| name);
    let start = match wanted.rsplit_once(':') {
        Some((same, start)) if same == head => start,
        Some(_) => return false,
        None => wanted,
    };
    name.is_some_and(|name| name == wanted && !name.is_empty())
        || digest == start && !start.is_empty()
        || start.len() >= DIGITS && digest.starts_with(start)
}

/// Whether no more is told than the name of a branch, any commit of which would do: a tag has digits.
pub fn is_vague(wanted: &str) -> bool {
    !wanted.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "main@sha1:4f2a61c0d9";

    #[test]
    fn it_is_told_by_the_whole_by_its_start_by_the_commit_and_by_the_name() {
        for wanted in [COMMIT, "main@sha1:4f2a", "4f2a61c0d9", "4f2a", "main"] {
            assert!(is_meant(COMMIT, wanted), "{wanted}");
        }
        assert!(is_meant("v1.2.0@sha256:77aa01", "v1.2.0") && is_meant("v1.2.0@sha256:77aa01", "77aa"));
        assert!(is_meant("feature/a@sha1:4f2a61c0", "feature/a@sha1:4f2a"));
        assert!(is_meant("sha256:77aa01", "sha256:77aa") && is_meant("sha256:77aa01", "77aa"));
        // A chart's version stands alone, and a short digest is whole all the same.
        assert!(
            is_meant("0.57.1", "0.57.1") && is_meant("main@sha1:4f", "main@sha1:4f") && is_meant("main@sha1:4f", "4f")
        );
    }

    #[test]
    fn a_part_that_could_be_of_another_is_not_enough() {
        for wanted in
            ["", "4f2", "main@sha1:4f2", "main@sha1:", "main@sha1", "2a61c0d9", "mai", "sha1:4f2a61c0d9", ":4f2a"]
        {
            assert!(!is_meant(COMMIT, wanted), "{wanted}");
        }
        for wanted in ["other@sha1:4f2a61c0d9", "main@sha256:4f2a", "main@sha1:4f2a61c0d9f", "4f2b", "MAIN"] {
            assert!(!is_meant(COMMIT, wanted), "{wanted}");
        }
        assert!(!is_meant("main2@sha1:4f2a61c0", "main") && !is_meant("v1.2.0@sha256:77aa", "v1.2"));
        assert!(!is_meant("", "") && !is_meant("sha256:77aa01", "") && !is_meant("0.57.1", "0.57"));
    }

    #[test]
    fn the_name_of_a_branch_is_vague() {
        assert!(is_vague("main") && is_vague("") && is_vague("feature/x"));
        assert!(!is_vague("main@sha1:4f2a") && !is_vague("v1.2.0") && !is_vague("4f2a"));
    }
}
