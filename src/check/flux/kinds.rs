//! The kinds of Flux that are read, in the versions that Flux 2.7 serves and stores.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::connect::{Resource, Scope};

/// A kind of Flux whose objects can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Target {
    /// `kustomize.toolkit.fluxcd.io/v1`.
    Kustomization,
    /// `helm.toolkit.fluxcd.io/v2`.
    HelmRelease,
    /// `source.toolkit.fluxcd.io/v1`.
    GitRepository,
    /// `source.toolkit.fluxcd.io/v1`.
    OCIRepository,
    /// `source.toolkit.fluxcd.io/v1`.
    HelmRepository,
    /// `source.toolkit.fluxcd.io/v1`.
    HelmChart,
    /// `source.toolkit.fluxcd.io/v1`.
    Bucket,
}

const SOURCE: &str = "source.toolkit.fluxcd.io";

impl Target {
    /// The kind as manifests have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kustomization => "Kustomization",
            Self::HelmRelease => "HelmRelease",
            Self::GitRepository => "GitRepository",
            Self::OCIRepository => "OCIRepository",
            Self::HelmRepository => "HelmRepository",
            Self::HelmChart => "HelmChart",
            Self::Bucket => "Bucket",
        }
    }

    /// Where the API serves it.
    pub(super) fn resource(self) -> Resource {
        let (group, version, plural) = match self {
            Self::Kustomization => ("kustomize.toolkit.fluxcd.io", "v1", "kustomizations"),
            Self::HelmRelease => ("helm.toolkit.fluxcd.io", "v2", "helmreleases"),
            Self::GitRepository => (SOURCE, "v1", "gitrepositories"),
            Self::OCIRepository => (SOURCE, "v1", "ocirepositories"),
            Self::HelmRepository => (SOURCE, "v1", "helmrepositories"),
            Self::HelmChart => (SOURCE, "v1", "helmcharts"),
            Self::Bucket => (SOURCE, "v1", "buckets"),
        };
        Resource::of(group, version, self.name(), plural, Scope::Namespaced)
    }

    /// Itself, what its objects may wait for, and what may apply them.
    pub(super) fn related(self) -> &'static [Self] {
        match self {
            Self::Kustomization => &[Self::Kustomization, Self::GitRepository, Self::OCIRepository, Self::Bucket],
            Self::HelmRelease => &[
                Self::HelmRelease,
                Self::Kustomization,
                Self::HelmChart,
                Self::HelmRepository,
                Self::OCIRepository,
                Self::GitRepository,
                Self::Bucket,
            ],
            Self::HelmChart => &[Self::HelmChart, Self::HelmRepository, Self::GitRepository, Self::Bucket],
            Self::GitRepository => &[Self::GitRepository],
            Self::OCIRepository => &[Self::OCIRepository],
            Self::HelmRepository => &[Self::HelmRepository],
            Self::Bucket => &[Self::Bucket],
        }
    }

    /// Whether it holds an artifact that others apply.
    pub(super) fn is_source(self) -> bool {
        !matches!(self, Self::Kustomization | Self::HelmRelease)
    }
}
