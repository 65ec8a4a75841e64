//! Configuration from a Secret: fetched, unpacked, written, and watched.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use futures::{Future, StreamExt as _};
use k8s_openapi::api::core::v1::Secret as KubeSecret;
use kube::Api;
use kube::runtime::{WatchStreamExt as _, watcher};
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

use super::args::Secret;
use super::metrics::Metrics;
use crate::sandbox::node::path_map::PathMap;

/// How long the first content is waited for.
const FIRST: Duration = Duration::from_secs(60);
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// Writes the first content; gives the watch that goes on from there.
///
/// # Errors
/// When there is no content in time, or it cannot be written.
pub async fn start(
    client: kube::Client,
    secret: &Secret,
    metrics: Arc<Metrics>,
    updates: Sender<()>,
) -> Result<impl Future<Output = ()> + use<>> {
    let api: Api<KubeSecret> = Api::namespaced(client, &secret.namespace);
    let content = first(&api, secret).await?;
    write(&secret.target, &content)?;
    tracing::info!("wrote {}", secret.target.display());
    let secret = secret.clone();
    Ok(watch(api, secret, content, metrics, updates))
}

async fn first(api: &Api<KubeSecret>, secret: &Secret) -> Result<Vec<u8>> {
    let deadline = Instant::now() + FIRST;
    loop {
        let found = api.get_opt(&secret.name).await;
        let problem = match found {
            Ok(Some(object)) => match content_of(object, &secret.key) {
                Some(content) => return Ok(content),
                None => format!("it has no key {:?}", secret.key),
            },
            Ok(None) => "it does not exist".to_string(),
            Err(error) => error.to_string(),
        };
        if Instant::now() >= deadline {
            bail!("secret {}/{}: {problem}", secret.namespace, secret.name);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn watch(api: Api<KubeSecret>, secret: Secret, mut current: Vec<u8>, metrics: Arc<Metrics>, updates: Sender<()>) {
    let only = watcher::Config::default().fields(&format!("metadata.name={}", secret.name));
    let mut events = watcher(api, only).default_backoff().boxed();
    while let Some(event) = events.next().await {
        let object = match event {
            Ok(watcher::Event::Apply(object) | watcher::Event::InitApply(object)) => object,
            Ok(_) => continue,
            Err(error) => {
                metrics.watch_error();
                tracing::warn!("watch of secret {}/{}: {error}", secret.namespace, secret.name);
                continue;
            }
        };
        if object.metadata.name.as_deref() != Some(&secret.name) {
            continue;
        }
        let Some(content) = content_of(object, &secret.key).filter(|content| *content != current) else { continue };
        if let Err(error) = write(&secret.target, &content) {
            metrics.content_error();
            tracing::error!("{error:#}");
            continue;
        }
        current = content;
        if updates.send(()).await.is_err() {
            return;
        }
    }
}

fn content_of(mut secret: KubeSecret, key: &str) -> Option<Vec<u8>> {
    secret.data.as_mut()?.remove(key).map(|bytes| bytes.0)
}

/// Writes beside the target and renames, so that the neighbour never reads half a file.
fn write(target: &Path, content: &[u8]) -> Result<()> {
    let content = with_real_paths(unpack(content)?, &PathMap::from_env());
    let what = || format!("cannot write the configuration to {}", target.display());
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder).with_context(what)?;
    }
    let mut beside = target.as_os_str().to_owned();
    beside.push(".tmp");
    std::fs::write(&beside, content).with_context(what)?;
    std::fs::rename(&beside, target).with_context(what)
}

/// Paths in the configuration are those of the neighbour's mounts. Where containers see the machine's own files, as in the
/// sandbox, they are replaced by the real ones; elsewhere there is nothing to replace.
fn with_real_paths(content: Vec<u8>, paths: &PathMap) -> Vec<u8> {
    match String::from_utf8(content) {
        Ok(text) => paths.rewrite(&text).into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

fn unpack(content: &[u8]) -> Result<Vec<u8>> {
    if !content.starts_with(&GZIP) {
        return Ok(content.to_vec());
    }
    let mut out = Vec::new();
    GzDecoder::new(content).read_to_end(&mut out).context("the configuration is not valid gzip")?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn paths_of_the_neighbours_mounts_become_real_ones() {
        let account = "/var/run/secrets/kubernetes.io/serviceaccount";
        let mut paths = PathMap::default();
        paths.insert(account, Path::new("/sandbox/account"));
        let config = format!("- job_name: a\n  bearer_token_file: {account}/token\n").into_bytes();
        let real = String::from_utf8(with_real_paths(config, &paths)).unwrap();
        assert_eq!(real, "- job_name: a\n  bearer_token_file: /sandbox/account/token\n");
    }

    #[test]
    fn packed_and_plain_content_are_written_as_text() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out/vmagent.env.yaml");
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(b"global: {}\n").unwrap();
        write(&target, &packed.finish().unwrap()).unwrap();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "global: {}\n");
        write(&target, b"plain").unwrap();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "plain");
    }
}
