//! The same on a real API server, which validates, and admits Pods as its Pod Security Admission does.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::render::{Story, kustomize, of};
use crate::template;

/// A namespace of our own with restricted Pods, removed when dropped.
struct Namespace {
    kubeconfig: std::ffi::OsString,
    name: String,
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = self.kubectl(&["delete", "namespace", &self.name, "--wait=false"], "");
    }
}

impl Namespace {
    /// `None`, loudly, without a cluster.
    fn new(purpose: &str) -> Option<Self> {
        let Some(kubeconfig) = std::env::var_os("SIGNOFF_TEST_KUBECONFIG").filter(|path| !path.is_empty()) else {
            eprintln!("LEFT OUT: SIGNOFF_TEST_KUBECONFIG names no cluster, so no API server was asked about deploy/");
            return None;
        };
        let namespace = Self { kubeconfig, name: format!("job-{purpose}-{}", std::process::id()) };
        let mut object = of(&kustomize("deploy/base", &[])?, "Namespace", "signoff").clone();
        object["metadata"]["name"] = json!(namespace.name);
        // Of a Job's template the admission only warns.
        object["metadata"]["labels"]["pod-security.kubernetes.io/warn"] = json!("restricted");
        let account = json!({"apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": {"name": "signoff", "namespace": namespace.name}});
        for object in [object, account] {
            let (good, text) = namespace.kubectl(&["apply", "-f", "-"], &object.to_string());
            assert!(good, "{text}");
        }
        Some(namespace)
    }

    /// Whether it went well, with both outputs.
    fn kubectl(&self, arguments: &[&str], input: &str) -> (bool, String) {
        let mut command = Command::new("kubectl");
        command.args(arguments).env("KUBECONFIG", &self.kubeconfig);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("kubectl is needed where there is a cluster");
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    /// What the API server says to an object in this namespace, without keeping it.
    fn dry_run(&self, object: &Value) -> (bool, String) {
        let mut object = object.clone();
        if object["metadata"]["namespace"].is_string() {
            object["metadata"]["namespace"] = json!(self.name);
        }
        let arguments = ["apply", "--dry-run=server", "--validate=strict", "-f", "-"];
        self.kubectl(&arguments, &object.to_string())
    }
}

#[test]
fn a_real_api_server_takes_every_object() {
    let Some(namespace) = Namespace::new("objects") else { return };
    let mut objects = Story::new().render().unwrap();
    for folder in ["nightly", "notifications", "monitoring", "flux"] {
        objects.extend(kustomize(&format!("deploy/{folder}"), &[]).unwrap());
    }
    let mut taken = 0;
    for object in &objects {
        let (kind, name) = (&object["kind"], &object["metadata"]["name"]);
        let (good, text) = namespace.dry_run(object);
        if text.contains("no matches for kind") {
            eprintln!("LEFT OUT: this cluster has no {kind}, so {name} was not asked about");
            continue;
        }
        assert!(good && !text.contains("Warning:"), "{kind} {name}: {text}");
        taken += 1;
    }
    assert!(taken >= 10, "only {taken} objects were taken");
}

#[test]
fn the_pod_is_admitted_where_pods_are_restricted() {
    let Some(namespace) = Namespace::new("pods") else { return };
    let objects = kustomize("deploy/base", &[]).unwrap();
    let template = template(of(&objects, "Job", "signoff"));
    let metadata = json!({"name": "signoff", "namespace": "signoff"});
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]});
    let (good, text) = namespace.dry_run(&pod);
    assert!(good && !text.contains("Warning:"), "{text}");
    // The same admission refuses what is not as it should be.
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = json!(true);
    let (good, text) = namespace.dry_run(&pod);
    assert!(!good && text.contains("violates PodSecurity"), "{text}");
}
