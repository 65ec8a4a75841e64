//! What is wrong with a demand before any object is looked at.

use super::cel::Expression;
use super::count::Count;
use super::each;
use super::path::Path;
use super::spec::Demand;
use super::wanted::Wanted;

/// Whether the parts of a demand go together; else what does not, and what was expected.
pub(super) fn check(demand: &Demand) -> Result<(), String> {
    for (path, wanted) in &demand.fields {
        of_field(path, wanted, demand.may_read(path))?;
    }
    for each in &demand.for_each {
        each.fault().map_or(Ok(()), Err)?;
        let readable = demand.may_read(&each.path);
        each.fields.iter().try_for_each(|(path, wanted)| of_field(path, wanted, readable))?;
    }
    if let Some(path) = each::twice(&demand.for_each) {
        return Err(format!("`{path}` stands twice in `for_each`: expected all demands on its elements in one entry"));
    }
    let data =
        |expression: &&Expression| expression.mentions().iter().any(|field| !field.presence && !is_plain(field.root()));
    if let Some(expression) = demand.cel.iter().find(data).filter(|_| demand.is_secret()) {
        return Err(format!(
            "`{expression}` would compare data of a Secret, which is never read: expected has(data.key), or `fields` with \
             `exists`, or with `at_least` and `at_most` for the number of bytes"
        ));
    }
    if demand.name.is_some() && demand.selector.is_some() {
        return Err("`name` and `selector` are both given: expected one of them".to_owned());
    }
    if let Some(fault) = demand.count.as_ref().and_then(Count::fault) {
        return Err(format!("`count` {fault}"));
    }
    let values = !demand.fields.is_empty() || !demand.for_each.is_empty() || !demand.cel.is_empty();
    let demands = values || !demand.conditions.is_empty() || demand.age.is_some();
    if demand.is_none() && (demands || demand.known_fields) {
        return Err(
            "there must be none, yet something is demanded of each: expected `count: {exactly: 0}` alone".to_owned()
        );
    }
    if demand.api_version.split('/').any(str::is_empty) || demand.api_version.split('/').count() > 2 {
        let found = &demand.api_version;
        return Err(format!(
            "`apiVersion` is `{found}`: expected a version, or a group and a version, such as v1 or apps/v1"
        ));
    }
    Ok(())
}

/// Whether a demand on a field can be meant. `readable` says whether values there may be read.
fn of_field(path: &Path, wanted: &Wanted, readable: bool) -> Result<(), String> {
    if let Some(fault) = wanted.fault() {
        return Err(format!("`{path}` {fault}"));
    }
    if !readable && !wanted.is_blind() {
        return Err(format!(
            "`{path}` would compare data of a Secret, which is never read: expected `exists`, `absent`, `count`, or \
             `at_least` and `at_most` for the number of bytes"
        ));
    }
    if wanted.exists.is_some() && wanted.count.is_none() && path.passes_over() {
        return Err(format!(
            "`{path}` leads only to what is there, so `exists` passes over every element without it: expected `for_each` with \
             the elements as `path` and the rest in `fields`, or `count` beside `exists`"
        ));
    }
    Ok(())
}

/// Whether a top-level field of a Secret is no data.
pub(super) fn is_plain(field: &str) -> bool {
    matches!(field, "metadata" | "type" | "immutable" | "kind" | "apiVersion")
}
