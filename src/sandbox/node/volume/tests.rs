//! Volumes on a real temp folder.

use serde_json::json;

use super::*;

fn files(list: &[(&str, &str)]) -> Files {
    list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

#[test]
fn a_changed_volume_is_switched_over_and_gone_keys_vanish() {
    let temp = tempfile::tempdir().unwrap();
    let none = PathMap::default();
    assert!(write(temp.path(), &files(&[("a.yaml", "1"), ("b.yaml", "2")]), &none).unwrap());
    assert!(!write(temp.path(), &files(&[("a.yaml", "1"), ("b.yaml", "2")]), &none).unwrap());
    assert!(write(temp.path(), &files(&[("a.yaml", "3")]), &none).unwrap());
    assert_eq!(std::fs::read_to_string(temp.path().join("a.yaml")).unwrap(), "3");
    assert!(!temp.path().join("b.yaml").exists());
}

#[test]
fn paths_inside_text_files_are_mapped() {
    let temp = tempfile::tempdir().unwrap();
    let mut paths = PathMap::default();
    paths.insert("/etc/am/templates", Path::new("/real/t"));
    write(temp.path(), &files(&[("am.yaml", "templates: [/etc/am/templates/*.tmpl]")]), &paths).unwrap();
    let text = std::fs::read_to_string(temp.path().join("am.yaml")).unwrap();
    assert_eq!(text, "templates: [/real/t/*.tmpl]");
}

#[test]
fn a_path_that_leaves_the_volume_is_refused() {
    let temp = tempfile::tempdir().unwrap();
    assert!(write(temp.path(), &files(&[("../x", "1")]), &PathMap::default()).is_err());
}

#[test]
fn mounts_lead_to_claims_host_paths_and_sub_paths() {
    let pod: Pod = serde_json::from_value(json!({"spec": {
        "containers": [{"name": "am", "volumeMounts": [
            {"name": "db", "mountPath": "/alertmanager", "subPath": "alertmanager-db"},
            {"name": "proc", "mountPath": "/host/proc"}, {"name": "tmp", "mountPath": "/scratch/"}]}],
        "volumes": [{"name": "db", "persistentVolumeClaim": {"claimName": "claim"}},
            {"name": "proc", "hostPath": {"path": "/proc"}}, {"name": "tmp", "emptyDir": {}}]}}))
    .unwrap();
    let places = Places { pod: Path::new("/d/pods/u"), persistent: Path::new("/d/volumes") };
    let maps = mounts(&pod, &places, |claim| (claim == "claim").then(|| "pvc-1".to_owned()));
    assert_eq!(
        maps["am"].rewrite("/alertmanager/x /host/proc/1 /scratch"),
        "/d/volumes/pvc-1/alertmanager-db/x /proc/1 /d/pods/u/volumes/tmp"
    );
}
