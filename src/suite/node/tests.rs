//! Places and texts of what YAML can write in several ways.

use super::*;

fn show(node: &Node) -> String {
    let place = format!("{}:{}+{}", node.mark.line, node.mark.column, node.mark.width);
    match &node.value {
        Value::Scalar { text, plain } => format!("{place} {}{text:?}", if *plain { "" } else { "quoted " }),
        Value::List(items) => format!("{place} [{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries: Vec<_> = entries.iter().map(|(key, node)| format!("{}: {}", key.text, show(node))).collect();
            format!("{place} {{{}}}", entries.join(", "))
        }
    }
}

fn parsed(text: &str) -> String {
    let problems = Problems::default();
    let node = parse(text, &Source::new("x.yaml", text), &problems).map_err(|problem| problem.message).unwrap();
    assert!(problems.is_empty());
    show(&node)
}

#[test]
fn a_scalar_keeps_the_text_that_was_written() {
    assert_eq!(parsed("a: 4e9"), "1:1+1 {a: 1:4+3 \"4e9\"}");
    assert_eq!(
        parsed("- 0x10\n- true\n- yes\n- 1.50"),
        "1:1+1 [1:3+4 \"0x10\", 2:3+4 \"true\", 3:3+3 \"yes\", 4:3+4 \"1.50\"]"
    );
    assert_eq!(parsed("['5', \"a\\tb\"]"), "1:1+1 [1:2+3 quoted \"5\", 1:7+6 quoted \"a\\tb\"]");
}

#[test]
fn places_count_characters_and_survive_crlf() {
    assert_eq!(parsed("ä: ö\r\nü: [監, x]\r\n"), "1:1+1 {ä: 1:4+1 \"ö\", ü: 2:4+1 [2:5+1 \"監\", 2:8+1 \"x\"]}");
}

#[test]
fn nothing_is_known_from_the_text_nothing() {
    let text = "a: ~\nb:\nc: ''\n";
    let node = parse(text, &Source::new("x.yaml", text), &Problems::default()).map_err(|p| p.message).unwrap();
    assert!(node.get("a").unwrap().is_null() && node.get("b").unwrap().is_null());
    assert!(!node.get("c").unwrap().is_null());
}
