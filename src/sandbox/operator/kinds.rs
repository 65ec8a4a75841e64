//! The kinds of objects that the operator acts on, as a table.

use kube::core::{ApiResource, GroupVersionKind};

/// API group of all VM objects.
pub const GROUP: &str = "operator.victoriametrics.com";
/// Version of the kinds that are acted on here.
pub const VERSION: &str = "v1beta1";
/// The finalizer on application objects and on everything made for them.
pub const FINALIZER: &str = "apps.victoriametrics.com/finalizer";

/// An application: an object that becomes a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum App {
    /// VMSingle: storage.
    Single,
    /// VMAgent: scraping.
    Agent,
    /// VMAlert: rules.
    Alert,
    /// VMAlertmanager: notifications.
    Alertmanager,
}

impl App {
    /// All applications. Agents come last: their first pass then already finds the self-scrapes of the others.
    pub const ALL: [App; 4] = [App::Single, App::Alertmanager, App::Alert, App::Agent];

    /// Kind, as in `kind: VMSingle`.
    pub fn kind(self) -> &'static str {
        match self {
            App::Single => "VMSingle",
            App::Agent => "VMAgent",
            App::Alert => "VMAlert",
            App::Alertmanager => "VMAlertmanager",
        }
    }

    /// Lower-case kind: prefix of generated names, controller name in metrics, parent kind in conditions.
    pub fn prefix(self) -> &'static str {
        match self {
            App::Single => "vmsingle",
            App::Agent => "vmagent",
            App::Alert => "vmalert",
            App::Alertmanager => "vmalertmanager",
        }
    }

    /// How the API serves it.
    pub fn resource(self) -> ApiResource {
        resource(self.kind())
    }

    /// The application of a kind, if it is one.
    pub fn of_kind(kind: &str) -> Option<App> {
        App::ALL.into_iter().find(|app| app.kind() == kind)
    }
}

/// A scrape object: part of a VMAgent's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scrape {
    /// VMServiceScrape.
    Service,
    /// VMPodScrape.
    Pod,
    /// VMProbe.
    Probe,
    /// VMNodeScrape.
    Node,
    /// VMStaticScrape.
    Static,
    /// VMScrapeConfig.
    Config,
}

impl Scrape {
    /// All of them in the order in which their jobs stand in the configuration.
    pub const ALL: [Scrape; 6] =
        [Scrape::Service, Scrape::Pod, Scrape::Probe, Scrape::Node, Scrape::Static, Scrape::Config];

    /// Kind, as in `kind: VMPodScrape`.
    pub fn kind(self) -> &'static str {
        match self {
            Scrape::Service => "VMServiceScrape",
            Scrape::Pod => "VMPodScrape",
            Scrape::Probe => "VMProbe",
            Scrape::Node => "VMNodeScrape",
            Scrape::Static => "VMStaticScrape",
            Scrape::Config => "VMScrapeConfig",
        }
    }

    /// Field of the VMAgent that selects them by label; its namespace twin ends in `NamespaceSelector`.
    pub fn selector(self) -> &'static str {
        match self {
            Scrape::Service => "serviceScrapeSelector",
            Scrape::Pod => "podScrapeSelector",
            Scrape::Probe => "probeSelector",
            Scrape::Node => "nodeScrapeSelector",
            Scrape::Static => "staticScrapeSelector",
            Scrape::Config => "scrapeConfigSelector",
        }
    }
}

/// A child: an object that becomes part of a parent's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Child {
    /// VMRule, a child of VMAlert.
    Rule,
    /// A child of VMAgent.
    Scrape(Scrape),
}

impl Child {
    /// Kind, as in `kind: VMRule`.
    pub fn kind(self) -> &'static str {
        match self {
            Child::Rule => "VMRule",
            Child::Scrape(scrape) => scrape.kind(),
        }
    }

    /// The application that it configures.
    pub fn parent(self) -> App {
        match self {
            Child::Rule => App::Alert,
            Child::Scrape(_) => App::Agent,
        }
    }

    /// Field of the parent that selects it by label.
    pub fn selector(self) -> &'static str {
        match self {
            Child::Rule => "ruleSelector",
            Child::Scrape(scrape) => scrape.selector(),
        }
    }

    /// All children.
    pub fn all() -> impl Iterator<Item = Child> {
        std::iter::once(Child::Rule).chain(Scrape::ALL.into_iter().map(Child::Scrape))
    }
}

/// How the API serves a VM kind of `v1beta1`: the plural is the lower-case kind and an `s`.
pub fn resource(kind: &str) -> ApiResource {
    let plural = format!("{}s", kind.to_lowercase());
    ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(GROUP, VERSION, kind), &plural)
}
