//! Expressions that are taken, and texts that are none.

use serde_json::{Value as Json, json};

use super::*;

fn expression(text: &str) -> Expression {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn of(text: &str, object: &Json) -> Outcome {
    let expression = expression(text);
    expression.evaluate(&part(expression.mentions(), object))
}

#[track_caller]
fn refused(text: &str, why: &str) {
    let error = text.parse::<Expression>().expect_err("it is refused");
    assert!(error.contains("is no CEL expression") && error.contains(why), "{error}");
}

#[test]
fn the_language_is_there_as_far_as_statuses_need_it() {
    let object = json!({
        "metadata": {"generation": 3, "labels": {"a/b": "c"}},
        "spec": {"ratio": 1.0, "replicas": 2, "none": null, "version": "v1.31.0", "items": [1, 2, 3]},
        "status": {"phase": "Ready", "large": 9_223_372_036_854_775_808_u64, "conditions": [{"type": "Ready", "status": "True"}]},
    });
    for text in [
        "status.phase == 'Ready'",
        "status['phase'] in ['Ready', 'Running']",
        "has(status.phase) && !has(status.other)",
        "status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')",
        "status.conditions.exists_one(c, c.type == 'Ready')",
        "status.conditions.filter(c, c.type == 'Ready').map(c, c.status) == ['True']",
        "size(status.conditions) == 1 && status.conditions.size() > 0",
        "metadata.labels['a/b'] == 'c' && 'a/b' in metadata.labels",
        "metadata.generation == 3 && metadata.generation >= spec.replicas",
        "spec.ratio == 1.0 && spec.ratio < 1.5 && spec.none == null",
        // Numbers of other types are compared, as with Flux.
        "spec.replicas == 2.0 && spec.ratio == 1 && spec.replicas < 2.5",
        "status.large > 5u",
        "spec.version.startsWith('v1.') && spec.version.contains('31') && spec.version.matches('^v[0-9.]+$')",
        "spec.version.substring(1).lowerAscii().trim().indexOf('.') == 1",
        "string(spec.replicas) == '2' && int('2') == spec.replicas && double(spec.replicas) == 2.0",
        "type(spec.version) == string",
        "spec.items.all(i, i > 0) && spec.items[0] == 1 && (spec.replicas > 1 ? true : false)",
        "status.?other.orValue('x') == 'x' && status.?phase.hasValue()",
        "status.conditions.map(c, c.type) + ['x'] == ['Ready', 'x'] && {'a': spec.replicas}.a == 2",
        // An error beside what decides does not count.
        "status.phase == 'Ready' || status.other == 1",
    ] {
        assert_eq!(of(text, &object), Outcome::Bool(true), "{text}");
    }
    assert_eq!(of("status.phase == 'Failed'", &object), Outcome::Bool(false));
    assert_eq!(of("spec.items", &object), Outcome::Other("a list"));
    for text in ["status.other == 1", "spec.items[9] == 1", "spec.replicas / 0 == 1", "spec.version.matches('(')"] {
        assert!(matches!(of(text, &object), Outcome::Error(_)), "{text}");
    }
    let overflow = "status.large + 9223372036854775808u == 0u";
    assert!(matches!(of(overflow, &object), Outcome::Error(_)), "{overflow}");
}

/// Maps are walked over in the order of their keys, and an error says the same, however often one asks.
#[test]
fn an_expression_comes_to_the_same_each_time() {
    let labels: serde_json::Map<String, Json> =
        ('a'..='h').rev().map(|c| (c.to_string(), json!(c.to_string()))).collect();
    let object = json!({"metadata": {"labels": labels}, "spec": {"all": [{"labels": labels}]}});
    for text in [
        "metadata.labels.map(k, k)[0] == 'a'",
        "metadata.labels.filter(k, k != 'a')[0] == 'b'",
        "metadata.labels.map(k, k != 'a', metadata.labels[k])[6] == 'h'",
        "metadata.labels.map(k, k) == ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']",
        "spec.all.map(x, x.labels.map(k, k)[0]) == ['a']",
        "metadata.labels.all(k, metadata.labels.map(l, l)[0] == 'a' && k < 'i')",
        "{'z': spec.all, 'y': spec.all}.map(k, k) == ['y', 'z']",
        "(size(spec.all) == 1 ? metadata.labels : {}).filter(k, k > 'g') == ['h']",
        "metadata.labels.exists(k, k == 'h') && metadata.labels.exists_one(k, k == 'h')",
    ] {
        for _ in 0..12 {
            assert_eq!(of(text, &object), Outcome::Bool(true), "{text}");
        }
    }
    for text in [
        "metadata.labels + 1 == 2",
        "metadata.labels[spec.all] == 1",
        "metadata.labels.exists(k, int(k) == 1)",
        "metadata.labels < spec.all",
        "metadata.labels.map(k, spec.all[0][k + 'x'])[0] == 'a'",
    ] {
        let first = of(text, &object);
        assert!(matches!(first, Outcome::Error(_)), "{text}: {first:?}");
        for _ in 0..12 {
            assert_eq!(of(text, &object), first, "{text}");
        }
    }
}

#[test]
fn mentions_are_the_fields_of_the_object() {
    let shown = |text: &str| {
        let mentions = expression(text).mentions().to_vec();
        mentions.iter().map(|one| (one.shown(), one.presence)).collect::<Vec<_>>()
    };
    let named = |name: &str| (name.to_owned(), false);
    assert_eq!(shown("a.b['c'].d == 1"), [named("a.b.c.d")]);
    assert_eq!(shown("has(a.b) && a.b == a.b"), [("a.b".to_owned(), true), named("a.b")]);
    assert_eq!(shown("a.b.all(x, x.c == d.e && x == x)"), [named("a.b"), named("d.e")]);
    assert_eq!(shown("a.all(a, a.b == 1) && a.c == 1"), [named("a"), named("a.c")]);
    assert_eq!(shown("a[b.c] == 1"), [named("a"), named("b.c")]);
    assert_eq!(shown("a.?b.orValue(c) == type(d)"), [named("a.b"), named("c"), named("d")]);
    assert_eq!(shown("type(a) == string"), [named("a")]);
    assert_eq!(shown("a.contains(b)"), [named("a"), named("b")]);
}

#[test]
fn a_part_has_what_is_mentioned_in_its_place() {
    let object = json!({"a": {"b": {"c": 1, "d": 2}, "e": 3}, "f": [1], "g": 1});
    let part = |text: &str| part(expression(text).mentions(), &object);
    assert_eq!(part("a.b.c == 1"), json!({"a": {"b": {"c": 1}}}));
    assert_eq!(part("a.b.x == 1"), json!({"a": {"b": {}}}));
    assert_eq!(part("x.y == 1"), json!({}));
    assert_eq!(part("a.b.c == 1 && a == {}"), json!({"a": {"b": {"c": 1, "d": 2}, "e": 3}}));
    assert_eq!(part("a == {} && a.b.c == 1"), json!({"a": {"b": {"c": 1, "d": 2}, "e": 3}}));
    assert_eq!(part("f.x == 1 && g.x == 1"), json!({"f": [1], "g": 1}));
}

#[test]
fn what_is_no_expression_is_refused_with_its_place() {
    refused("status.phase ==", "at its character 16");
    refused("status.phase = 'Ready'", "at its character 14");
    refused("", "at its character 1");
    refused("status.x == 1\n&& ", "in its line 2 at character");
    refused("status.phase == 'Ready", "at its character 17");
    refused("hass(status.phase)", "no function `hass` for so many arguments; did you mean `has`?");
    refused("status.conditions.exist(c, c.type == 'Ready')", "did you mean `exists`?");
    refused("timestamp(status.at) < status.x", "no function `timestamp`");
    refused("status.a.replace('', status.b) == ''", "no function `replace`");
    refused("has(status)", "");
    refused("self.status.phase == 'Ready'", "`self` is no field");
    refused("1 == 1", "it mentions no field");
    refused("[1].all(x, x == 1)", "it mentions no field");
    refused("Message{a: status.b}.a == 1", "messages");
}

#[test]
fn what_would_work_for_ever_is_refused() {
    refused(&"a.".repeat(600), "more than 1024 characters");
    refused("a.all(b, a.all(c, a.all(d, a.all(e, true))))", "its macros nest deeper than 3");
    refused("a.map(b, b).map(b, b).map(b, b).map(b, b) == a", "its macros nest deeper than 3");
    refused(&format!("a{} == ''", "+a".repeat(9)), "more than 8 texts or lists");
    refused(&format!("a.map(x, [x{}]) == []", ",x".repeat(9)), "more than 8 texts or lists");
    refused(&format!("a{} == 1", ".b".repeat(100)), "it nests deeper than 64");
    refused(&"(".repeat(40), "its brackets nest deeper than 32");
    expression("a.filter(b, b.c == 1).map(b, b.d).all(b, b == 1)");
    expression(&format!("a in [{}]", vec!["1"; 100].join(",")));
}

/// Reading ends with an answer, whatever the text: on a small stack, as that of a thread that serves others.
#[test]
fn hostile_texts_are_read_to_an_answer() {
    let texts = [
        "a.b".to_owned() + &".c".repeat(510),
        format!("{}a{}", "(".repeat(500), ")".repeat(500)),
        format!("{}a", "!".repeat(1023)),
        format!("{}a", "-".repeat(1023)),
        format!("{}a", "-(".repeat(500)),
        format!("a{}", "[a".repeat(500)),
        format!("a{}", "[0]".repeat(340)),
        format!("a{}", "+a".repeat(510)),
        format!("a{}", "==a".repeat(340)),
        format!("a{}", "&&a".repeat(340)),
        format!("a{}", "?a:a".repeat(255)),
        format!("a{}", ".b()".repeat(255)),
        "{".repeat(1024),
        "[".repeat(1024),
        "a.all(b,".repeat(128),
        "'".repeat(1023),
        "\"\"\"a".to_owned(),
        "b'\\xff' == a".to_owned(),
        "'\\ud800' == a".to_owned(),
        "a == '\\'".to_owned(),
        "\0\u{1}\u{fffd}".to_owned(),
        "a == 99999999999999999999".to_owned(),
        "a == -9223372036854775808".to_owned(),
        "a == 1e999".to_owned(),
        "a.`b c` == 1".to_owned(),
        ".a == 1".to_owned(),
        "é.ü == '😀'".to_owned(),
        "a.map(1, 2)".to_owned(),
        "a.all(b.c, true)".to_owned(),
        "a.exists_one(x)".to_owned(),
        "has(a[0])".to_owned(),
        "has(1)".to_owned(),
        "{1: a, 1: a} == {}".to_owned(),
        "{a: 1}[a] == 1".to_owned(),
        "[?a] == [] && {?'b': a} == {}".to_owned(),
        "a.optMap(x, x) == a".to_owned(),
        "in == 1".to_owned(),
        "// a".to_owned(),
        "@result == a".to_owned(),
    ];
    let small = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
        let object = json!({"a": {"b": [1, {"c": "d"}]}});
        for text in texts {
            if let Ok(expression) = text.parse::<Expression>() {
                let _ = expression.evaluate(&part(expression.mentions(), &object));
                let _ = expression.evaluate(&json!({}));
                let _ = expression.evaluate(&json!({"a": [[[1]], "x", null]}));
            }
        }
    });
    small.unwrap().join().expect("no text makes it panic");
}

proptest::proptest! {
    #[test]
    fn any_text_of_its_tokens_is_read_to_an_answer(
        tokens in proptest::collection::vec(proptest::sample::select(vec![
            "a", ".b", ".?b", "['b']", "[0]", "(", ")", "[", "]", "{", "}", ",", ":", "?", "==", "<", "+", "-", "*", "/", "%", "&&",
            "||", "!", " in ", "1", "1u", "1.5", "'x'", "b'x'", "true", "null", "has(a.b)", ".all(x, x == 1)", ".map(x, x)",
            ".filter(x, has(x.b))", "size(a)", "type(a)", ".matches('.')", "string(a)", ".orValue(1)",
        ]), 1..12),
    ) {
        if let Ok(expression) = tokens.concat().parse::<Expression>() {
            for object in [json!({}), json!({"a": {"b": 1}}), json!({"a": [1, "x", {"b": null}]}), json!({"a": "b"})] {
                let _ = expression.evaluate(&part(expression.mentions(), &object));
            }
        }
    }
}
