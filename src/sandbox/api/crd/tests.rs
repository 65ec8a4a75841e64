use super::*;
use crate::sandbox::api::store::Store;

fn put(state: &mut State, plural: &str) -> Value {
    let mut crd = json!({
        "metadata": {"name": format!("{plural}.example.com")},
        "spec": {"group": "example.com", "scope": "Namespaced", "names": {"plural": plural, "kind": "Widget"},
                 "versions": [{"name": "v1", "served": true, "storage": true}]},
    });
    assert_eq!(check(&crd), []);
    fill(&mut crd);
    let kind = state.registry.any("apiextensions.k8s.io", "customresourcedefinitions").unwrap();
    let key = Key::new(&kind, "", object::name(&crd));
    state.put(key.clone(), crd);
    settle(state, &key);
    Value::clone(state.get(&key).unwrap())
}

fn condition(crd: &Value, kind: &str) -> (String, String) {
    let list = object::items(crd, "/status/conditions");
    let found = list.iter().find(|c| object::text(c, "/type") == kind).unwrap();
    (object::text(found, "/status").to_owned(), object::text(found, "/reason").to_owned())
}

#[test]
fn the_first_definition_of_a_kind_gets_it_and_the_second_does_not() {
    Store::new(16).write(|state| {
        let first = put(state, "widgets");
        assert_eq!(condition(&first, "Established"), ("True".into(), "InitialNamesAccepted".into()));
        assert_eq!(first["status"]["storedVersions"], json!(["v1"]));
        assert_eq!(first["status"]["acceptedNames"]["listKind"], "WidgetList");
        assert_eq!(state.registry.any("example.com", "widgets").unwrap().kind, "Widget");
        let second = put(state, "gadgets");
        assert_eq!(condition(&second, "NamesAccepted"), ("False".into(), "KindConflict".into()));
        assert_eq!(condition(&second, "Established"), ("False".into(), "NotAccepted".into()));
        assert!(state.registry.any("example.com", "gadgets").is_none());
    });
}
