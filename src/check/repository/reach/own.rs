//! Which source is this repository. A Kustomization of another one has its folders elsewhere, though a folder of the same name may
//! be here.

use crate::check::repository::build::Builder;
use crate::check::repository::files::Files;
use crate::check::repository::model::{Build, KUSTOMIZE, Object, SOURCE};
use crate::check::repository::path::join;
use crate::check::repository::spec::{Given, Spec};

/// The sources by which a cluster knows this repository.
pub struct Own(Vec<Source>);

/// A source of Flux.
#[derive(PartialEq)]
struct Source {
    kind: String,
    name: String,
    /// Absent where the suite names it.
    namespace: Option<String>,
}

impl Own {
    /// The source that the suite names, that of the Kustomization which builds the entry, and every other one of the same address
    /// and `ref`.
    pub fn of(files: &Files<'_>, spec: &Spec, entry: &Build) -> Self {
        let given = spec.source.iter().map(|given| Source {
            kind: given.kind.clone(),
            name: given.name.clone(),
            namespace: None,
        });
        let mut own: Vec<Source> = given.chain(builds_it(entry, spec).map(source_of)).collect();
        let declared = || declared(files, spec);
        let known = own.iter().filter_map(|source| {
            // Another cluster may have one of the same name.
            let here = entry.objects.iter().find(|one| source.is(one)).cloned();
            here.or_else(|| declared().find(|one| source.is(one)))
        });
        let known: Vec<Object> = known.collect();
        own.extend(declared().filter(|one| known.iter().any(|known| is_same(known, one))).map(|one| Source {
            kind: one.kind().to_owned(),
            name: one.name().to_owned(),
            namespace: Some(one.home().to_owned()),
        }));
        Self(own)
    }

    /// Whether nothing tells which source it is.
    pub fn is_unknown(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a Kustomization has its folder here. A GitRepository that no file declares is taken for this repository where
    /// nothing tells which one is, since it is there before it; and where it is not even given, its name is told as wrong.
    pub fn is_source_of(&self, files: &Files<'_>, spec: &Spec, kustomization: &Object) -> bool {
        let wanted = source_of(kustomization);
        if self.0.iter().any(|own| own.kind == wanted.kind && own.name == wanted.name && own.is_in(&wanted)) {
            return true;
        }
        let is_there = || declared(files, spec).any(|one| one.kind() == wanted.kind && one.name() == wanted.name);
        let is_given = !self.is_unknown() && spec.is_given(&wanted.kind, &wanted.name);
        wanted.kind == "GitRepository" && !is_given && !is_there()
    }
}

impl Source {
    fn is(&self, object: &Object) -> bool {
        let is_in = self.namespace.as_deref().is_none_or(|namespace| namespace == object.home());
        self.kind == object.kind() && self.name == object.name() && is_in
    }

    fn is_in(&self, other: &Source) -> bool {
        self.namespace.is_none() || self.namespace == other.namespace
    }
}

fn source_of(kustomization: &Object) -> Source {
    let text = |key| kustomization.text(&["spec", "sourceRef", key]);
    let namespace = Some(text("namespace")).filter(|namespace| !namespace.is_empty());
    let namespace = namespace.unwrap_or(kustomization.home()).to_owned();
    Source { kind: text("kind").to_owned(), name: text("name").to_owned(), namespace: Some(namespace) }
}

/// The Kustomization that builds the folder in which it is, and changes what it builds.
pub fn applies(files: &Files<'_>, spec: &Spec, folder: &str) -> Option<Object> {
    let mut builder = Builder::new(files);
    builder.folder(folder);
    likeliest(builder.objects.iter().filter(|one| leads(one).as_deref() == Some(folder)), spec).cloned()
}

/// Of Kustomizations with the same path the one whose source is this repository: that of the suite, the one that Flux's own
/// installation makes, or one of a Git repository.
fn likeliest<'o>(all: impl Iterator<Item = &'o Object>, spec: &Spec) -> Option<&'o Object> {
    let source = |object: &Object, key| object.text(&["spec", "sourceRef", key]).to_owned();
    let is_given = |object: &Object| {
        let is_it = |given: &Given| source(object, "kind") == given.kind && source(object, "name") == given.name;
        spec.source.as_ref().is_some_and(is_it)
    };
    all.min_by_key(|one| (!is_given(one), one.name() != "flux-system", source(one, "kind") != "GitRepository"))
}

/// The folder of a Kustomization.
fn leads(object: &Object) -> Option<String> {
    Some(object).filter(|one| one.is(KUSTOMIZE, "Kustomization")).and_then(|one| join("", one.text(&["spec", "path"])))
}

/// The Kustomization in an entry that builds its folder, or else one above it.
fn builds_it<'o>(entry: &'o Build, spec: &Spec) -> Option<&'o Object> {
    let all = || entry.objects.iter();
    let is_above = |path: &str| !path.is_empty() && entry.folder.starts_with(&format!("{path}/"));
    let exactly = likeliest(all().filter(|object| leads(object).as_deref() == Some(entry.folder.as_str())), spec);
    exactly.or_else(|| likeliest(all().filter(|object| leads(object).as_deref().is_some_and(is_above)), spec))
}

/// Every source that a file declares.
fn declared(files: &Files<'_>, spec: &Spec) -> impl Iterator<Item = Object> {
    let read = files.all.iter().enumerate().filter(|(_, file)| !spec.is_ignored(&file.path));
    let objects = read.flat_map(|(file, _)| files.documents(file).iter().map(move |root| Object::new(file, root)));
    objects.filter(|object| object.group() == SOURCE)
}

fn is_same(one: &Object, other: &Object) -> bool {
    let url = |object: &Object| object.text(&["spec", "url"]).trim_end_matches('/').trim_end_matches(".git").to_owned();
    let of = |object: &'_ Object| object.root.at(&["spec", "ref"]).cloned();
    let is_same_ref = match (of(one), of(other)) {
        (Some(one), Some(other)) => one.is_same_as(&other),
        (one, other) => one.is_none() && other.is_none(),
    };
    one.kind() == other.kind() && !url(one).is_empty() && url(one) == url(other) && is_same_ref
}
