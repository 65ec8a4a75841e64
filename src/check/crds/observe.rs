//! Looks at the CRDs of the wanted kinds, and at what discovery says of them.

use futures::future::try_join_all;

use super::{Definition, Observation, Seen, Spec};
use crate::check::access::Access;
use crate::check::trouble::Trouble;
use crate::connect::Connections;
use crate::connect::resource::CUSTOM_RESOURCE_DEFINITIONS;

pub(super) async fn observe(spec: &Spec, connections: &Connections) -> Result<Observation, Trouble> {
    let kinds = try_join_all(spec.kinds.iter().map(|kind| look(spec, kind, connections))).await?;
    let path = format!("/apis/{}/{}", spec.group, spec.version);
    // Every authenticated user may read discovery (ClusterRole system:discovery).
    let listed = connections.read(&path, Access::new("get", &spec.group, &spec.version)).await?;
    let discovered = listed.map(|listed| {
        let resources = listed["resources"].as_array().into_iter().flatten();
        // Subresources name the kind of what they take, which would pass for the resource itself.
        let whole = resources.filter(|resource| resource["name"].as_str().is_some_and(|name| !name.contains('/')));
        whole.filter_map(|resource| resource["kind"].as_str()).map(str::to_owned).collect()
    });
    Ok(Observation { kinds, discovered })
}

async fn look(spec: &Spec, kind: &str, connections: &Connections) -> Result<Seen, Trouble> {
    let crd = spec.crd(kind);
    let found = connections.get(&CUSTOM_RESOURCE_DEFINITIONS, None, &crd).await?;
    let definition = found.as_ref().map(Definition::read).transpose();
    let definition = definition.map_err(|message| Trouble::Malformed { url: crd.clone(), message })?;
    Ok(Seen { kind: kind.to_owned(), crd, definition })
}
