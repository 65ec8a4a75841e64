//! What a sandbox is made of.

use std::ffi::OsString;
use std::path::PathBuf;

/// What a sandbox is made of; the same for `up`, `serve` and the library.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Options {
    /// A folder that holds the programs to run (victoria-metrics, vmagent, vmalert, alertmanager, node_exporter)
    #[arg(long, value_name = "DIR")]
    pub binaries: Option<PathBuf>,
    /// Run this VictoriaMetrics version instead of the story's, e.g. v1.140.0
    #[arg(long, value_name = "VERSION")]
    pub vm_version: Option<String>,
    /// What is deployed: `done-right`, or the story's manifests `as-written`
    #[arg(long, value_name = "NAME", default_value = "done-right")]
    pub scenario: String,
    /// How many nodes there are
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=6))]
    pub nodes: u8,
    /// The `signoff` executable that serves; the running one if absent. Test binaries must name it.
    #[arg(skip)]
    pub launcher: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { binaries: None, vm_version: None, scenario: "done-right".into(), nodes: 2, launcher: None }
    }
}

impl Options {
    /// The arguments of `signoff` that serve this sandbox.
    pub fn serve_args(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> = vec!["sandbox".into(), "serve".into()];
        args.extend(["--scenario".into(), self.scenario.clone().into()]);
        args.extend(["--nodes".into(), self.nodes.to_string().into()]);
        if let Some(folder) = &self.binaries {
            args.extend(["--binaries".into(), folder.clone().into_os_string()]);
        }
        if let Some(version) = &self.vm_version {
            args.extend(["--vm-version".into(), version.into()]);
        }
        args
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    #[test]
    fn serve_understands_what_up_passes_on() {
        let options = Options {
            binaries: Some("/opt/vm".into()),
            vm_version: Some("v1.140.0".into()),
            scenario: "x".into(),
            nodes: 3,
            launcher: None,
        };
        let args = options.serve_args();
        assert_eq!(args[..2], ["sandbox", "serve"]);
        assert_eq!(Line::try_parse_from(&args[1..]).unwrap().options, options);
        assert_eq!(Line::try_parse_from(&Options::default().serve_args()[1..]).unwrap().options, Options::default());
    }
}
