use super::*;

const CLUSTERS: &str = "apiVersion: v1\nkind: Config\ncurrent-context: ''\n\
    clusters: [{name: c, cluster: {server: 'http://first'}}]\nusers: [{name: u, user: {token: not-a-secret}}]\n";
const CONTEXTS: &str = "apiVersion: v1\nkind: Config\ncurrent-context: second\n\
    clusters: [{name: c, cluster: {server: 'http://other'}}]\n\
    contexts: [{name: second, context: {cluster: c, user: u}}]\n";

fn files(texts: &[(&str, &str)]) -> (tempfile::TempDir, impl Fn(&[&str]) -> OsString + use<>) {
    let folder = tempfile::tempdir().unwrap();
    texts.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
    let root = folder.path().to_owned();
    (folder, move |names: &[&str]| std::env::join_paths(names.iter().map(|name| root.join(name))).unwrap())
}

#[test]
fn several_files_are_one_and_the_first_to_set_a_value_wins() {
    let (_folder, list) = files(&[("a", CLUSTERS), ("b", CONTEXTS)]);
    let whole = from(Some(list(&["a", "absent", "b"])), None).unwrap().unwrap();
    let server = whole.clusters[0].cluster.as_ref().unwrap().server.as_deref();
    assert_eq!((whole.clusters.len(), server), (1, Some("http://first")));
    assert_eq!((whole.contexts[0].name.as_str(), whole.auth_infos[0].name.as_str()), ("second", "u"));
    assert_eq!(whole.current_context.as_deref(), Some("second"), "an empty one is none");
}

#[test]
fn a_variable_that_names_no_file_is_an_error_and_no_reason_to_go_elsewhere() {
    let (folder, list) = files(&[]);
    let error = from(Some(list(&["x", "y"])), Some(folder.path().into())).err().unwrap().to_string();
    assert!(error.contains("KUBECONFIG names no file that exists"), "{error}");
    assert!(error.contains("/x, ") && error.contains("/y"), "{error}");
}

#[test]
fn without_the_variable_the_home_is_looked_at_and_may_hold_none() {
    let (folder, _) = files(&[]);
    let home = || Some(folder.path().as_os_str().to_owned());
    assert!(from(None, home()).unwrap().is_none());
    assert!(from(Some(OsString::new()), home()).unwrap().is_none());
    std::fs::create_dir(folder.path().join(".kube")).unwrap();
    std::fs::write(folder.path().join(".kube/config"), CONTEXTS).unwrap();
    assert!(from(None, home()).unwrap().is_some());
    assert!(from(None, None).unwrap().is_none());
}

#[test]
fn a_file_that_is_none_is_named() {
    let (_folder, list) = files(&[("a", CLUSTERS), ("broken", "clusters: 7")]);
    let OpenError::Kubeconfig { path, .. } = from(Some(list(&["a", "broken"])), None).err().unwrap() else { panic!() };
    assert!(path.ends_with("/broken"), "{path}");
}
