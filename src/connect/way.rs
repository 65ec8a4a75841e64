//! Which way leads to a component, and why that one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::forward::PodPort;
use super::{Connections, Endpoint, Via};
use crate::check::trouble::Trouble;

/// The way that is wanted where no address was given for a Service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// In a Pod of the cluster the components' own addresses; else port-forward, and where that is denied the API proxy.
    #[default]
    Auto,
    /// The components' addresses inside the cluster.
    Dns,
    /// Port-forward to their pods.
    PortForward,
    /// The API server's HTTP proxy to their pods.
    Proxy,
}

/// The way to one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// `Service observability/vmsingle-vmsingle`.
    pub to: String,
    /// The way.
    pub via: Via,
    /// Why it was taken, as the end of a sentence: `since this runs outside of the cluster`.
    pub why: String,
}

/// The ways that were chosen so far: a component keeps its way, so that all of a run's figures are of one way.
#[derive(Default)]
pub(super) struct Ways(Mutex<Chosen>);

#[derive(Default)]
struct Chosen {
    by: HashMap<Endpoint, Via>,
    untold: Vec<Way>,
    /// Why port-forward was refused, by namespace.
    denied: HashMap<String, Trouble>,
}

impl Ways {
    fn lock(&self) -> MutexGuard<'_, Chosen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a way, unless one is known: of two looks at once the first decides.
    pub(super) fn note(&self, to: &Endpoint, via: Via, why: impl Into<String>) -> Via {
        let mut chosen = self.lock();
        if let Some(known) = chosen.by.get(to) {
            return *known;
        }
        chosen.by.insert(to.clone(), via);
        chosen.untold.push(Way { to: to.to_string(), via, why: why.into() });
        via
    }

    fn known(&self, to: &Endpoint) -> Option<Via> {
        self.lock().by.get(to).copied()
    }

    /// Why no port-forward goes into a namespace, where one was tried.
    pub(super) fn denied(&self, namespace: &str) -> Option<Trouble> {
        self.lock().denied.get(namespace).cloned()
    }
}

impl Connections {
    /// The ways that were chosen since this was last asked, in their order.
    pub fn new_ways(&self) -> Vec<Way> {
        std::mem::take(&mut self.inner.ways.lock().untold)
    }

    /// The way that requests to a component take, as far as that is known before the first of them.
    pub fn via(&self, to: &Endpoint) -> Via {
        if self.inner.given.url(to).is_some() {
            return Via::Url;
        }
        let inside = self.inner.cluster.as_ref().is_ok_and(|cluster| cluster.inside);
        match (self.inner.wanted, inside) {
            (Wanted::Dns, _) | (Wanted::Auto, true) => Via::Dns,
            (Wanted::Proxy, _) => Via::Proxy,
            (Wanted::PortForward, _) => Via::PortForward,
            (Wanted::Auto, false) => self.inner.ways.known(to).unwrap_or(Via::PortForward),
        }
    }

    /// The way to a component's pods; `pod` is one of them. Only a port-forward can be refused and replaced, so it is
    /// opened here, and kept for the first request.
    pub(super) async fn choose(&self, to: &Endpoint, pod: &PodPort) -> Result<Via, Trouble> {
        let why = match (self.inner.wanted, self.cluster()?.inside) {
            (Wanted::Auto, false) => match self.inner.ways.known(to) {
                Some(known) => return Ok(known),
                None => return Ok(self.try_forward(to, pod).await),
            },
            (Wanted::Auto, true) => "since this runs in a Pod of the cluster",
            (Wanted::Dns | Wanted::PortForward | Wanted::Proxy, _) => "as --access asks",
        };
        Ok(self.inner.ways.note(to, self.via(to), why))
    }

    async fn try_forward(&self, to: &Endpoint, pod: &PodPort) -> Via {
        let opened = match (self.inner.ways.denied(&to.namespace), self.cluster()) {
            (None, Ok(cluster)) => self.inner.pool.open(&cluster.client, pod).await,
            (Some(denied), _) | (_, Err(denied)) => Err(denied),
        };
        match opened {
            Ok(()) => self.inner.ways.note(to, Via::PortForward, "since this runs outside of the cluster"),
            Err(denied @ Trouble::Denied { .. }) => {
                let why = format!("since port-forward is denied: {denied}");
                self.inner.ways.lock().denied.insert(to.namespace.clone(), denied);
                self.inner.ways.note(to, Via::Proxy, why)
            }
            // The request itself will meet the same trouble, and tell it; the choice is made again after it.
            Err(_) => Via::PortForward,
        }
    }
}

#[cfg(test)]
mod tests;
