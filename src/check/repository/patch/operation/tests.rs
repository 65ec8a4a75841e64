use super::*;
use crate::check::repository::tree::documents;

const OBJECT: &str = "metadata:\n  name: a\nspec:\n  list:\n    - x\n    - y\n  map: {k: v, a/b: c}\n  none:\n";

fn node(text: &str) -> Node {
    documents(text).unwrap().roots.remove(0)
}

/// The object after these operations, as JSON with every text, or what is wrong and its hint.
fn after(operations: &str) -> Result<Node, (&'static str, String, String)> {
    let place = |mark| Place { file: 0, mark };
    let mut root = node(OBJECT);
    let shown = |fault: Fault| (fault.code, fault.actual, fault.hint);
    for item in node(operations).items() {
        Operation::read(item, place).and_then(|one| one.apply(&mut root, "X a")).map_err(shown)?;
    }
    Ok(root)
}

fn text<'n>(root: &'n Node, path: &[&str]) -> Option<&'n str> {
    root.at(path).and_then(Node::text)
}

#[test]
fn each_operation_changes_what_its_path_leads_to() {
    let root = after("- {op: add, path: /spec/new, value: 1}\n- {op: add, path: /spec/map/k, value: w}\n").unwrap();
    assert_eq!((text(&root, &["spec", "new"]), text(&root, &["spec", "map", "k"])), (Some("1"), Some("w")));
    let root = after("- {op: replace, path: /spec/map/a~1b, value: d}\n- {op: remove, path: /spec/map/k}\n").unwrap();
    assert_eq!((text(&root, &["spec", "map", "a/b"]), text(&root, &["spec", "map", "k"])), (Some("d"), None));
    let root =
        after("- {op: move, from: /spec/map/k, path: /spec/k}\n- {op: copy, from: /spec/k, path: /spec/l}\n").unwrap();
    assert_eq!((text(&root, &["spec", "k"]), text(&root, &["spec", "l"])), (Some("v"), Some("v")));
    assert_eq!(root.at(&["spec", "map"]).unwrap().entries().len(), 1);
    assert!(
        after("- {op: test, path: /spec/map, value: {a/b: c, k: v}}\n- {op: test, path: /gone, value: null}\n").is_ok()
    );
}

#[test]
fn lists_are_counted_from_both_ends() {
    let items = |operations: &str| {
        let root = after(operations).unwrap();
        root.at(&["spec", "list"])
            .unwrap()
            .items()
            .iter()
            .map(|item| item.text().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(items("- {op: add, path: /spec/list/-, value: z}\n"), ["x", "y", "z"]);
    assert_eq!(items("- {op: add, path: /spec/list/0, value: w}\n"), ["w", "x", "y"]);
    assert_eq!(items("- {op: add, path: /spec/list/2, value: z}\n"), ["x", "y", "z"]);
    assert_eq!(items("- {op: remove, path: /spec/list/-1}\n"), ["x"]);
    for path in ["3", "-4", "x"] {
        let add = format!("- {{op: add, path: /spec/list/{path}, value: z}}\n");
        assert_eq!(after(&add).unwrap_err().1, format!("there is no /spec/list/{path}: kustomize fails"));
    }
    assert!(after("- {op: remove, path: /spec/list/2}\n").is_err());
}

#[test]
fn what_does_not_fit_is_told_by_the_step_that_leads_to_nothing() {
    let told = |operation: &str| {
        let (code, actual, hint) = after(&format!("- {operation}\n")).unwrap_err();
        assert_eq!(code, "failing-patch");
        (actual.trim_end_matches(": kustomize fails").to_owned(), hint)
    };
    let above = "add what is above it first, or correct the path";
    let is =
        |operation: &str, actual: &str, hint: &str| assert_eq!(told(operation), (actual.to_owned(), hint.to_owned()));
    is("{op: add, path: /metadata/annotations/x, value: y}", "there is no /metadata/annotations", above);
    is("{op: add, path: /spec/none/x, value: y}", "there is no /spec/none/x", above);
    is("{op: replace, path: /spec/lists, value: y}", "there is no /spec/lists", "did you mean `list`?");
    is("{op: remove, path: /spec/mapp/k}", "there is no /spec/mapp", "did you mean `map`?");
    is("{op: move, from: /gone, path: /spec/x}", "there is no /gone", above);
    is("{op: test, path: /spec/map/k, value: w}", "something else is there", "see what the object has there");
}

#[test]
fn what_is_no_operation_is_refused() {
    for broken in [
        "{path: /a, value: b}",
        "{op: add, value: b}",
        "{op: add, path: /a}",
        "{op: add, path: a/b, value: c}",
        "{op: ad, path: /a, value: b}",
        "{op: move, path: /a}",
    ] {
        assert_eq!(after(&format!("- {broken}\n")).unwrap_err().0, "bad-patch", "{broken}");
    }
    assert_eq!(after("- {op: ad, path: /a, value: b}\n").unwrap_err().2, "did you mean `add`?");
}

#[test]
fn what_was_hidden_may_be_what_a_test_wants() {
    assert!(after("- {op: test, path: /spec/map/k, value: <hidden>}\n").is_ok());
}
