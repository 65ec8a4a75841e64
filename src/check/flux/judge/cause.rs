//! The first cause of what is not ready: down the dependencies, then to the source.
//!
//! One broken thing holds up many, and each of them says only that it waits.

use std::collections::{BTreeMap, BTreeSet};

use super::Told;
use super::state::{self, Follows};
use crate::check::finding::Finding;
use crate::check::flux::kinds::Target;
use crate::check::flux::seen::{Object, Observation, Reference};

/// Sources that a look reads wherever others refer to them.
const READ: [Target; 5] =
    [Target::GitRepository, Target::OCIRepository, Target::Bucket, Target::HelmRepository, Target::HelmChart];

/// Flux's objects by what they are.
pub(super) struct Graph<'a> {
    objects: BTreeMap<(&'a str, String), &'a Object>,
}

impl<'a> Graph<'a> {
    pub(super) fn of(seen: &'a Observation) -> Self {
        let objects = seen.objects.iter().map(|object| ((object.kind.as_str(), object.path()), object));
        Self { objects: objects.collect() }
    }

    pub(super) fn get(&self, kind: &str, path: &str) -> Option<&'a Object> {
        self.objects.get(&(kind, path.to_owned())).copied()
    }

    pub(super) fn source(&self, object: &Object) -> Option<&'a Object> {
        object.source.as_ref().and_then(|source| self.get(&source.kind, &source.path))
    }

    /// Everything that an object waits for, itself or by way of others, without itself.
    pub(super) fn waits_for(&self, object: &'a Object) -> Vec<Awaits<'a>> {
        let (mut found, mut queue, mut known) = (Vec::new(), vec![object], BTreeSet::from([object.path()]));
        while let Some(next) = queue.pop() {
            for path in &next.depends_on {
                let dependency = self.get(&object.kind, path);
                if known.insert(path.clone()) {
                    queue.extend(dependency);
                    found.push(Awaits { by: next, path, object: dependency });
                }
            }
        }
        found
    }
}

/// One dependency.
pub(super) struct Awaits<'a> {
    /// What declares it.
    pub(super) by: &'a Object,
    /// `namespace/name`.
    pub(super) path: &'a str,
    /// Absent where there is no such object.
    pub(super) object: Option<&'a Object>,
}

/// First causes, each with everything that it holds up.
#[derive(Default)]
pub(super) struct Causes {
    found: Vec<Cause>,
}

struct Cause {
    /// Of which object it is told.
    on: String,
    told: Told,
    holds_up: Vec<String>,
}

impl Causes {
    /// Adds what is wrong with an object; whether it is sound.
    pub(super) fn add(&mut self, graph: &Graph<'_>, object: &Object) -> bool {
        self.add_for(graph, object, object)
    }

    /// Adds what is wrong with an object that another one needs; whether it is sound.
    pub(super) fn add_for(&mut self, graph: &Graph<'_>, object: &Object, needed_by: &Object) -> bool {
        let mut found = Vec::new();
        causes(graph, object, &mut BTreeSet::new(), &mut found);
        let sound = found.is_empty();
        for (on, told) in found {
            let title = needed_by.title();
            let same = |cause: &&mut Cause| cause.on == on && cause.told.finding().code == told.finding().code;
            let known = self.found.iter_mut().find(same);
            let holds_up = (on != title).then_some(title);
            match known {
                Some(cause) => cause.holds_up.extend(holds_up.filter(|title| !cause.holds_up.contains(title))),
                None => self.found.push(Cause { on, told, holds_up: holds_up.into_iter().collect() }),
            }
        }
        sound
    }

    /// One finding for each.
    pub(super) fn told(self) -> Vec<Told> {
        let of = |cause: Cause| {
            let with = |mut finding: Finding| {
                if !cause.holds_up.is_empty() {
                    finding.actual = format!("{}; it holds up {}", finding.actual, cause.holds_up.join(", "));
                }
                finding.on(&cause.on)
            };
            cause.told.map(with)
        };
        self.found.into_iter().map(of).collect()
    }
}

/// Adds the first causes of an object's being unsound, each with the object that it is of.
fn causes(graph: &Graph<'_>, object: &Object, on_the_way: &mut BTreeSet<String>, found: &mut Vec<(String, Told)>) {
    if !on_the_way.insert(object.title()) {
        return;
    }
    let own = state::fault(object);
    let before = found.len();
    let follows = own.as_ref().map(|fault| fault.follows);
    if follows == Some(Follows::Dependencies) {
        for path in &object.depends_on {
            match graph.get(&object.kind, path) {
                Some(dependency) => causes(graph, dependency, on_the_way, found),
                None => found.push((object.title(), missing_dependency(&object.kind, path))),
            }
        }
    }
    // A source that cannot fetch leaves those that applied its last artifact as ready as they were.
    if found.len() == before {
        match (&object.source, graph.source(object)) {
            (_, Some(source)) => causes(graph, source, on_the_way, found),
            (Some(source), None) => found.push((object.title(), missing_source(source))),
            (None, None) => {}
        }
    }
    if let Some(fault) = own.filter(|fault| fault.follows == Follows::Nothing || found.len() == before) {
        found.push((object.title(), fault.told));
    }
}

pub(super) fn missing_dependency(kind: &str, path: &str) -> Told {
    let expected = format!("{kind} {path}, on which it depends, exists");
    let finding = Finding::new("flux/dependency-missing", expected, "there is none: it would wait for ever");
    Told::Fails(finding.hint("correct the name in `spec.dependsOn`, or deploy what it means"))
}

fn missing_source(source: &Reference) -> Told {
    let expected = format!("its source {} exists", source.title());
    if !READ.iter().any(|kind| kind.name() == source.kind) {
        let actual = "sources of this kind are not read";
        return Told::Unclear(Finding::new("flux/source-not-read", expected, actual).terminal());
    }
    let finding = Finding::new("flux/source-missing", expected, "there is none");
    Told::Fails(finding.hint("correct `sourceRef` or `chartRef`, or deploy the source"))
}
