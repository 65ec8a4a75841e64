//! The Job itself, on a real cluster where the story's stack is deployed and the image is loaded: it judges by the components'
//! addresses in the cluster, permitted what `deploy/base` permits and no more, and leaves its report.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use signoff::record::{self, Fold, Run};

use crate::pace::AS_A_PLATFORM_KEEPS;
use crate::render::kustomize;

/// Longer than the suite takes where all is well, with the start of a Pod.
const PATIENCE: Duration = Duration::from_secs(600);

/// What `deploy/base` makes in a cluster; it is removed when dropped.
struct Deployed {
    kubeconfig: PathBuf,
    objects: Vec<Value>,
}

impl Deployed {
    /// `None`, loudly, without a cluster or an image.
    fn new() -> Option<Self> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let (Some(kubeconfig), Some(image)) = (variable("SIGNOFF_TEST_KUBECONFIG"), variable("SIGNOFF_TEST_IMAGE"))
        else {
            eprintln!(
                "LEFT OUT: SIGNOFF_TEST_KUBECONFIG and SIGNOFF_TEST_IMAGE do not name a cluster and an image, so no Job was run"
            );
            return None;
        };
        let mut objects = kustomize("deploy/base", &[])?;
        let job = objects.iter_mut().find(|object| object["kind"] == "Job").expect("a Job");
        let container = &mut job["spec"]["template"]["spec"]["containers"][0];
        container["image"] = json!(image);
        container["args"].as_array_mut().unwrap().push(json!(AS_A_PLATFORM_KEEPS));
        let mut deployed = Self { kubeconfig: kubeconfig.into(), objects: Vec::new() };
        let namespace = deployed.kubectl(&["get", "namespace", "signoff"]);
        assert!(!namespace.status.success(), "there is a namespace signoff already, which a test must not take away");
        deployed.objects = objects;
        Some(deployed)
    }

    fn kubectl(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("kubectl");
        command
            .args(arguments)
            .env("KUBECONFIG", &self.kubeconfig)
            .output()
            .expect("kubectl is needed where there is a cluster")
    }

    fn write(&self, verb: &[&str]) -> Output {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("objects.json");
        std::fs::write(&file, json!({"apiVersion": "v1", "kind": "List", "items": self.objects}).to_string()).unwrap();
        self.kubectl(&[verb, &["-f", file.to_str().unwrap()][..]].concat())
    }

    fn told(&self, arguments: &[&str]) -> String {
        let output = self.kubectl(arguments);
        text(&output.stdout) + &text(&output.stderr)
    }

    /// Waits until the Job has ended; whether it is complete.
    fn is_complete(&self) -> bool {
        let begun = Instant::now();
        loop {
            let job: Value =
                serde_json::from_str(&self.told(&["-n", "signoff", "get", "job", "signoff", "-o", "json"]))
                    .unwrap_or_default();
            let conditions = job["status"]["conditions"].as_array().into_iter().flatten();
            let ended = conditions.filter(|condition| condition["status"] == "True");
            match ended
                .filter_map(|condition| condition["type"].as_str())
                .find(|one| ["Complete", "Failed"].contains(one))
            {
                Some(how) => return how == "Complete",
                None if begun.elapsed() > PATIENCE => return false,
                None => std::thread::sleep(Duration::from_secs(2)),
            }
        }
    }

    /// What can be known of a Job that is not as it should be.
    fn why(&self) -> String {
        let of_ours = |arguments: &[&str]| {
            let ours = ["-n", "signoff", "-l", "app.kubernetes.io/component=acceptance"];
            self.told(&[arguments, &ours[..]].concat())
        };
        of_ours(&["describe", "pods"]) + &of_ours(&["logs", "--tail=200"])
    }

    /// The report that the Job left in the cluster, as `signoff fetch` gets it: the run and its summary.
    fn fetched(&self) -> (Run, String) {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
        command.args(["fetch", "signoff", "--namespace", "signoff", "--kubeconfig"]).arg(&self.kubeconfig);
        let output = command.arg("--reports").arg(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
        let run = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let events = record::read(&run.join("events.jsonl")).unwrap().events;
        (Fold::all(&events).unwrap(), std::fs::read_to_string(run.join("summary.md")).unwrap())
    }
}

impl Drop for Deployed {
    fn drop(&mut self) {
        if !self.objects.is_empty() && !self.write(&["delete", "--ignore-not-found", "--wait"]).status.success() {
            eprintln!("NOT REMOVED: what deploy/base made, the namespace signoff among it");
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_job_is_green_by_dns_under_the_rules_that_come_with_it() {
    let Some(deployed) = Deployed::new() else { return };
    let account = "--as=system:serviceaccount:signoff:signoff";
    let applied = deployed.write(&["apply"]);
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    for verb in ["get", "create"] {
        let may = deployed.kubectl(&["auth", "can-i", verb, "pods/portforward", "-n", "observability", account]);
        assert_eq!(text(&may.stdout).trim(), "no", "{verb}");
    }
    assert!(deployed.is_complete(), "{}", deployed.why());

    let (run, summary) = deployed.fetched();
    assert!(!run.checks.is_empty() && run.checks.iter().all(|check| check.is_green()), "{summary}");
    assert!(summary.starts_with("# Deploy VictoriaMetrics Stack on Infra Cluster\n"), "{summary}");
    let ways: Vec<_> = run.surroundings.iter().filter(|(name, _)| name.starts_with("way to ")).collect();
    assert!(ways.len() >= 4, "VMSingle, vmagent, vmalert and Alertmanager are asked: {ways:?}");
    for (name, way) in ways {
        assert_eq!(way, "dns, as --access asks", "{name}");
    }
}
