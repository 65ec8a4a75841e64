//! Which commit a checkout is at, from the files of Git itself (gitrepository-layout(5)): no `git` need be installed.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The commit that is checked out. Whether files were changed since then is not told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The branch, where one is checked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit.
    pub commit: String,
}

impl std::fmt::Display for Revision {
    /// As Flux writes it: `main@sha1:<commit>`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let branch = self.branch.as_ref().map(|branch| format!("{branch}@")).unwrap_or_default();
        write!(f, "{branch}sha1:{}", self.commit)
    }
}

/// Reads the revision of the checkout in `folder`; `None` where it is none, or has no commit yet.
pub fn revision(folder: &Path) -> Option<Revision> {
    let git = git_folder(folder)?;
    let head = read(&git.join("HEAD"))?;
    let Some(name) = head.strip_prefix("ref: ") else { return commit(&head, None) };
    let branch = name.strip_prefix("refs/heads/");
    // A worktree has its own HEAD, and shares the branches with the others.
    let shared = read(&git.join("commondir")).map_or_else(|| git.clone(), |common| git.join(common));
    let loose = read(&git.join(name)).or_else(|| read(&shared.join(name)));
    loose.or_else(|| packed(&shared, name)).and_then(|found| commit(&found, branch))
}

/// The folder of Git itself: `.git`, or where the file `.git` of a worktree or submodule points to.
fn git_folder(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    read(&git)?.strip_prefix("gitdir: ").map(|path| folder.join(path))
}

fn packed(git: &Path, name: &str) -> Option<String> {
    let refs = fs::read_to_string(git.join("packed-refs")).ok()?;
    let mut lines = refs.lines().filter_map(|line| line.split_once(' '));
    lines.find(|(_, found)| *found == name).map(|(commit, _)| commit.to_owned())
}

fn commit(text: &str, branch: Option<&str>) -> Option<Revision> {
    let is_commit = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_commit.then(|| Revision { branch: branch.map(str::to_owned), commit: text.to_owned() })
}

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "4f2a8c1d4f2a8c1d4f2a8c1d4f2a8c1d4f2a8c1d";

    fn checkout(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn shown(files: &[(&str, &str)]) -> Option<String> {
        revision(checkout(files).path()).map(|revision| revision.to_string())
    }

    #[test]
    fn a_branch_is_found_loose_and_packed() {
        let head = (".git/HEAD", "ref: refs/heads/main\n");
        let expected = Some(format!("main@sha1:{COMMIT}"));
        assert_eq!(shown(&[head, (".git/refs/heads/main", COMMIT)]), expected);
        let refs = format!("# pack-refs with: peeled\n{COMMIT} refs/heads/main\n");
        assert_eq!(shown(&[head, (".git/packed-refs", &refs)]), expected);
        assert_eq!(shown(&[head]), None);
    }

    #[test]
    fn a_commit_without_a_branch_is_told_without_one() {
        assert_eq!(shown(&[(".git/HEAD", COMMIT)]), Some(format!("sha1:{COMMIT}")));
        assert_eq!(shown(&[(".git/HEAD", "nonsense")]), None);
        assert_eq!(shown(&[]), None);
    }

    #[test]
    fn a_worktree_leads_to_the_branches_of_its_repository() {
        let files = [
            ("w/.git", "gitdir: ../r/.git/worktrees/w\n"),
            ("r/.git/worktrees/w/HEAD", "ref: refs/heads/fix\n"),
            ("r/.git/worktrees/w/commondir", "../..\n"),
            ("r/.git/refs/heads/fix", COMMIT),
        ];
        let folder = checkout(&files);
        let found = revision(&folder.path().join("w")).unwrap();
        assert_eq!(found.to_string(), format!("fix@sha1:{COMMIT}"));
    }
}
