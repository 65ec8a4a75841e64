//! Which fields an expression speaks of: only they are kept of an object.

use ::cel::common::ast::{EntryExpr, Expr, LiteralValue, operators};
use ::cel::parser::Expression as Node;
use serde_json::{Map, Value as Json};

/// A field by its names: `status.updateStatus` is `[status, updateStatus]`.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::check::object) struct Mention {
    names: Vec<String>,
    /// Whether nothing is asked but that it is there: `has(status.updateStatus)`.
    pub(in crate::check::object) presence: bool,
}

/// Names of types, which stand where variables do: `type(spec.x) == string`. `type` is one, too, but a field of Secrets first.
const TYPES: [&str; 10] = ["bool", "bytes", "double", "dyn", "int", "list", "map", "null_type", "string", "uint"];

impl Mention {
    /// The top-level field.
    pub(in crate::check::object) fn root(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// What is there.
    pub(in crate::check::object) fn of<'v>(&self, object: &'v Json) -> Option<&'v Json> {
        self.names.iter().try_fold(object, |here, name| here.get(name))
    }

    /// As people write it.
    pub(in crate::check::object) fn shown(&self) -> String {
        self.names.join(".")
    }
}

/// The part of an object that is mentioned. Where a field is not there, what it would be in is there without it.
pub(in crate::check::object) fn part<'m>(mentions: impl IntoIterator<Item = &'m Mention>, object: &Json) -> Json {
    let mut part = Json::Object(Map::new());
    for mention in mentions {
        copy(&mention.names, object, &mut part);
    }
    part
}

fn copy(names: &[String], from: &Json, to: &mut Json) {
    let Some((name, rest)) = names.split_first() else {
        // The whole of it holds whatever was copied of its parts before.
        to.clone_from(from);
        return;
    };
    match (from.as_object(), to.as_object_mut()) {
        (Some(from), Some(to)) => {
            if let Some(inner) = from.get(name) {
                let empty = || if inner.is_object() { Json::Object(Map::new()) } else { inner.clone() };
                copy(rest, inner, to.entry(name.clone()).or_insert_with(empty));
            }
        }
        // It is no map, though the expression takes it for one: kept as it is, so that evaluation can tell.
        _ => to.clone_from(from),
    }
}

/// The fields that an expression mentions, each once; names that a macro binds are none.
pub(super) fn mentions(expression: &Node) -> Vec<Mention> {
    let mut found = Vec::new();
    walk(expression, &mut Vec::new(), &mut found);
    found
}

fn walk<'e>(node: &'e Node, bound: &mut Vec<&'e str>, found: &mut Vec<Mention>) {
    if let Some(names) = chain(node) {
        let root = names[0].as_str();
        let is_type = names.len() == 1 && TYPES.contains(&root);
        if !root.starts_with('@') && !bound.contains(&root) && !is_type {
            let presence = matches!(&node.expr, Expr::Select(select) if select.test);
            let mention = Mention { names, presence };
            if !found.contains(&mention) {
                found.push(mention);
            }
        }
        return;
    }
    match &node.expr {
        Expr::Select(select) => walk(&select.operand, bound, found),
        Expr::Call(call) => {
            call.target.iter().for_each(|target| walk(target, bound, found));
            call.args.iter().for_each(|argument| walk(argument, bound, found));
        }
        Expr::List(list) => list.elements.iter().for_each(|element| walk(element, bound, found)),
        Expr::Map(map) => {
            for entry in &map.entries {
                if let EntryExpr::MapEntry(entry) = &entry.expr {
                    walk(&entry.key, bound, found);
                    walk(&entry.value, bound, found);
                }
            }
        }
        Expr::Comprehension(inner) => {
            walk(&inner.iter_range, bound, found);
            walk(&inner.accu_init, bound, found);
            let before = bound.len();
            bound.push(&inner.iter_var);
            bound.extend(inner.iter_var2.as_deref());
            [&inner.loop_cond, &inner.loop_step, &inner.result].into_iter().for_each(|part| walk(part, bound, found));
            bound.truncate(before);
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => {}
    }
}

/// The names of `a.b`, `a['b']`, `a.?b` and `has(a.b)`.
fn chain(node: &Node) -> Option<Vec<String>> {
    let (operand, name) = match &node.expr {
        Expr::Ident(name) => return Some(vec![name.trim_start_matches('.').to_owned()]),
        Expr::Select(select) => (select.operand.as_ref(), select.field.clone()),
        Expr::Call(call)
            if matches!(&*call.func_name, operators::INDEX | operators::OPT_INDEX | operators::OPT_SELECT) =>
        {
            let [operand, index] = call.args.as_slice() else { return None };
            let Expr::Literal(LiteralValue::String(name)) = &index.expr else { return None };
            (operand, name.inner().to_string())
        }
        _ => return None,
    };
    // `has(a.b).c` is no field.
    if matches!(&operand.expr, Expr::Select(select) if select.test) {
        return None;
    }
    let mut names = chain(operand)?;
    names.push(name);
    Some(names)
}
