//! Which program answers at an address, told by the series that only it exports.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Connections, Endpoint, PodAddress, Request, message};
use crate::check::exposition;
use crate::check::trouble::Trouble;

/// A program that checks can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Application {
    /// VictoriaMetrics in one process.
    VmSingle,
    /// The agent that scrapes.
    VmAgent,
    /// The evaluator of rules.
    VmAlert,
    /// Prometheus Alertmanager.
    Alertmanager,
}

/// What answers at an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Which program; `None` for anything unknown.
    pub application: Option<Application>,
    /// Its version, where it was built with one: `v1.131.0`.
    pub version: Option<String>,
}

/// A series that only one program exports. Versions alone would not do: programs built from a module have none.
const SIGNATURES: [(&str, Application); 4] = [
    ("alertmanager_build_info{", Application::Alertmanager),
    ("vmalert_config_last_reload_successful", Application::VmAlert),
    ("vmagent_rows_inserted_total{", Application::VmAgent),
    ("vm_data_size_bytes{type=\"indexdb/file\"}", Application::VmSingle),
];

impl Connections {
    /// Asks what answers behind a Service. The answer is kept for a few seconds per pod.
    pub async fn identify(&self, endpoint: &Endpoint) -> Result<Component, Trouble> {
        let address = self.first(endpoint).await?;
        self.identify_pod(&address).await
    }

    /// Asks what answers at one certain pod.
    pub async fn identify_pod(&self, address: &PodAddress) -> Result<Component, Trouble> {
        if let Some(known) = self.inner.identified.get(address) {
            return Ok(known);
        }
        let reply = self.send_to_pod(address, Request::get("/metrics")).await?;
        let page = match reply.status {
            200 => String::from_utf8_lossy(&reply.body),
            // No such page: some other program.
            400 | 404 => "".into(),
            status => {
                let body = message::start_of(&reply.body);
                return Err(Trouble::Refused { url: "/metrics".to_owned(), status, body });
            }
        };
        let component = Component::of(&page);
        if component.application.is_some() {
            self.inner.identified.put(address.clone(), component.clone());
        }
        Ok(component)
    }

    /// Asks what answers behind a Service, and makes anything else than `expected` a trouble.
    pub async fn expect(&self, endpoint: &Endpoint, expected: Application) -> Result<Component, Trouble> {
        let component = self.identify(endpoint).await?;
        if component.application == Some(expected) {
            return Ok(component);
        }
        Err(Trouble::WrongComponent {
            service: endpoint.to_string(),
            expected: expected.to_string(),
            answered: component.to_string(),
        })
    }
}

impl Component {
    /// Reads the page of metrics. A vmstorage of a cluster also has the sizes of storage, but serves a vminsert.
    fn of(page: &str) -> Self {
        let has = |start: &str| page.lines().any(|line| line.starts_with(start));
        let application = SIGNATURES.iter().find(|(series, _)| has(series)).map(|(_, application)| *application);
        let application = application.filter(|_| !has("vm_vminsert_conns"));
        let version = |metric, label| {
            let mut samples = exposition::samples(page, metric);
            samples.next()?.labels.remove(label).filter(|version: &String| !version.is_empty())
        };
        let version = match application {
            Some(Application::Alertmanager) => version("alertmanager_build_info", "version"),
            _ => version("vm_app_version", "short_version"),
        };
        Self { application, version }
    }
}

impl fmt::Display for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::VmSingle => "vmsingle",
            Self::VmAgent => "vmagent",
            Self::VmAlert => "vmalert",
            Self::Alertmanager => "alertmanager",
        })
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.application, &self.version) {
            (None, _) => f.write_str("something whose /metrics fit no known component"),
            (Some(application), None) => write!(f, "{application} of unknown version"),
            (Some(application), Some(version)) => write!(f, "{application} {version}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_is_told_by_its_own_series() {
        let agent = "vm_app_version{version=\"vmagent-20251128-tags-v1.131.0\", short_version=\"v1.131.0\"} 1\n\
            vmagent_rows_inserted_total{type=\"prometheus\"} 0\nvm_promscrape_targets{type=\"static\", status=\"up\"} 1\n";
        let agent = Component::of(agent);
        assert_eq!((agent.application, agent.version.as_deref()), (Some(Application::VmAgent), Some("v1.131.0")));
        let alertmanager = Component::of("alertmanager_build_info{branch=\"HEAD\",version=\"0.29.0\"} 1\n");
        assert_eq!(alertmanager.to_string(), "alertmanager 0.29.0");
        let alert = Component::of("vmalert_config_last_reload_successful 1\n");
        assert_eq!(alert.application, Some(Application::VmAlert));
    }

    #[test]
    fn a_build_without_a_version_is_still_known_by_its_series() {
        let page = "vm_app_version{version=\"\", short_version=\"\"} 1\nvm_data_size_bytes{type=\"indexdb/file\"} 0\n";
        let single = Component::of(page);
        assert_eq!((single.application, single.version), (Some(Application::VmSingle), None));
    }

    #[test]
    fn storage_of_a_cluster_and_foreign_pages_are_unknown() {
        let storage = "vm_data_size_bytes{type=\"indexdb/file\"} 0\nvm_vminsert_conns{addr=\":8400\"} 1\n";
        assert_eq!(Component::of(storage).application, None);
        assert_eq!(Component::of("").to_string(), "something whose /metrics fit no known component");
    }
}
