//! From a container's spec to the process that is started for it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use k8s_openapi::api::core::v1::Container;

use super::context::Running;
use super::environment::{self, Fields, expand};
use super::images::{self, Runnable};
use super::launch::Order;
use super::path_map::{PATH_MAP_VARIABLE, PathMap};
use super::{layer, listen, logs, state_metrics};

/// Why a container cannot be started now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Blocked {
    /// The registry has no such image.
    Image(String),
    /// A ConfigMap, Secret or key that it needs is not there.
    Configuration(String),
    /// The process did not start.
    Start(String),
}

/// The process to start.
pub(super) fn order(running: &Running, container: &Container) -> Result<Order, Blocked> {
    let image = container.image.as_deref().unwrap_or_default();
    let runnable = images::resolve(image).map_err(Blocked::Image)?;
    let fields = Fields { pod: &running.pod, ip: running.ip.to_string(), host_ip: running.host_ip.to_string() };
    let own = environment::resolve(container, &fields, running).map_err(Blocked::Configuration)?;
    let vars: BTreeMap<String, String> = own.into_iter().collect();
    let paths = running.mounts.get(&container.name).cloned().unwrap_or_default();
    let real = state_metrics::real(runnable, std::env::var_os("PATH").as_deref());
    let (program, mut args, program_env) = match &real {
        Some(file) => (file.clone(), Vec::new(), Vec::new()),
        None => program(running, runnable, container),
    };
    let first_port = container.ports.iter().flatten().next().and_then(|port| u16::try_from(port.container_port).ok());
    let folder = running.folder.join("work").join(&container.name);
    let given: Vec<String> = container
        .args
        .iter()
        .flatten()
        .map(|arg| {
            let arg = listen::localhost_to_pod(&expand(arg, &vars), running.ip);
            layer::confine(&arg, paths.rewrite(&arg), &folder)
        })
        .collect();
    args.extend(match real {
        Some(_) => {
            state_metrics::args(given, running.ip, &super::registration::kubeconfig_path(&running.shared.config))
        }
        None => listen::rewrite(runnable, &given, running.ip, first_port),
    });
    let mut env = base_env(running);
    env.extend(program_env);
    env.extend(vars.iter().map(|(name, value)| (name.clone(), paths.rewrite(value))));
    std::fs::create_dir_all(&folder).map_err(|error| Blocked::Start(format!("{}: {error}", folder.display())))?;
    let log = logs::rotate(running, &container.name).map_err(|error| Blocked::Start(format!("{error:#}")))?;
    Ok(Order { program, args, env: env.into_iter().collect(), folder, log })
}

/// The executable, its leading arguments and the variables that it needs.
fn program(
    running: &Running,
    runnable: Runnable,
    container: &Container,
) -> (PathBuf, Vec<String>, Vec<(String, String)>) {
    let config = &running.shared.config;
    match runnable {
        Runnable::Program(program) => {
            let found = &config.binaries;
            (found.path(program).to_owned(), Vec::new(), found.env(program).to_vec())
        }
        Runnable::Verb(verb) => {
            let args = vec!["sandbox".to_owned(), verb.name().to_owned()];
            (config.launcher.clone(), args, Vec::new())
        }
        Runnable::Command => {
            let mut words = container.command.iter().flatten();
            // The image's own entry point is its shell.
            let first = words.next().map_or("sh", String::as_str);
            let paths = running.mounts.get(&container.name).cloned().unwrap_or_default();
            (PathBuf::from(first), words.map(|word| paths.rewrite(word)).collect(), Vec::new())
        }
    }
}

/// What every container gets: its identity, the API server, and the proxy that stands in for cluster DNS.
fn base_env(running: &Running) -> BTreeMap<String, String> {
    let config = &running.shared.config;
    let proxy = format!("http://{}", config.proxy_address());
    let mut all_paths = PathMap::default();
    for map in running.mounts.values() {
        all_paths.extend(map);
    }
    let kubeconfig = super::registration::kubeconfig_path(config).display().to_string();
    let path = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned());
    let pairs = [
        ("PATH", path),
        ("HOME", running.folder.display().to_string()),
        ("HOSTNAME", running.name().to_owned()),
        ("POD_IP", running.ip.to_string()),
        ("POD_NAME", running.name().to_owned()),
        ("POD_NAMESPACE", running.namespace().to_owned()),
        ("NODE_IP", running.host_ip.to_string()),
        ("NODE_NAME", running.node.clone()),
        ("KUBECONFIG", kubeconfig),
        ("KUBERNETES_API", config.api_url.clone()),
        (PATH_MAP_VARIABLE, all_paths.to_json()),
        ("HTTP_PROXY", proxy.clone()),
        ("http_proxy", proxy),
        ("NO_PROXY", "127.0.0.0/8,localhost".to_owned()),
        ("no_proxy", "127.0.0.0/8,localhost".to_owned()),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
