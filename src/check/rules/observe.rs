//! Looks at the declared rules, at those that run, at the series that they read, and at the routes of their alerts.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::declared::Declared;
use super::expression::{self, Selector};
use super::series::{self, Selected};
use super::spec::Spec;
use super::{Observation, Routes, loaded};
use crate::check::identity::Identity;
use crate::check::labels::Labels;
use crate::check::ours;
use crate::check::route::{self, Config};
use crate::check::trouble::Trouble;
use crate::check::uses::Use;
use crate::connect::{Application, Connections, Endpoint, Resource, Scope, resource::NAMESPACES};

/// The operator's objects, v0.66.1.
const VMALERTS: Resource =
    Resource::of("operator.victoriametrics.com", "v1beta1", "VMAlert", "vmalerts", Scope::Namespaced);
const VMRULES: Resource =
    Resource::of("operator.victoriametrics.com", "v1beta1", "VMRule", "vmrules", Scope::Namespaced);

/// Everything that a look uses.
pub(super) fn uses(spec: &Spec) -> Vec<Use> {
    let lists = [&NAMESPACES, &VMALERTS, &VMRULES].map(|known| Use::Api(known.access("list", None)));
    let mut uses: Vec<Use> = lists.into();
    uses.push(Use::reading(&spec.endpoint(), Some(Application::VmAlert)));
    uses.push(Use::reading(&spec.storage, None));
    uses.extend(spec.alertmanager.as_ref().map(|am| Use::reading(am, Some(Application::Alertmanager))));
    uses
}

/// One look.
pub(super) async fn observe(spec: &Spec, connections: &Connections) -> Result<Observation, Trouble> {
    let Some((vmalert, declared)) = declared(spec, connections).await? else { return Ok(Observation::default()) };
    let component = connections.expect(&spec.endpoint(), Application::VmAlert).await?;
    let answers = Identity { component: Some(component.to_string()), ..Identity::of(spec.endpoint().to_string()) };
    let mut instances = Vec::new();
    for pod in connections.pods(&spec.endpoint()).await? {
        instances.push(loaded::instance(connections, &pod).await?);
    }
    let (routes, unrouted) = match &spec.alertmanager {
        Some(endpoint) => match routes(connections, endpoint).await {
            Ok(routes) => (routes, None),
            Err(trouble) => (Vec::new(), Some(trouble)),
        },
        None => (Vec::new(), None),
    };
    let mut selectors = Vec::new();
    for selector in wanted(&declared).values() {
        let found = series::ask(connections, &spec.storage, selector, spec.look_back).await?;
        selectors.push(Selected { selector: selector.text.clone(), found });
    }
    let evaluators = vec![vmalert, answers];
    Ok(Observation { vmalert_exists: true, evaluators, declared, instances, selectors, routes, unrouted })
}

/// The VMAlert, and every VMRule; `None` when there is no such VMAlert.
async fn declared(spec: &Spec, connections: &Connections) -> Result<Option<(Identity, Vec<Declared>)>, Trouble> {
    let vmalerts = connections.list(&VMALERTS, None, "").await?;
    let is_ours = |object: &&Value| {
        object["metadata"]["name"] == *spec.vmalert && object["metadata"]["namespace"] == *spec.namespace
    };
    let (own, others): (Vec<&Value>, Vec<&Value>) = vmalerts.iter().partition(is_ours);
    let Some(vmalert) = own.first() else { return Ok(None) };
    let namespaces = namespaces(connections).await?;
    // What a run makes and takes away again is known by its label: names alone may be those of others.
    let rules = connections.list(&VMRULES, None, &format!("!{}", ours::RUN)).await?;
    let read = rules.into_iter().map(|object| {
        let namespace = namespaces.get(object["metadata"]["namespace"].as_str().unwrap_or_default());
        Declared::read(object, vmalert, &others, namespace).map_err(|error| malformed(&VMRULES, &error))
    });
    Ok(Some((Identity::of_object("VMAlert", vmalert), read.collect::<Result<_, _>>()?)))
}

async fn namespaces(connections: &Connections) -> Result<BTreeMap<String, Labels>, Trouble> {
    let objects = connections.list(&NAMESPACES, None, "").await?.into_iter();
    let named = objects.map(|object| {
        let labels = Option::<Labels>::deserialize(&object["metadata"]["labels"])?;
        Ok((object["metadata"]["name"].as_str().unwrap_or_default().to_owned(), labels.unwrap_or_default()))
    });
    named.collect::<Result<_, serde_json::Error>>().map_err(|error| malformed(&NAMESPACES, &error))
}

fn malformed(known: &Resource, error: &serde_json::Error) -> Trouble {
    Trouble::Malformed { url: format!("list of {}", known.plural), message: error.to_string() }
}

/// Every selector of the rules that are meant to run, once.
fn wanted(declared: &[Declared]) -> BTreeMap<String, Selector> {
    let groups = declared.iter().filter(|vmrule| vmrule.is_meant()).flat_map(|vmrule| &vmrule.groups);
    let rules = groups.filter(|group| group.reads_metrics()).flat_map(|group| &group.rules);
    let selectors = rules.filter_map(|rule| expression::selectors(&rule.expr)).flatten();
    selectors
        .filter(|(_, need)| *need != expression::Need::Nothing)
        .map(|(selector, _)| (selector.text.clone(), selector))
        .collect()
}

async fn routes(connections: &Connections, endpoint: &Endpoint) -> Result<Vec<Routes>, Trouble> {
    connections.expect(endpoint, Application::Alertmanager).await?;
    let mut routes = Vec::new();
    for pod in connections.pods(endpoint).await? {
        let config = Config::read(&route::running(connections, &pod).await?);
        routes.push(Routes { pod: pod.to_string(), config });
    }
    Ok(routes)
}
