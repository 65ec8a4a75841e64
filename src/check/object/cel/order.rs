//! Makes an expression come to the same whenever it is evaluated: maps have no order of their own.
//!
//! A macro over a map walks over its keys in an order that is another in each process (cel 0.15, common/types/map.rs), so that
//! `labels.map(k, k)[0]` would be true today and false tomorrow. Here each macro walks in the order of the keys.

use ::cel::common::ast::{CallExpr, EntryExpr, Expr};
use ::cel::common::types::{CelList, CelMap, CelMapKey, DYN_TYPE};
use ::cel::common::value::{CowVal, Val};
use ::cel::parser::Expression as Node;
use ::cel::{Env, ExecutionError};

/// A name that no expression can write.
const ORDERED: &str = "@ordered";

/// Makes the function known that [`order`] puts in.
pub(super) fn extension(environment: &mut Env) {
    environment.add_overload(ORDERED, ORDERED, vec![DYN_TYPE], ordered).expect("nothing else declares this function");
}

/// Lets each macro walk over the keys of a map in their order.
pub(super) fn order(node: &mut Node) {
    match &mut node.expr {
        Expr::Select(select) => order(&mut select.operand),
        Expr::Call(call) => call.target.as_deref_mut().into_iter().chain(&mut call.args).for_each(order),
        Expr::List(list) => list.elements.iter_mut().for_each(order),
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    order(&mut entry.key);
                    order(&mut entry.value);
                }
            }
        }
        Expr::Comprehension(inner) => {
            let parts = [&mut inner.accu_init, &mut inner.loop_cond, &mut inner.loop_step, &mut inner.result];
            parts.into_iter().for_each(order);
            order(&mut inner.iter_range);
            let range = std::mem::take(&mut inner.iter_range);
            let call = CallExpr { func_name: ORDERED.to_owned(), target: None, args: vec![range] };
            inner.iter_range.expr = Expr::Call(call);
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => {}
    }
}

/// The keys of a map in their order; anything else as it is.
fn ordered<'b, 'v>(mut arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let range = arguments.pop().ok_or_else(ExecutionError::missing_argument_or_target)?;
    let keys: Option<Vec<Box<dyn Val + 'v>>> = range.downcast_ref::<CelMap>().map(|map| {
        let mut keys: Vec<&CelMapKey> = map.inner().keys().collect();
        keys.sort();
        keys.into_iter().map(|key| key.inner().clone_as_boxed()).collect()
    });
    Ok(keys.map_or(range, |keys| CowVal::owned(CelList::from(keys))))
}
