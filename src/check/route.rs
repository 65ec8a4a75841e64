//! Where Alertmanager's configuration leads an alert, told before the alert exists (Alertmanager v0.29, dispatch/route.go).
//!
//! An alert may carry labels that are not known beforehand, such as the external labels of vmalert. A matcher on one of
//! these may hold or not; the answer is therefore every receiver that the alert may reach.

mod matcher;
mod resting;
mod running;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::check::yaml;
use matcher::{Holds, Matcher};
pub use resting::Resting;

pub use running::{STATUS, running};

/// The part of a configuration that decides who is told.
#[derive(Debug)]
pub struct Routing {
    root: Route,
    receivers: BTreeMap<String, BTreeMap<String, usize>>,
}

#[derive(Debug)]
struct Route {
    receiver: String,
    matchers: Vec<Matcher>,
    goes_on: bool,
    /// When it tells nobody, though it takes alerts; of its own alone, since children do not have those of their parents.
    resting: Resting,
    routes: Vec<Route>,
}

/// What may be kept of a configuration: who is told is no secret, and how one is told stays out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// The root route, as it is written.
    pub route: Value,
    /// Number of integrations by type (`webhook`, `email`) of every receiver.
    pub receivers: BTreeMap<String, BTreeMap<String, usize>>,
    /// Files of templates that it loads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<String>,
}

/// What an Alertmanager shows of its configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Config {
    /// Its routes and receivers. How a receiver tells somebody is not kept: addresses may be secrets.
    Shown(Shown),
    /// It cannot be read, and why.
    Unreadable(String),
}

impl Config {
    /// Reads the configuration that Alertmanager shows in `/api/v2/status`.
    pub fn read(config: &str) -> Self {
        Shown::read(config).map_or_else(Self::Unreadable, Self::Shown)
    }

    /// Its routes and receivers, where they can be read.
    pub fn shown(&self) -> Option<&Shown> {
        match self {
            Self::Shown(shown) => Some(shown),
            Self::Unreadable(_) => None,
        }
    }
}

#[derive(Deserialize)]
struct Whole {
    #[serde(default)]
    route: Value,
    #[serde(default)]
    receivers: Vec<Map<String, Value>>,
    #[serde(default)]
    templates: Option<Vec<String>>,
}

/// A route as it is written.
#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    receiver: Option<String>,
    #[serde(default)]
    r#match: Option<BTreeMap<String, String>>,
    #[serde(default)]
    match_re: Option<BTreeMap<String, String>>,
    #[serde(default)]
    matchers: Option<Vec<String>>,
    #[serde(default)]
    r#continue: bool,
    #[serde(flatten)]
    resting: Resting,
    #[serde(default)]
    routes: Option<Vec<Written>>,
}

impl Shown {
    /// Reads the configuration that Alertmanager shows in `/api/v2/status`.
    ///
    /// # Errors
    /// It is no YAML, or no configuration.
    pub fn read(config: &str) -> Result<Self, String> {
        let config: Value = yaml::parse(config)?;
        let config: Whole = serde_json::from_value(config).map_err(|error| error.to_string())?;
        let receivers = config.receivers.iter().filter_map(|receiver| {
            let name = receiver.get("name")?.as_str()?.to_owned();
            Some((name, integrations(receiver)))
        });
        let templates = config.templates.unwrap_or_default();
        Ok(Self { receivers: receivers.collect(), route: config.route, templates })
    }
}

impl Routing {
    /// Reads the configuration that Alertmanager shows in `/api/v2/status`.
    ///
    /// # Errors
    /// Says what cannot be read: a matcher that is misread could lead an alert to the wrong people.
    pub fn read(config: &str) -> Result<Self, String> {
        Self::of(&Shown::read(config)?)
    }

    /// The routes of a configuration that was kept; the same errors.
    pub fn of(shown: &Shown) -> Result<Self, String> {
        let route = Option::<Written>::deserialize(&shown.route).map_err(|error| error.to_string())?;
        let root = Route::read(route.ok_or("it has no route")?, "")?;
        if root.receiver.is_empty() {
            return Err("its root route has no receiver".to_owned());
        }
        Ok(Self { root, receivers: shown.receivers.clone() })
    }

    /// Every receiver that some route names.
    pub fn receivers_in_use(&self) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        self.root.name_receivers(&mut found);
        found
    }

    /// Every receiver that an alert with these labels, and perhaps others, may reach.
    pub fn receivers_of(&self, labels: &BTreeMap<String, String>) -> BTreeSet<&str> {
        self.reached(labels).into_iter().map(|route| route.receiver.as_str()).collect()
    }

    /// The receivers that such an alert may reach on a route that rests at times, and when it does.
    pub fn resting_of(&self, labels: &BTreeMap<String, String>) -> BTreeSet<(&str, &Resting)> {
        let rests = self.reached(labels).into_iter().filter(|route| !route.resting.is_never());
        rests.map(|route| (route.receiver.as_str(), &route.resting)).collect()
    }

    fn reached(&self, labels: &BTreeMap<String, String>) -> Vec<&Route> {
        let mut found = Vec::new();
        self.root.collect(labels, &mut found);
        found
    }

    /// Number of integrations of a receiver by type (`webhook`, `email`); `None` when there is no such receiver.
    pub fn integrations_of(&self, receiver: &str) -> Option<&BTreeMap<String, usize>> {
        self.receivers.get(receiver)
    }
}

/// A receiver's integrations are its lists called `<type>_configs`.
fn integrations(receiver: &Map<String, Value>) -> BTreeMap<String, usize> {
    let lists = receiver.iter().filter_map(|(key, list)| Some((key.strip_suffix("_configs")?, list.as_array()?.len())));
    lists.filter(|(_, count)| *count > 0).map(|(kind, count)| (kind.to_owned(), count)).collect()
}

impl Route {
    /// A route without a receiver has its parent's.
    fn read(written: Written, parent: &str) -> Result<Self, String> {
        let receiver = written.receiver.filter(|receiver| !receiver.is_empty()).unwrap_or_else(|| parent.to_owned());
        let mut matchers = Vec::new();
        for (name, value) in written.r#match.unwrap_or_default() {
            matchers.push(Matcher::equal(&name, &value));
        }
        for (name, pattern) in written.match_re.unwrap_or_default() {
            matchers.push(Matcher::pattern(&name, &pattern)?);
        }
        for line in written.matchers.unwrap_or_default() {
            matchers.extend(matcher::parse(&line)?);
        }
        let routes = written.routes.unwrap_or_default().into_iter().map(|route| Self::read(route, &receiver));
        let routes = routes.collect::<Result<_, _>>()?;
        Ok(Self { receiver, matchers, goes_on: written.r#continue, resting: written.resting, routes })
    }

    fn name_receivers<'a>(&'a self, found: &mut BTreeSet<&'a str>) {
        found.insert(&self.receiver);
        self.routes.iter().for_each(|route| route.name_receivers(found));
    }

    /// Depth first, left to right: a child that matches ends the search unless it says `continue`; without one that
    /// matches, the route itself counts.
    fn collect<'a>(&'a self, labels: &BTreeMap<String, String>, found: &mut Vec<&'a Self>) -> Holds {
        let holds = Holds::all(self.matchers.iter().map(|matcher| matcher.holds(labels)));
        if holds == Holds::No {
            return holds;
        }
        let mut taken = false;
        for route in &self.routes {
            if route.collect(labels, found) == Holds::Yes {
                taken = true;
                if !route.goes_on {
                    break;
                }
            }
        }
        if !taken {
            found.push(self);
        }
        holds
    }
}

#[cfg(test)]
mod tests;
