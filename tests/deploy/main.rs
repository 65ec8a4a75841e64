//! What lies in `deploy/`: it renders, it says what the program says, and a real API server takes it.
//!
//! Rendering needs kubectl on PATH; what needs a cluster runs where `SIGNOFF_TEST_KUBECONFIG` names one.

mod cluster;
#[path = "../common/copy.rs"]
mod copy;
mod job;
#[path = "../common/pace.rs"]
mod pace;
mod render;

use std::path::Path;
use std::process::Command;

use regex::Regex;
use serde_json::{Value, json};
use signoff::publish;
use signoff::record::Exit;

use render::{Story, kustomize, of};

/// The Pod's specification in a Job, or in a CronJob's Job.
fn template(object: &Value) -> &Value {
    let spec = &object["spec"];
    let job = if object["kind"] == "CronJob" { &spec["jobTemplate"]["spec"] } else { spec };
    &job["template"]
}

fn volume(object: &Value, named: &str) -> String {
    let volumes = template(object)["spec"]["volumes"].as_array().unwrap();
    let volume = volumes.iter().find(|volume| volume["name"] == named).unwrap_or_else(|| panic!("no volume {named}"));
    volume["configMap"]["name"].as_str().unwrap().to_owned()
}

#[test]
fn every_folder_renders() {
    for folder in ["base", "nightly", "notifications", "monitoring", "flux"] {
        let Some(objects) = kustomize(&format!("deploy/{folder}"), &[]) else { return };
        assert!(!objects.is_empty(), "{folder}");
        for object in &objects {
            let is_cluster_wide =
                matches!(object["kind"].as_str(), Some("Namespace" | "ClusterRole" | "ClusterRoleBinding"));
            let namespace = object["metadata"]["namespace"].as_str();
            assert_eq!(namespace.is_none(), is_cluster_wide, "{folder}: {}", object["metadata"]);
        }
    }
}

#[test]
fn the_job_runs_the_suite_as_it_is_here_and_another_suite_makes_another_job() {
    let Some(objects) = kustomize("deploy/base", &[]) else { return };
    let suites = of(&objects, "ConfigMap", "signoff-suites-");
    let here = std::fs::read_to_string("suites/story-6.1.yaml").unwrap();
    assert_eq!(suites["data"]["story-6.1.yaml"], here);
    assert_eq!(suites["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/substitute"], "disabled");
    let job = of(&objects, "Job", "signoff");
    assert_eq!(suites["metadata"]["name"], volume(job, "suites"));

    let story = Story::new();
    let before = story.render().unwrap();
    story.change("suites/story-6.1.yaml");
    let after = story.render().unwrap();
    assert_ne!(volume(of(&before, "Job", "signoff"), "suites"), volume(of(&after, "Job", "signoff"), "suites"));
}

#[test]
fn a_change_of_the_stack_makes_another_job_and_any_other_change_does_not() {
    let story = Story::new();
    let Some(before) = story.render() else { return };
    let job = of(&before, "Job", "signoff");
    assert_eq!(of(&before, "ConfigMap", "signoff-stack-")["metadata"]["name"], volume(job, "stack"));
    assert_eq!(job["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/force"], "Enabled");
    story.change("README.md");
    assert_eq!(of(&story.render().unwrap(), "Job", "signoff"), job);
    for file in story.files() {
        let before = volume(of(&story.render().unwrap(), "Job", "signoff"), "stack");
        story.change(&file);
        assert_ne!(before, volume(of(&story.render().unwrap(), "Job", "signoff"), "stack"), "{file}");
    }
}

#[test]
fn the_nightly_run_is_the_same_pod_beside_the_other_objects() {
    let (Some(base), Some(nightly)) = (kustomize("deploy/base", &[]), kustomize("deploy/nightly", &[])) else { return };
    let cron = of(&nightly, "CronJob", "signoff-nightly");
    let mut pod = template(cron).clone();
    let names: Vec<&Value> = nightly.iter().map(|object| &object["metadata"]["name"]).collect();
    assert!(base.iter().all(|object| !names.contains(&&object["metadata"]["name"])), "{names:?}");
    assert_eq!(of(&nightly, "ConfigMap", "signoff-suites-nightly-")["metadata"]["name"], volume(cron, "suites"));
    // As many reports stay as Jobs, which own them.
    let kept = format!("--keep={}", cron["spec"]["failedJobsHistoryLimit"]);
    let arguments = pod["spec"]["containers"][0]["args"].as_array_mut().unwrap();
    assert_eq!(arguments.pop(), Some(json!(kept)));
    assert!(arguments.pop().unwrap().as_str().unwrap().starts_with("--push=http://"), "its alerts live on metrics");
    let job = of(&base, "Job", "signoff");
    pod["spec"]["volumes"][0]["configMap"]["name"] = json!(volume(job, "suites"));
    assert_eq!(&pod, template(job));
    for field in ["podFailurePolicy", "backoffLimit", "activeDeadlineSeconds"] {
        assert_eq!(cron["spec"]["jobTemplate"]["spec"][field], job["spec"][field], "{field}");
    }
    assert_eq!(cron["spec"]["concurrencyPolicy"], "Forbid");
}

