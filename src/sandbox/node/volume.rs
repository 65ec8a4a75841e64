//! Makes a pod's volumes on disk and keeps those of ConfigMaps and Secrets up to date.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use k8s_openapi::api::core::v1::{ConfigMap, KeyToPath, Pod, Secret, Volume};

use super::environment::{Fields, Lookup, field_value};
use super::path_map::PathMap;

/// Where programs look for their service account.
const ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// The files of a volume: relative path and content.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// Places of a pod's volumes.
pub(super) struct Places<'a> {
    /// The pod's own folder.
    pub(super) pod: &'a Path,
    /// Outlives pods: one folder per persistent volume.
    pub(super) persistent: &'a Path,
}

/// The real folder of a volume; `persistent_name` finds a claim's volume.
pub(super) fn folder(
    volume: &Volume,
    places: &Places<'_>,
    persistent_name: impl Fn(&str) -> Option<String>,
) -> PathBuf {
    if let Some(host) = &volume.host_path {
        return PathBuf::from(&host.path);
    }
    let claim = volume.persistent_volume_claim.as_ref();
    match claim.and_then(|claim| persistent_name(&claim.claim_name)) {
        Some(name) => places.persistent.join(name),
        None => places.pod.join("volumes").join(&volume.name),
    }
}

/// The mount paths of each container, by container name.
pub(super) fn mounts(
    pod: &Pod,
    places: &Places<'_>,
    persistent_name: impl Fn(&str) -> Option<String>,
) -> HashMap<String, PathMap> {
    let spec = pod.spec.clone().unwrap_or_default();
    let folders: HashMap<&str, PathBuf> = spec
        .volumes
        .iter()
        .flatten()
        .map(|volume| (volume.name.as_str(), folder(volume, places, &persistent_name)))
        .collect();
    let containers = spec.containers.iter().chain(spec.init_containers.iter().flatten());
    containers
        .map(|container| {
            let mut map = PathMap::default();
            for mount in container.volume_mounts.iter().flatten() {
                if let Some(real) = folders.get(mount.name.as_str()) {
                    let real = mount.sub_path.as_ref().map_or_else(|| real.clone(), |sub| real.join(sub));
                    map.insert(&mount.mount_path, &real);
                }
            }
            // Admission adds this mount in a real cluster.
            map.insert(ACCOUNT, &places.pod.join("volumes/kube-api-access"));
            (container.name.clone(), map)
        })
        .collect()
}

/// The files that a volume of a ConfigMap, Secret, downward or projected kind must hold; `None` for other kinds.
///
/// # Errors
/// The kubelet's text when a source or key is missing and not optional.
pub(super) fn wanted(volume: &Volume, fields: &Fields<'_>, lookup: &dyn Lookup) -> Result<Option<Files>, String> {
    if let Some(source) = &volume.config_map {
        let optional = source.optional == Some(true);
        return config_map(lookup, &source.name, source.items.as_deref(), optional).map(Some);
    }
    if let Some(source) = &volume.secret {
        let name = source.secret_name.clone().unwrap_or_default();
        return secret(lookup, &name, source.items.as_deref(), source.optional == Some(true)).map(Some);
    }
    let Some(projected) = &volume.projected else {
        return Ok(None);
    };
    let mut files = Files::new();
    for source in projected.sources.iter().flatten() {
        if let Some(map) = &source.config_map {
            // The cluster's certificate is made by a controller that a sandbox without TLS does not need.
            let optional = map.optional == Some(true) || map.name == "kube-root-ca.crt";
            files.extend(config_map(lookup, &map.name, map.items.as_deref(), optional)?);
        }
        if let Some(one) = &source.secret {
            files.extend(secret(lookup, &one.name, one.items.as_deref(), one.optional == Some(true))?);
        }
        if let Some(token) = &source.service_account_token {
            files.insert(token.path.clone(), b"sandbox".to_vec());
        }
        for item in source.downward_api.iter().flat_map(|api| api.items.iter().flatten()) {
            let path = item.field_ref.as_ref().map(|field| field.field_path.as_str());
            let value = field_value(path.unwrap_or_default(), fields);
            files.insert(item.path.clone(), value.into_bytes());
        }
    }
    Ok(Some(files))
}

