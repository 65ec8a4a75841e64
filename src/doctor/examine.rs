//! Asks everything, some of it at a time, and each question with a limit of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::{StreamExt, stream};
use tokio::time::timeout;

use super::round_trip::round_trip;
use super::{Answer, Checkout, Checkup};
use crate::check::access::Access;
use crate::check::trouble::Trouble;
use crate::check::uses::{Reach, Use};
use crate::connect::{Application, Component, Connections, Endpoint};
use crate::plan::Plan;
use crate::rbac;

/// The longest that one question may take; the API server is given 10 s a request, and a component takes several.
const LIMIT: Duration = Duration::from_secs(20);
/// Questions at a time.
const AT_ONCE: usize = 8;

/// Examines what the checks that run use.
///
/// # Errors
/// An API server that does not even tell its version is asked nothing else.
pub async fn examine(plan: &Plan, connections: &Connections) -> Result<Checkup, Trouble> {
    let checkout = checkout(plan, connections);
    if !plan.needs_cluster() {
        return Ok(Checkup { checkout, ..Checkup::default() });
    }
    connections.read("/version", Access::new("get", "", "version")).await?;
    let components = stream::iter(components(plan)).map(async |(endpoint, application)| {
        let found = limited(&endpoint.to_string(), answers(connections, &endpoint, application)).await;
        (endpoint, found)
    });
    // First, since it shows the ways that the permissions depend on.
    let components: Vec<_> = components.buffered(AT_ONCE).collect().await;
    let components = with_round_trips(connections, components).await;
    let permissions = rbac::permissions(plan, |endpoint| connections.via(endpoint));
    let permissions = stream::iter(permissions).map(async |permission| {
        let found = limited(&permission.access.to_string(), connections.may(&permission.access)).await;
        (permission, found)
    });
    let permissions: Vec<_> = permissions.buffered(AT_ONCE).collect().await;
    let accesses = permissions.iter().map(|(permission, _)| permission.access.clone());
    let resources = resources(connections, accesses.collect()).await;
    Ok(Checkup { resources, components, permissions, ways: connections.new_ways(), checkout })
}

fn checkout(plan: &Plan, connections: &Connections) -> Checkout {
    let mut uses = plan.running().flat_map(|check| check.expectation.uses());
    match connections.repository() {
        _ if !uses.any(|one| one == Use::Checkout) => Checkout::Unused,
        Some(folder) => Checkout::Given(folder.display().to_string()),
        None => Checkout::Missing,
    }
}

/// One after the other: they would measure each other.
async fn with_round_trips(
    connections: &Connections,
    components: Vec<(Endpoint, Result<Component, Trouble>)>,
) -> Vec<(Endpoint, Result<Answer, Trouble>)> {
    let mut found = Vec::new();
    for (endpoint, component) in components {
        let answer = match component {
            Ok(component) => {
                let asked = round_trip(connections, &endpoint, component.application);
                Ok(Answer { round_trip: limited(&endpoint.to_string(), asked).await.ok(), component })
            }
            Err(trouble) => Err(trouble),
        };
        found.push((endpoint, answer));
    }
    found
}

async fn limited<T>(to: &str, question: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    let late = Trouble::TimedOut { to: to.to_owned(), seconds: LIMIT.as_secs_f64() };
    timeout(LIMIT, question).await.unwrap_or(Err(late))
}

async fn answers(
    connections: &Connections,
    endpoint: &Endpoint,
    application: Option<Application>,
) -> Result<Component, Trouble> {
    match application {
        Some(application) => connections.expect(endpoint, application).await,
        None => connections.identify(endpoint).await,
    }
}

/// Each component once: a check that takes any program does not ask again what another one asks for by name.
fn components(plan: &Plan) -> Vec<(Endpoint, Option<Application>)> {
    let mut found: Vec<(Endpoint, Option<Application>)> = Vec::new();
    let uses = plan.running().flat_map(|check| check.expectation.uses());
    let reaches = uses.filter_map(|one| match one {
        Use::Component(Reach { endpoint, application, .. }) => Some((endpoint, application)),
        Use::Api(_) | Use::Checkout => None,
    });
    for (endpoint, application) in reaches {
        let known = found.iter_mut().find(|(other, wanted)| {
            *other == endpoint && (*wanted == application || wanted.is_none() || application.is_none())
        });
        match known {
            Some((_, wanted)) => *wanted = wanted.or(application),
            None => found.push((endpoint, application)),
        }
    }
    found.sort_by_key(|(endpoint, _)| endpoint.to_string());
    found
}

/// Whether each resource is served; subresources come with theirs.
async fn resources(connections: &Connections, accesses: Vec<Access>) -> Vec<(Access, Result<bool, Trouble>)> {
    let mut groups: BTreeMap<String, BTreeMap<String, Access>> = BTreeMap::new();
    for access in accesses.into_iter().filter(|access| !access.resource.contains('/')) {
        groups.entry(access.group.clone()).or_default().entry(access.resource.clone()).or_insert(access);
    }
    let mut found = Vec::new();
    for (group, accesses) in groups {
        let served: Result<BTreeSet<String>, Trouble> = limited(&group, connections.served(&group)).await;
        found.extend(accesses.into_iter().map(|(resource, access)| {
            let is_served = served.as_ref().map(|names| names.contains(&resource)).map_err(Clone::clone);
            (access, is_served)
        }));
    }
    found
}
