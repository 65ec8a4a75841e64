//! Masking keeps every place, and filling gives what was meant.

use proptest::prelude::*;

use super::*;

fn filled(text: &str) -> String {
    fill(&mask(text).text, |name| match name {
        "ns" => Some("observability"),
        "empty" => Some(""),
        "tricky" => Some("${ns} a: {b}"),
        _ => None,
    })
}

#[test]
fn a_name_gives_way_to_its_value() {
    assert_eq!(filled("in ${ns}, ${ns}"), "in observability, observability");
    assert_eq!(filled("a${empty}b"), "ab");
}

#[test]
fn a_doubled_dollar_stands_for_itself() {
    assert_eq!(filled("$${CLUSTER_NAME} in ${ns}"), "${CLUSTER_NAME} in observability");
    assert_eq!(filled("$$${ns}"), "$${ns}");
    assert_eq!(filled("$${ never closed"), "${ never closed");
}

#[test]
fn dollars_and_braces_of_other_languages_are_left_alone() {
    for text in ["up{job=\"x\"} > 0", "$1 $$ {{ $labels.pod }}", "costs 5$"] {
        assert_eq!(filled(text), text);
    }
}

#[test]
fn a_value_is_never_read_again() {
    assert_eq!(filled("${tricky}"), "${ns} a: {b}");
}

#[test]
fn what_has_no_value_stays_as_it_was_written() {
    assert_eq!(filled("${nope} ${ns"), "${nope} ${ns");
    assert_eq!(unmask(&mask("${a} $${b} ${c").text), "${a} $${b} ${c");
}

#[test]
fn a_hole_is_where_an_editor_shows_it() {
    let masked = mask("a: x\r\nb: 'ä ${ns} ${'\r\n");
    let marks: Vec<_> = masked.holes.iter().map(|hole| (hole.mark, hole.name.as_deref())).collect();
    assert_eq!(
        marks,
        [(Mark { line: 2, column: 7, width: 5 }, Some("ns")), (Mark { line: 2, column: 13, width: 2 }, None)]
    );
    assert!(masked.text[masked.holes[1].offset..].starts_with("$\u{e000}'"));
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("${ns}"),
        Just("${"),
        Just("$${ns}"),
        Just("}"),
        Just("$"),
        Just("ä"),
        Just("監"),
        Just("\u{1f600}"),
        Just(" "),
        Just("\n"),
        Just("\r\n"),
        Just("x: "),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn masking_moves_no_character(text in pieces()) {
        let masked = mask(&text);
        prop_assert_eq!(masked.text.chars().count(), text.chars().count());
        prop_assert_eq!(unmask(&masked.text), text);
    }

    #[test]
    fn every_hole_is_at_its_line_and_column(text in pieces()) {
        let lines: Vec<&str> = text.split('\n').collect();
        for hole in mask(&text).holes {
            let rest: String = lines[hole.mark.line - 1].chars().skip(hole.mark.column - 1).collect();
            prop_assert!(rest.starts_with("${"), "{:?} in {:?}", hole.mark, text);
        }
    }
}
