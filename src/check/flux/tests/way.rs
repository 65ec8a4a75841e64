//! The way up from an object to its source.

use super::*;

fn labelled(all: Vec<(Target, Value)>, name: &str, by: &str) -> Vec<(Target, Value)> {
    let labels =
        json!({"kustomize.toolkit.fluxcd.io/name": by, "kustomize.toolkit.fluxcd.io/namespace": "flux-system"});
    with(all, name, "/metadata/labels", labels)
}

/// The stack below the Kustomization `apps`, which has this in its inventory.
fn under_apps(inventory: &[&str]) -> Vec<(Target, Value)> {
    labelled([stack(), vec![kustomization("apps", &[], inventory)]].concat(), "vmsingle", "apps")
}

#[test]
fn what_somebody_applied_by_hand_comes_from_nowhere_unless_the_suite_names_it() {
    let from = |top: Value| json!({"from": {"kind": "GitRepository", "namespace": "flux-system", "name": "platform", "top": top}});
    let finding = fails(&of_stack(from(Value::Null), &stack()), "flux/not-from").clone();
    assert!(finding.actual.ends_with("nor does it apply itself: somebody did by hand"), "{finding:?}");
    // That it says so of itself is not enough.
    fails(&of_stack(from(Value::Null), &labelled(stack(), "vmsingle", "vmsingle")), "flux/not-from");
    let all = under_apps(&["flux-system_vmsingle_kustomize.toolkit.fluxcd.io_Kustomization"]);
    fails(&of_stack(from(Value::Null), &all), "flux/not-from");
    for top in ["apps", "flux-system/apps"] {
        assert!(of_stack(from(json!(top)), &all).is_pass(), "{top}");
    }
    let finding = fails(&of_stack(from(json!("flux-system")), &all), "flux/not-from").clone();
    let actual = "the way ends at Kustomization flux-system/apps, and not at Kustomization flux-system/flux-system";
    assert_eq!(finding.actual, actual);
    let elsewhere = with(all, "apps", "/spec/sourceRef/name", json!("other"));
    let elsewhere =
        [elsewhere, vec![with(vec![git()], "platform", "/metadata/name", json!("other")).remove(0)]].concat();
    fails(&of_stack(from(json!("apps")), &elsewhere), "flux/not-from");
}

#[test]
fn what_is_above_is_at_work_ready_and_at_the_sources_revision() {
    let root = json!({"from": {"kind": "GitRepository", "namespace": "flux-system", "name": "platform"}});
    let own = [
        "flux-system_apps_kustomize.toolkit.fluxcd.io_Kustomization",
        "flux-system_vmsingle_kustomize.toolkit.fluxcd.io_Kustomization",
    ];
    let with = |pointer: &str, value: Value| with(under_apps(&own), "apps", pointer, value);
    let of = |all: &[(Target, Value)]| of_stack(root.clone(), all);
    let finding = fails(&of(&with("/spec/suspend", json!(true))), "flux/suspended").clone();
    assert_eq!(finding.object.as_deref(), Some("Kustomization flux-system/apps"));
    assert!(finding.actual.ends_with("; it holds up Kustomization flux-system/vmsingle"), "{finding:?}");
    fails(&of(&with("/status/conditions/0", ready("False", "BuildFailed", "no", 2))), "flux/build-failed");
    unclear(&of(&with("/status/conditions/0", ready("Unknown", "Progressing", "", 2))), "flux/progressing");
    unclear(&of(&with("/metadata/generation", json!(3))), "flux/stale-generation");
    let older = fails(&of(&with("/status/lastAppliedRevision", json!(BEFORE))), "flux/older-revision").clone();
    assert_eq!(older.object.as_deref(), Some("Kustomization flux-system/apps"));
    // Without `from` nothing is said of it.
    assert!(of_stack(json!({}), &with("/spec/suspend", json!(true))).is_pass());
}

#[test]
fn the_way_up_ends_at_the_source() {
    let root = json!({"from": {"kind": "GitRepository", "namespace": "flux-system", "name": "platform"}});
    let own = [
        "flux-system_apps_kustomize.toolkit.fluxcd.io_Kustomization",
        "flux-system_vmsingle_kustomize.toolkit.fluxcd.io_Kustomization",
    ];
    let all = under_apps(&own);
    let verdict = of_stack(root.clone(), &all);
    let Decision::Pass(examined) = &verdict.decision else { panic!("{verdict:?}") };
    assert_eq!(examined.names, ["Kustomization flux-system/vmsingle", "Kustomization flux-system/apps"]);
    assert_eq!(Flux::identities(&of_vmsingle(root.clone()), &seen(&all)).len(), 2);
    assert!(of_stack(root.clone(), &labelled(all.clone(), "apps", "apps")).is_pass(), "as `flux bootstrap` makes it");
    let unlisted = with(all.clone(), "apps", "/status/inventory/entries", json!([]));
    let finding = fails(&of_stack(root.clone(), &unlisted), "flux/not-from").clone();
    assert!(finding.actual.starts_with("Kustomization flux-system/apps does not have"), "{finding:?}");
    fails(&of_stack(root.clone(), &labelled(stack(), "vmsingle", "gone")), "flux/not-from");
    let other = json!({"from": {"kind": "GitRepository", "namespace": "flux-system", "name": "other"}});
    fails(&of_stack(other, &all), "flux/not-from");
}

#[test]
fn a_release_that_no_kustomization_applied_comes_from_nowhere() {
    let object = json!({"metadata": {"namespace": "o", "name": "operator", "generation": 1},
        "spec": {"chartRef": {"kind": "OCIRepository", "name": "c"}},
        "status": {"observedGeneration": 1, "lastAttemptedRevision": "1.0.0+0cc9a8446c95",
            "history": [{"status": "deployed", "chartVersion": "1.0.0+0cc9a8446c95", "appVersion": "1"}],
            "conditions": [ready("True", "InstallSucceeded", "", 1)]}});
    let source = json!({"metadata": {"namespace": "o", "name": "c", "generation": 1}, "spec": {},
        "status": {"observedGeneration": 1, "artifact": {"revision": "1.0.0@sha256:0cc9a8446c95009e"},
            "conditions": [ready("True", "Succeeded", "", 1)]}});
    let all = [(Target::HelmRelease, object), (Target::OCIRepository, source)];
    let root = json!({"kind": "HelmRelease", "from": {"kind": "GitRepository", "namespace": "a", "name": "b"}});
    fails(&judge(&spec(root), &seen(&all)), "flux/not-from");
}
