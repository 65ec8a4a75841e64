//! Evicts pods whose containers write more than their `ephemeral-storage` limit
//! (Kubernetes v1.34, pkg/kubelet/eviction/eviction_manager.go, `localStorageEviction`).

use std::path::Path;

use k8s_openapi::api::core::v1::Container;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::context::{Running, Stop, locked};
use super::events::Tone;
use super::quantity;

/// Looks at what the containers have written outside of their volumes, where there is a limit to it.
pub(super) async fn look(running: &Running) {
    let containers = running.pod.spec.as_ref().map_or(&[][..], |spec| &spec.containers);
    let limits: Vec<_> = containers.iter().filter_map(limit).collect();
    let Some(total) = total(&limits) else { return };
    let used: u64 = containers.iter().map(|one| size(&running.folder.join("work").join(&one.name))).sum();
    if used <= total.0 || *running.stop.borrow() != Stop::No {
        return;
    }
    let why = format!("Pod ephemeral local storage usage exceeds the total limit of containers {}. ", total.1);
    running.event(None, Tone::Warning, "Evicted", &why).await;
    locked(&running.state).evicted = Some(why);
    running.stop.send_if_modified(|stop| {
        let runs = *stop == Stop::No;
        if runs {
            *stop = Stop::Evicted;
        }
        runs
    });
    running.changed.notify_one();
}

fn limit(container: &Container) -> Option<&Quantity> {
    container.resources.as_ref()?.limits.as_ref()?.get("ephemeral-storage")
}

/// The sum of the limits, as a number and in words; `None` without any.
fn total(limits: &[&Quantity]) -> Option<(u64, String)> {
    let sum: u64 = limits.iter().filter_map(|one| quantity::bytes(one)).sum();
    match limits {
        [] => None,
        [one] => Some((sum, one.0.clone())),
        _ => Some((sum, sum.to_string())),
    }
}

/// Bytes of all files below a folder; 0 where there is none.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let of = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => size(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    };
    entries.map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_counted_in_all_folders_and_none_where_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("below")).unwrap();
        std::fs::write(folder.path().join("a"), "12").unwrap();
        std::fs::write(folder.path().join("below/b"), "345").unwrap();
        assert_eq!(size(folder.path()), 5);
        assert_eq!(size(&folder.path().join("nosuch")), 0);
    }
}
