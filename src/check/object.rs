//! The kind `object`: fields of any objects of the cluster are what they should be, and their controllers have seen them.

mod blind;
mod cel;
mod count;
mod definition;
mod each;
mod fault;
mod judge;
mod known;
mod observation;
mod observe;
mod path;
mod spec;
#[cfg(test)]
mod tests;
mod wanted;

use jiff::Timestamp;

use super::access::Access;
use super::identity::Identity;
use super::kind::Kind;
use super::look::Look;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;
use crate::connect::resource::CUSTOM_RESOURCE_DEFINITIONS;

pub use cel::Expression;
pub use count::Count;
pub use each::ForEach;
pub use observation::{Definition, Element, Elements, Fields, Found, Match, Observation, Seen, Served, Unknown, Value};
pub use path::Path;
pub use spec::{Age, Observed, Owner, Spec, Status};
pub use wanted::{Pattern, Wanted, Yes};

/// The kind.
pub struct Object;

impl Kind for Object {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "object";
    const PAGE: &'static str = include_str!("object/page.md");

    fn uses(spec: &Spec) -> Vec<Use> {
        let (group, plural) = (spec.group(), spec.plural());
        let within = |access: Access| match &spec.namespace {
            Some(namespace) => access.within(namespace),
            None => access,
        };
        let list = within(Access::new("list", group, &plural));
        let get = spec.name.as_ref().map(|name| within(Access::new("get", group, &plural)).named(name));
        let objects = get.unwrap_or(list);
        let definition = spec
            .is_custom()
            .then(|| CUSTOM_RESOURCE_DEFINITIONS.access("get", None).named(&format!("{plural}.{group}")));
        [objects].into_iter().chain(definition).map(Use::from).collect()
    }

    async fn observe(spec: &Spec, (): &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        observe::observe(spec, look.connections).await
    }

    fn question(spec: &Spec) -> Spec {
        spec.question()
    }

    fn identities(spec: &Spec, seen: &Observation) -> Vec<Identity> {
        let of = |found: &Found| Identity {
            generation: found.generation,
            resource_version: Some(found.resource_version.clone()).filter(|version| !version.is_empty()),
            ..Identity::of(format!("{} {}", spec.kind, found.path()))
        };
        seen.objects.iter().map(of).collect()
    }

    fn judge(spec: &Spec, seen: &Observation, at: Timestamp) -> Verdict {
        judge::judge(spec, seen, at)
    }
}
