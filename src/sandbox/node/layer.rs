//! A container's own writable layer: what it writes outside of its volumes must not land on the machine.

use std::path::Path;

/// Flags whose value is a path that the program writes to.
const WRITTEN: [&str; 4] = ["storageDataPath", "remoteWrite.tmpDataPath", "storage.path", "cacheDataPath"];

/// Moves absolute paths of such flags below `layer`; `given` is the argument before mounts were mapped, `mapped` after.
///
/// An argument that mounts have changed lies in a volume already. Relative paths are below the working folder anyway.
pub(super) fn confine(given: &str, mapped: String, layer: &Path) -> String {
    let named = given.trim_start_matches('-');
    let path = WRITTEN.iter().find_map(|flag| named.strip_prefix(flag)?.strip_prefix('='));
    match path.filter(|path| path.starts_with('/') && given == mapped) {
        Some(path) => {
            let flag = &given[..given.len() - path.len()];
            format!("{flag}{}", layer.join(path.trim_start_matches('/')).display())
        }
        None => mapped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confined(given: &str, mapped: &str) -> String {
        confine(given, mapped.to_owned(), Path::new("/d/layer"))
    }

    #[test]
    fn a_written_path_without_a_mount_goes_to_the_containers_layer() {
        assert_eq!(confined("-storageDataPath=/data", "-storageDataPath=/data"), "-storageDataPath=/d/layer/data");
    }

    #[test]
    fn mounted_relative_and_read_paths_stay() {
        assert_eq!(confined("-storageDataPath=/data", "-storageDataPath=/d/v"), "-storageDataPath=/d/v");
        assert_eq!(confined("--storage.path=data", "--storage.path=data"), "--storage.path=data");
        assert_eq!(confined("--path.procfs=/proc", "--path.procfs=/proc"), "--path.procfs=/proc");
    }
}
