//! The programs that are run as they are, with their pinned versions and where they can be had.

/// A third-party program that a container runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Program {
    /// Single-node VictoriaMetrics.
    VictoriaMetrics,
    /// Scrapes targets and writes to storage.
    Vmagent,
    /// Evaluates rules.
    Vmalert,
    /// Prometheus Alertmanager.
    Alertmanager,
    /// Prometheus node exporter.
    NodeExporter,
}

const VM_MODULE: &str = "github.com/VictoriaMetrics/VictoriaMetrics";

impl Program {
    /// Every program, cheapest dependants last.
    pub const ALL: [Self; 5] =
        [Self::VictoriaMetrics, Self::Vmagent, Self::Vmalert, Self::Alertmanager, Self::NodeExporter];

    /// The executable's name as `go install` makes it.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::VictoriaMetrics => "victoria-metrics",
            Self::Vmagent => "vmagent",
            Self::Vmalert => "vmalert",
            Self::Alertmanager => "alertmanager",
            Self::NodeExporter => "node_exporter",
        }
    }

    /// Is it one of VictoriaMetrics' own, which share one version?
    #[must_use]
    pub const fn is_victoria_metrics(self) -> bool {
        matches!(self, Self::VictoriaMetrics | Self::Vmagent | Self::Vmalert)
    }

    /// The version that is wanted: `vm_version` replaces the pinned one of VictoriaMetrics' own programs.
    #[must_use]
    pub fn wanted_version(self, vm_version: Option<&str>) -> String {
        match self {
            Self::Alertmanager => "v0.29.0".to_owned(),
            Self::NodeExporter => "v1.9.1".to_owned(),
            _ => with_v(vm_version.unwrap_or("v1.131.0")),
        }
    }

    /// The Go package of its `main`.
    #[must_use]
    pub fn go_package(self) -> String {
        match self {
            Self::Alertmanager => "github.com/prometheus/alertmanager/cmd/alertmanager".to_owned(),
            Self::NodeExporter => "github.com/prometheus/node_exporter".to_owned(),
            _ => format!("{VM_MODULE}/app/{}", self.file_name()),
        }
    }

    /// Linker flags that stamp the version, without which the program cannot tell it.
    ///
    /// VictoriaMetrics v1.131.0, lib/buildinfo and lib/appmetrics: `short_version` is the part after `-tags-`.
    #[must_use]
    pub fn go_ldflags(self, version: &str) -> String {
        if self.is_victoria_metrics() {
            let name = self.file_name();
            format!("-X {VM_MODULE}/lib/buildinfo.Version={name}-20251128-000000-tags-{version}-0-g0000000")
        } else {
            let bare = version.trim_start_matches('v');
            format!("-X github.com/prometheus/common/version.Version={bare}")
        }
    }

    /// The Debian package, and the file in it.
    #[must_use]
    pub const fn debian(self) -> (&'static str, &'static str) {
        match self {
            Self::VictoriaMetrics => ("victoria-metrics", "usr/bin/victoria-metrics"),
            Self::Vmagent => ("victoria-metrics", "usr/bin/vmagent"),
            Self::Vmalert => ("victoria-metrics", "usr/bin/vmalert"),
            Self::Alertmanager => ("prometheus-alertmanager", "usr/bin/prometheus-alertmanager"),
            Self::NodeExporter => ("prometheus-node-exporter", "usr/bin/prometheus-node-exporter"),
        }
    }

    /// Reads the version out of what the program prints for `--version`; `None` when it tells none (Debian's builds).
    #[must_use]
    pub fn parse_version(self, output: &str) -> Option<String> {
        let word = if self.is_victoria_metrics() {
            output.split("-tags-").nth(1)?.split('-').next()?
        } else {
            output.split("version ").nth(1)?.split_whitespace().next()?
        };
        let bare = word.trim_start_matches('v');
        bare.starts_with(|c: char| c.is_ascii_digit()).then(|| with_v(bare.trim()))
    }
}

fn with_v(version: &str) -> String {
    format!("v{}", version.trim_start_matches('v'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_each_program_prints() {
        let vm = "vmagent-20251128-101112-tags-v1.131.0-0-gabcdef";
        assert_eq!(Program::Vmagent.parse_version(vm).as_deref(), Some("v1.131.0"));
        let am = "alertmanager, version 0.29.0 (branch: HEAD, revision: 1)";
        assert_eq!(Program::Alertmanager.parse_version(am).as_deref(), Some("v0.29.0"));
    }

    #[test]
    fn a_program_that_tells_no_version_has_none() {
        assert_eq!(Program::VictoriaMetrics.parse_version("\n"), None);
        let unstamped = "node_exporter, version  (branch: , revision: unknown)";
        assert_eq!(Program::NodeExporter.parse_version(unstamped), None);
    }

    #[test]
    fn another_version_replaces_only_that_of_victoria_metrics() {
        assert_eq!(Program::Vmalert.wanted_version(Some("1.140.0")), "v1.140.0");
        assert_eq!(Program::NodeExporter.wanted_version(Some("1.140.0")), "v1.9.1");
    }
}
