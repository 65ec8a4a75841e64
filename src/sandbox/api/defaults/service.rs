//! Defaults of services, and their addresses.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::default;
use crate::sandbox::api::object;
use crate::sandbox::api::store::State;

pub(super) fn service(state: &State, before: Option<&Value>, object: &mut Value) {
    default(object, "spec.type", json!("ClusterIP"));
    default(object, "spec.sessionAffinity", json!("None"));
    for port in object.pointer_mut("/spec/ports").and_then(Value::as_array_mut).into_iter().flatten() {
        default(port, "protocol", json!("TCP"));
        let number = port.get("port").cloned().unwrap_or(Value::Null);
        default(port, "targetPort", number);
    }
    if object::text(object, "/spec/type") == "ExternalName" {
        return;
    }
    default(object, "spec.internalTrafficPolicy", json!("Cluster"));
    default(object, "spec.ipFamilyPolicy", json!("SingleStack"));
    default(object, "spec.ipFamilies", json!(["IPv4"]));
    if object::text(object, "/spec/clusterIP").is_empty() {
        // An update without the address means the one that there is.
        let own = before.map(|b| object::text(b, "/spec/clusterIP")).filter(|a| !a.is_empty());
        let address =
            own.map_or_else(|| cluster_ip(state, object::namespace(object), object::name(object)), str::to_owned);
        object::set_at(object, "spec.clusterIP", json!(address));
    }
    let address = object["spec"]["clusterIP"].clone();
    object::set_at(object, "spec.clusterIPs", json!([address]));
}

/// An address of 127.block.(96..=127).x: the same for the same name each time, the next free one where two names meet.
fn cluster_ip(state: &State, namespace: &str, name: &str) -> String {
    let taken: std::collections::HashSet<&str> =
        state.list("", "services", None).map(|(_, s)| object::text(s, "/spec/clusterIP")).collect();
    let mut hasher = DefaultHasher::new();
    (namespace, name).hash(&mut hasher);
    let start = hasher.finish();
    // 32 third bytes x 254 fourth bytes (1..=254).
    (0..32 * 254_u64)
        .map(|step| (start.wrapping_add(step)) % (32 * 254))
        .map(|n| {
            let third = u8::try_from(96 + n / 254).unwrap_or(96);
            let fourth = u8::try_from(1 + n % 254).unwrap_or(1);
            Ipv4Addr::new(127, state.block, third, fourth).to_string()
        })
        .find(|address| !taken.contains(address.as_str()))
        .unwrap_or_else(|| "None".to_owned())
}
