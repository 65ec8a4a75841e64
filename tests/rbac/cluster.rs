//! A real cluster with the story's stack, and a ServiceAccount on it that is permitted what the test says.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use signoff::check::access::Access;
use signoff::connect::{Connections, Options, Via};
use signoff::rbac::{self, Account, Permission};
use signoff::record::{self, Fold, Run};
use tempfile::TempDir;

use crate::pace::AS_A_PLATFORM_KEEPS;

/// How long the API server may take to know of a changed role.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything that it made is removed when it is dropped.
pub struct Cluster {
    /// The way that runs go to components.
    pub via: Via,
    kubeconfig: PathBuf,
    account: Account,
    folder: TempDir,
}

impl Cluster {
    /// The cluster that the environment names; `None`, loudly, without one. `namespace` is made for the ServiceAccount.
    pub fn of_environment(namespace: &str) -> Option<Self> {
        let Some(kubeconfig) = std::env::var_os("SIGNOFF_TEST_KUBECONFIG") else {
            eprintln!(
                "LEFT OUT: SIGNOFF_TEST_KUBECONFIG names no cluster, so no permission was tried on a real API server"
            );
            return None;
        };
        let account = Account { name: namespace.to_owned(), namespace: namespace.to_owned() };
        let cluster = Self {
            via: Via::PortForward,
            kubeconfig: kubeconfig.into(),
            account,
            folder: tempfile::tempdir().unwrap(),
        };
        assert!(cluster.kubectl(&["create", "namespace", namespace], ""), "the namespace {namespace} cannot be made");
        Some(cluster)
    }

    fn user(&self) -> String {
        format!("system:serviceaccount:{}:{}", self.account.namespace, self.account.name)
    }

    /// `kubectl` of PATH or beside the kubeconfig.
    fn kubectl(&self, arguments: &[&str], input: &str) -> bool {
        let beside = self.kubeconfig.parent().unwrap().join("bin/kubectl");
        let program = if beside.exists() { beside } else { "kubectl".into() };
        let mut child = Command::new(program)
            .arg("--kubeconfig")
            .arg(&self.kubeconfig)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("kubectl is needed on PATH or in bin/ beside the kubeconfig");
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait().unwrap().success()
    }

    /// Permits exactly this.
    pub fn permit(&self, permissions: &[Permission]) {
        let text = rbac::manifest("For a test.", &self.account, &rbac::rules(permissions), &[]);
        assert!(self.kubectl(&["apply", "-f", "-"], &text), "the rules cannot be applied:\n{text}");
    }

    async fn connections(&self) -> Connections {
        let options =
            Options { kubeconfig: Some(self.kubeconfig.clone()), impersonate: Some(self.user()), ..Options::default() };
        Connections::open(options).await.unwrap()
    }

    /// Waits until the API server allows this, or does not.
    pub async fn until_allowed(&self, access: &Access, wanted: bool) {
        let (connections, begun) = (self.connections().await, Instant::now());
        while connections.may(access).await.unwrap() != wanted {
            assert!(
                begun.elapsed() < PATIENCE,
                "{access}: allowed is still not {wanted}: does another role permit it?"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Whether this API server asks for a permission at all: for `create` of a port-forward it does from 1.35 on.
    pub async fn asks_for(&self, access: &Access) -> bool {
        if (access.verb.as_str(), access.resource.as_str()) != ("create", "pods/portforward") {
            return true;
        }
        let version = self.connections().await.surroundings().await.version.unwrap();
        let minor: u32 = version.split('.').nth(1).unwrap().parse().unwrap();
        minor >= 35
    }

    /// A copy of a suite in which no check waits for another one.
    pub fn without_needs(&self, suite: &str) -> PathBuf {
        let text = std::fs::read_to_string(suite).unwrap();
        let kept = text.lines().filter(|line| !line.starts_with("    needs: ["));
        let file = self.folder.path().join("alone.yaml");
        std::fs::write(&file, kept.collect::<Vec<_>>().join("\n")).unwrap();
        file
    }

    /// Runs these checks of a suite (all, where none is named) as the ServiceAccount; with the page that it printed.
    pub fn run(&self, suite: &Path, checks: &[&str]) -> (Run, String) {
        let reports = self.folder.path().join("reports");
        let output = Command::new(env!("CARGO_BIN_EXE_signoff"))
            .arg("run")
            .arg(suite)
            .args(checks)
            .args([AS_A_PLATFORM_KEEPS, "--allow-unproven", "--access", &self.via.to_string(), "--as", &self.user()])
            .arg("--kubeconfig")
            .arg(&self.kubeconfig)
            .arg("--reports")
            .arg(&reports)
            .output()
            .unwrap();
        let page = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let journal = record::find("latest", &reports).unwrap_or_else(|| panic!("no run: {page}"));
        (Fold::all(&record::read(&journal).unwrap().events).unwrap(), page)
    }

    /// Removes what a run was not permitted to remove itself.
    pub fn clean_up_after(&self, run: &str) {
        let ours = format!("signoff.dev/run={run}");
        let is_clean = self.kubectl(&["delete", "vmrules.operator.victoriametrics.com", "-A", "-l", &ours], "");
        assert!(is_clean, "the VMRules of {run} cannot be removed");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let ours = format!("app.kubernetes.io/instance={}", self.account.name);
        let kinds = "roles,rolebindings,clusterroles,clusterrolebindings";
        let rules = self.kubectl(&["delete", kinds, "-A", "-l", &ours], "");
        let namespace = self.kubectl(&["delete", "namespace", &self.account.namespace, "--wait=false"], "");
        if !(rules && namespace) {
            eprintln!("NOT REMOVED: the namespace {} and what is labelled {ours}", self.account.namespace);
        }
    }
}
