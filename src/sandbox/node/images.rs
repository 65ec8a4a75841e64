//! Which program stands for which image, and how a pull fails.

use crate::sandbox::binaries::Program;

/// What a container really runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runnable {
    /// A third-party program.
    Program(Program),
    /// A verb of this executable that stands in for a program that cannot be had.
    Verb(Verb),
    /// What the container's `command` names, from this machine: a shell, for pods that only play a part.
    Command,
}

/// The stand-ins, each a hidden verb of `signoff sandbox`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// The VictoriaMetrics operator.
    Operator,
    /// The operator's config-reloader side-car.
    ConfigReloader,
    /// kube-state-metrics; the real one is preferred where it is in `PATH`.
    KubeStateMetrics,
    /// Metrics of the platform's other components.
    Exporter,
}

impl Verb {
    /// Its name on the command line.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::ConfigReloader => "config-reloader",
            Self::KubeStateMetrics => "kube-state-metrics",
            Self::Exporter => "exporter",
        }
    }
}

/// An image reference in its parts.
struct Image<'a> {
    /// With the default registry and `library/` filled in, as containerd prints it.
    repository: String,
    tag: &'a str,
    digest: bool,
}

impl<'a> Image<'a> {
    fn parse(image: &'a str) -> Self {
        let (named, digest) = match image.split_once('@') {
            Some((named, _)) => (named, true),
            None => (image, false),
        };
        let slash = named.rfind('/').map_or(0, |at| at + 1);
        let (path, tag) = match named[slash..].rfind(':') {
            Some(colon) => (&named[..slash + colon], &named[slash + colon + 1..]),
            None => (named, "latest"),
        };
        let has_registry = path
            .split_once('/')
            .is_some_and(|(first, _)| first.contains('.') || first.contains(':') || first == "localhost");
        let repository = match (has_registry, path.contains('/')) {
            (true, _) => path.to_owned(),
            (false, true) => format!("docker.io/{path}"),
            (false, false) => format!("docker.io/library/{path}"),
        };
        Self { repository, tag, digest }
    }

    fn ends_with(&self, name: &str) -> bool {
        self.repository.ends_with(&format!("/{name}"))
    }
}

/// The image with its registry, as `containerStatuses[].image` shows it.
pub(super) fn full_name(image: &str) -> String {
    let parsed = Image::parse(image);
    format!("{}:{}", parsed.repository, parsed.tag)
}

/// What to run for an image; else the container runtime's error text.
pub(super) fn resolve(image: &str) -> Result<Runnable, String> {
    let parsed = Image::parse(image);
    runnable(&parsed).ok_or_else(|| {
        let name = full_name(image);
        format!(
            "rpc error: code = NotFound desc = failed to pull and unpack image \"{name}\": \
             failed to resolve reference \"{name}\": {name}: not found"
        )
    })
}

fn runnable(image: &Image<'_>) -> Option<Runnable> {
    let reloader = image.tag.strip_prefix("config-reloader-");
    if !image.digest && !looks_like_version(reloader.unwrap_or(image.tag)) {
        return None;
    }
    if image.ends_with("victoriametrics/operator") {
        let verb = reloader.map_or(Verb::Operator, |_| Verb::ConfigReloader);
        return Some(Runnable::Verb(verb));
    }
    let table = [
        ("victoriametrics/victoria-metrics", Runnable::Program(Program::VictoriaMetrics)),
        ("victoriametrics/vmagent", Runnable::Program(Program::Vmagent)),
        ("victoriametrics/vmalert", Runnable::Program(Program::Vmalert)),
        ("prom/alertmanager", Runnable::Program(Program::Alertmanager)),
        ("prometheus/alertmanager", Runnable::Program(Program::Alertmanager)),
        ("prom/node-exporter", Runnable::Program(Program::NodeExporter)),
        ("prometheus/node-exporter", Runnable::Program(Program::NodeExporter)),
        ("kube-state-metrics/kube-state-metrics", Runnable::Verb(Verb::KubeStateMetrics)),
        ("localhost/signoff-exporter", Runnable::Verb(Verb::Exporter)),
        ("localhost/busybox", Runnable::Command),
    ];
    table
        .into_iter()
        .find_map(|(name, runnable)| (image.ends_with(name) || image.repository == name).then_some(runnable))
}

/// `v1.131.0`, `0.29.0`, `v1.131.0-cluster`, `latest`; not `does-not-exist` nor `v1.131.0-nosuch`.
fn looks_like_version(tag: &str) -> bool {
    let (version, variant) = tag.split_once('-').unwrap_or((tag, ""));
    let known_variant = ["", "cluster", "enterprise", "scratch"].contains(&variant);
    let numbers = version.strip_prefix('v').unwrap_or(version);
    let numeric = !numbers.is_empty()
        && numbers.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    tag == "latest" || (numeric && known_variant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_registry_and_any_version_give_the_same_program() {
        for image in [
            "victoriametrics/vmagent:v1.131.0",
            "docker.io/victoriametrics/vmagent:v1.99.9",
            "registry.example.com:5000/mirror/victoriametrics/vmagent",
            "victoriametrics/vmagent:v1.131.0@sha256:00ff",
        ] {
            assert_eq!(resolve(image), Ok(Runnable::Program(Program::Vmagent)), "{image}");
        }
    }

    #[test]
    fn the_operator_image_holds_the_reloader_under_another_tag() {
        let resolve = |tag: &str| resolve(&format!("victoriametrics/operator:{tag}"));
        assert_eq!(resolve("v0.66.1"), Ok(Runnable::Verb(Verb::Operator)));
        let reloader = Ok(Runnable::Verb(Verb::ConfigReloader));
        assert_eq!(resolve("config-reloader-v0.66.1"), reloader);
        assert!(resolve("config-reloader-nope").is_err());
    }

    #[test]
    fn a_tag_that_is_no_version_is_not_found_in_the_registry() {
        for tag in ["does-not-exist", "v1.131.0-nosuch", "v1..2", "v"] {
            let error = resolve(&format!("victoriametrics/vmagent:{tag}")).unwrap_err();
            let name = format!("docker.io/victoriametrics/vmagent:{tag}");
            assert!(error.ends_with(&format!("{name}: not found")), "{error}");
        }
        assert!(resolve("nginx:1.27").is_err());
    }

    #[test]
    fn an_image_with_a_shell_runs_its_command() {
        assert_eq!(resolve("localhost/busybox:1"), Ok(Runnable::Command));
        assert!(resolve("localhost/busybox:nosuch").is_err());
        assert!(resolve("localhost/contract-nosuch:1").is_err());
    }

    #[test]
    fn the_default_registry_is_filled_in() {
        assert_eq!(full_name("nginx"), "docker.io/library/nginx:latest");
        assert_eq!(full_name("localhost/signoff-exporter:v1"), "localhost/signoff-exporter:v1");
    }
}