#[test]
fn a_job_fails_at_once_by_the_exit_codes_that_a_second_try_cannot_change() {
    let Some(objects) = kustomize("deploy/base", &[]) else { return };
    let job = of(&objects, "Job", "signoff");
    let rule = &job["spec"]["podFailurePolicy"]["rules"][0];
    let last = [Exit::Failed, Exit::Usage, Exit::NothingSelected].map(Exit::code);
    assert_eq!((&rule["action"], &rule["onExitCodes"]["values"]), (&json!("FailJob"), &json!(last)));
    assert_eq!(rule["onExitCodes"]["containerName"], template(job)["spec"]["containers"][0]["name"]);
    // A Job that removes itself would be made again by Flux for no reason.
    assert_eq!(job["spec"]["ttlSecondsAfterFinished"], Value::Null);
    // Time for the suite's own deadline, as often as the Job may try.
    let suite = signoff::suite::read("suites/story-6.1.yaml".as_ref(), &[]).unwrap();
    let tries = job["spec"]["backoffLimit"].as_u64().unwrap() + 1;
    let allowed = job["spec"]["activeDeadlineSeconds"].as_u64().unwrap();
    assert!(allowed > tries * suite.deadline.as_secs(), "{allowed}");
    let Some(flux) = kustomize("deploy/flux", &[]) else { return };
    let kustomization = of(&flux, "Kustomization", "observability-acceptance");
    assert_eq!((&kustomization["spec"]["wait"], &kustomization["spec"]["prune"]), (&json!(true), &json!(true)));
    let timeout: signoff::units::Duration = serde_json::from_value(kustomization["spec"]["timeout"].clone()).unwrap();
    assert!(timeout.0.as_secs() > allowed, "Flux must not give up before the Job does");
}

/// The way to components that the Job is told.
fn way() -> String {
    let job = std::fs::read_to_string("deploy/base/job.yaml").unwrap();
    let after = job.split_once("name: SIGNOFF_ACCESS\n").expect("the Job says which way it goes").1;
    after.trim().strip_prefix("value: ").unwrap().lines().next().unwrap().to_owned()
}

#[test]
fn the_checks_are_permitted_what_the_program_prints() {
    let command = format!("rbac suites/story-6.1.yaml --namespace signoff --access {}", way());
    let output = Command::new(env!("CARGO_BIN_EXE_signoff")).args(command.split(' ')).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("kind: ClusterRole\n"), "{}", String::from_utf8_lossy(&output.stderr));
    let kept = std::fs::read_to_string("deploy/base/rbac.yaml").unwrap();
    assert_eq!(kept, printed, "`signoff {command} > deploy/base/rbac.yaml` writes it anew");
}

#[test]
fn publishing_is_permitted_as_the_program_says_and_no_more() {
    let Some(objects) = kustomize("deploy/base", &[]) else { return };
    let rules = &of(&objects, "Role", "signoff-publish")["rules"];
    let mut verbs: Vec<String> = publish::access("signoff").into_iter().map(|access| access.verb).collect();
    verbs.sort();
    assert_eq!(rules, &json!([{"apiGroups": [""], "resources": ["configmaps"], "verbs": verbs}]));
}

/// What the image is built from: Cargo refuses a manifest that names a target which is not there.
#[test]
fn the_context_of_the_image_has_every_target_that_the_manifest_names() {
    let ignored = std::fs::read_to_string(".dockerignore").unwrap();
    let kept: Vec<&str> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    assert!(kept.iter().all(|path| Path::new(path).exists()), "{kept:?}");
    let manifest = std::fs::read_to_string("Cargo.toml").unwrap();
    let named = Regex::new(r#"(?m)^\[\[(test|bench)\]\]\nname = "([^"]+)""#).unwrap();
    let targets: Vec<(&str, &str)> =
        named.captures_iter(&manifest).map(|found| found.extract()).map(|(_, [kind, name])| (kind, name)).collect();
    assert!(targets.len() > 3, "the manifest has another shape: {targets:?}");
    for (kind, name) in targets {
        let folder = if kind == "test" { "tests" } else { "benches" };
        let places = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/main.rs")];
        let is_kept = |place: &String| kept.iter().any(|path| Path::new(place).starts_with(path));
        assert!(places.iter().any(is_kept), "{kind} {name} is not in the context: Cargo refuses the manifest");
    }
}
