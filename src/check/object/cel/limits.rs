//! What keeps an expression from working for ever: CEL always ends, but macros in macros may end late.
//!
//! Nothing here is a limit that an expression about a status comes near.

use std::collections::BTreeSet;

use ::cel::Program;
use ::cel::common::ast::{EntryExpr, Expr, operators};
use ::cel::parser::Expression as Node;

/// Characters of an expression.
pub(super) const LENGTH: usize = 1024;
/// How deep brackets may nest. The reader has a limit of its own, which it does not keep to (cel 0.15).
pub(super) const BRACKETS: usize = 32;
/// How deep it may nest. Evaluation nests as deep.
const DEPTH: usize = 64;
/// How deep macros may stand in macros, or behind macros.
const LOOPS: u32 = 3;
/// How often texts and lists may be put together: each may double them.
const JOINS: u32 = 8;
/// How often the innermost part of an expression may be evaluated.
pub(super) const STEPS: u64 = 100_000;

/// Functions that there are; those of the extension on strings that make texts ever longer are left out.
pub(super) const FUNCTIONS: [&str; 24] = [
    "bool",
    "bytes",
    "charAt",
    "contains",
    "double",
    "dyn",
    "endsWith",
    "hasValue",
    "indexOf",
    "int",
    "lastIndexOf",
    "lowerAscii",
    "matches",
    "or",
    "orValue",
    "size",
    "startsWith",
    "string",
    "substring",
    "trim",
    "type",
    "uint",
    "upperAscii",
    "value",
];
/// Macros, which are no functions any more once an expression was read.
pub(super) const MACROS: [&str; 6] = ["all", "exists", "exists_one", "filter", "has", "map"];

/// How much an expression may have to do.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    /// How deep macros nest.
    pub(super) loops: u32,
    /// The longest list or map that stands in the expression itself.
    pub(super) longest: u64,
}

/// How deep brackets nest in a text, those in quotes too.
pub(super) fn brackets(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The first function, in the order of the alphabet, that is not there.
pub(super) fn unknown_function(program: &Program) -> Option<String> {
    let references = program.references();
    let used: BTreeSet<&str> = references.functions().into_iter().collect();
    let word = |name: &&str| name.starts_with(|c: char| c.is_ascii_alphabetic());
    used.into_iter().filter(word).find(|name| !FUNCTIONS.contains(name)).map(str::to_owned)
}

/// Measures an expression.
pub(super) fn work(expression: &Node) -> Result<Work, String> {
    let mut count = Count { longest: 0, joins: 0, strange: false, deepest: 0 };
    let loops = count.node(expression, 0);
    match count {
        Count { strange: true, .. } => Err("it makes messages, of which there are none".to_owned()),
        Count { deepest, .. } if deepest > DEPTH => Err(format!("it nests deeper than {DEPTH}; split it")),
        Count { joins, .. } if joins > JOINS => Err(format!("it puts more than {JOINS} texts or lists together")),
        _ if loops > LOOPS => Err(format!("its macros nest deeper than {LOOPS}; split it")),
        Count { longest, .. } => Ok(Work { loops, longest }),
    }
}

struct Count {
    longest: u64,
    joins: u32,
    strange: bool,
    deepest: usize,
}

impl Count {
    /// How deep macros nest in it.
    fn node(&mut self, node: &Node, depth: usize) -> u32 {
        self.deepest = self.deepest.max(depth);
        let depth = depth + 1;
        match &node.expr {
            Expr::Select(select) => self.node(&select.operand, depth),
            Expr::Call(call) => {
                if call.func_name == operators::ADD {
                    self.joins += 1;
                }
                let parts = call.target.as_deref().into_iter().chain(&call.args);
                parts.map(|part| self.node(part, depth)).max().unwrap_or(0)
            }
            Expr::List(list) => {
                self.holds(list.elements.len());
                self.several(&list.elements.iter().collect::<Vec<_>>(), depth)
            }
            Expr::Map(map) => {
                self.holds(map.entries.len());
                let entries = map.entries.iter().filter_map(|entry| match &entry.expr {
                    EntryExpr::MapEntry(entry) => Some([&entry.key, &entry.value]),
                    EntryExpr::StructField(_) => None,
                });
                let parts: Vec<&Node> = entries.flatten().collect();
                self.several(&parts, depth)
            }
            Expr::Comprehension(inner) => {
                // The macro's own way to collect is no join of the author's.
                let joins = self.joins;
                let range = self.node(&inner.iter_range, depth);
                let own = u32::from(collects(&inner.loop_step));
                let parts = [&inner.accu_init, &inner.loop_cond, &inner.loop_step, &inner.result];
                let body = parts.map(|part| self.node(part, depth)).into_iter().max().unwrap_or(0);
                self.joins = self.joins.saturating_sub(own).max(joins);
                1 + range.max(body)
            }
            Expr::Struct(_) | Expr::Unspecified => {
                self.strange = true;
                0
            }
            Expr::Ident(_) | Expr::Literal(_) => 0,
        }
    }

    fn holds(&mut self, elements: usize) {
        self.longest = self.longest.max(elements as u64);
    }

    /// Elements that are no plain values may each be as large as the object.
    fn several(&mut self, parts: &[&Node], depth: usize) -> u32 {
        let large = parts.iter().filter(|part| !matches!(part.expr, Expr::Literal(_))).count();
        self.joins += u32::try_from(large.saturating_sub(1)).unwrap_or(u32::MAX / 2);
        parts.iter().map(|part| self.node(part, depth)).max().unwrap_or(0)
    }
}

/// Whether a macro's step adds an element to what it has: `map` and `filter`.
fn collects(step: &Node) -> bool {
    let Expr::Call(call) = &step.expr else { return false };
    let adds = |call: &::cel::common::ast::CallExpr| {
        call.func_name == operators::ADD
            && matches!(call.args.first().map(|first| &first.expr), Some(Expr::Ident(name)) if name.starts_with('@'))
    };
    adds(call) || call.args.iter().any(|part| matches!(&part.expr, Expr::Call(inner) if adds(inner)))
}