fn config_map(lookup: &dyn Lookup, name: &str, items: Option<&[KeyToPath]>, optional: bool) -> Result<Files, String> {
    let Some(ConfigMap { data, binary_data, .. }) = lookup.config_map(name) else {
        return absent(optional, format!("configmap \"{name}\" not found"));
    };
    let text = data.into_iter().flatten().map(|(key, value)| (key, value.into_bytes()));
    let binary = binary_data.into_iter().flatten().map(|(key, value)| (key, value.0));
    pick(text.chain(binary).collect(), items, optional)
}

fn secret(lookup: &dyn Lookup, name: &str, items: Option<&[KeyToPath]>, optional: bool) -> Result<Files, String> {
    let Some(Secret { data, .. }) = lookup.secret(name) else {
        return absent(optional, format!("secret \"{name}\" not found"));
    };
    let all = data.into_iter().flatten().map(|(key, value)| (key, value.0));
    pick(all.collect(), items, optional)
}

fn absent(optional: bool, message: String) -> Result<Files, String> {
    if optional { Ok(Files::new()) } else { Err(message) }
}

fn pick(all: Files, items: Option<&[KeyToPath]>, optional: bool) -> Result<Files, String> {
    let Some(items) = items.filter(|items| !items.is_empty()) else {
        return Ok(all);
    };
    let mut picked = Files::new();
    for item in items {
        match all.get(&item.key) {
            Some(content) => drop(picked.insert(item.path.clone(), content.clone())),
            None if optional => {}
            None => return Err(format!("references non-existent config key: {}", item.key)),
        }
    }
    Ok(picked)
}

/// Makes `folder` hold exactly `files`, switched over in one step as the kubelet does (`..data`); says whether anything changed.
///
/// Paths of mounts inside text files are mapped too: the program that reads them sees the machine's file system.
///
/// # Errors
/// When the disk refuses, or a path would leave the folder.
pub(super) fn write(folder: &Path, files: &Files, paths: &PathMap) -> Result<bool> {
    let mapped: Files = files.iter().map(|(path, content)| (path.clone(), map_text(content, paths))).collect();
    if current(folder, &mapped) {
        return Ok(false);
    }
    let stamp = k8s_openapi::jiff::Timestamp::now().as_nanosecond();
    let fresh = format!("..{stamp}");
    std::fs::create_dir_all(folder.join(&fresh)).with_context(|| format!("cannot create {}", folder.display()))?;
    for (path, content) in &mapped {
        if path.starts_with('/') || path.split('/').any(|part| part == "..") {
            bail!("{path} would lie outside of its volume");
        }
        let file = folder.join(&fresh).join(path);
        std::fs::create_dir_all(file.parent().unwrap_or(folder))?;
        std::fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let old = std::fs::read_link(folder.join("..data")).ok();
    let link = folder.join(format!("..link-{stamp}"));
    std::os::unix::fs::symlink(&fresh, &link)?;
    std::fs::rename(&link, folder.join("..data"))?;
    relink(folder, &mapped)?;
    if let Some(old) = old {
        let _ = std::fs::remove_dir_all(folder.join(old));
    }
    Ok(true)
}

fn map_text(content: &[u8], paths: &PathMap) -> Vec<u8> {
    match std::str::from_utf8(content) {
        Ok(text) => paths.rewrite(text).into_bytes(),
        Err(_) => content.to_vec(),
    }
}

fn current(folder: &Path, files: &Files) -> bool {
    let data = folder.join("..data");
    let same = |(path, content): (&String, &Vec<u8>)| std::fs::read(data.join(path)).is_ok_and(|old| old == *content);
    let listed = std::fs::read_dir(&data).map(Iterator::count).ok();
    let tops: std::collections::BTreeSet<&str> = files.keys().filter_map(|path| path.split('/').next()).collect();
    listed == Some(tops.len()) && files.iter().all(same)
}

/// One link per top entry: `key -> ..data/key`; links of keys that are gone are removed.
fn relink(folder: &Path, files: &Files) -> Result<()> {
    for path in files.keys() {
        let top = path.split('/').next().unwrap_or(path);
        let link = folder.join(top);
        if std::fs::read_link(&link).is_err() {
            std::os::unix::fs::symlink(Path::new("..data").join(top), &link)?;
        }
    }
    for entry in std::fs::read_dir(folder)?.filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let kept = files.keys().any(|path| path.split('/').next() == Some(&name));
        if !name.starts_with("..") && !kept && entry.path().is_symlink() {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
