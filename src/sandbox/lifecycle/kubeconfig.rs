//! The kubeconfig of a sandbox.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// The name of cluster, user and context.
pub const CONTEXT: &str = "signoff-sandbox";

/// Writes `DIR/kubeconfig` for a server without TLS and without users.
pub fn write(folder: &Path, server: &str) -> anyhow::Result<PathBuf> {
    let path = folder.join("kubeconfig");
    std::fs::write(&path, text(server))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

fn text(server: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {CONTEXT}\n\
         clusters:\n- name: {CONTEXT}\n  cluster:\n    server: {server}\n\
         users:\n- name: {CONTEXT}\n  user: {{}}\n\
         contexts:\n- name: {CONTEXT}\n  context:\n    cluster: {CONTEXT}\n    user: {CONTEXT}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_current_context_leads_to_the_server() {
        let config = kube::config::Kubeconfig::from_yaml(&text("http://127.20.0.1:6443")).unwrap();
        assert_eq!(config.current_context.as_deref(), Some(CONTEXT));
        assert_eq!(
            config.contexts[0].context.as_ref().unwrap().cluster,
            CONTEXT
        );
        let server = config.clusters[0]
            .cluster
            .as_ref()
            .unwrap()
            .server
            .as_deref();
        assert_eq!(server, Some("http://127.20.0.1:6443"));
    }
}
