//! Remote write arguments of vmagent.

use serde_json::Value;

use super::args::{Flag, optional};
use crate::sandbox::operator::object::{flag, given, list, scalar, text, texts};

/// Largest queue on disk for each URL, unless the spec says otherwise.
const MAX_DISK_USAGE: &str = "1073741824";
/// Folder of the rules that are written out for relabelling.
pub const RELABELING_FOLDER: &str = "/etc/vm/relabeling";

/// Arguments for `remoteWrite` and `remoteWriteSettings`; queues lie in `queue_folder`.
pub fn remote_write(spec: &Value, queue_folder: &str) -> Vec<String> {
    let settings = given(spec, "remoteWriteSettings").cloned().unwrap_or_default();
    let mut args: Vec<String> = target_flags(spec).iter().filter_map(Flag::arg).collect();
    for (field, name) in [
        ("flushInterval", "flushInterval"),
        ("queues", "queues"),
        ("showURL", "showURL"),
        ("maxBlockSize", "maxBlockSize"),
    ] {
        optional(&mut args, &settings, field, &format!("remoteWrite.{name}"));
    }
    let labels: Vec<String> = texts(&settings, "label").iter().map(|(k, v)| format!("{k}={v}")).collect();
    if !labels.is_empty() {
        args.push(format!("-remoteWrite.label={}", labels.join(",")));
    }
    let folder = Some(text(&settings, "tmpDataPath")).filter(|folder| !folder.is_empty());
    args.push(format!("-remoteWrite.tmpDataPath={}", folder.unwrap_or(queue_folder)));
    let targets = list(spec, "remoteWrite");
    let limit = given(&settings, "maxDiskUsagePerURL").map_or(MAX_DISK_USAGE.into(), scalar);
    args.push(match targets.iter().any(|target| given(target, "maxDiskUsage").is_some()) {
        false => format!("-remoteWrite.maxDiskUsagePerURL={limit}"),
        true => {
            let each = targets.iter().map(|target| given(target, "maxDiskUsage").map_or(limit.clone(), scalar));
            format!("-remoteWrite.maxDiskUsagePerURL={}", each.collect::<Vec<_>>().join(","))
        }
    });
    args
}

/// One flag for each property, with one value for each target.
fn target_flags(spec: &Value) -> Vec<Flag> {
    let mut url = Flag::new("remoteWrite.url", "");
    let mut timeout = Flag::new("remoteWrite.sendTimeout", "");
    let mut headers = Flag::new("remoteWrite.headers", "");
    let mut insecure = Flag::new("remoteWrite.tlsInsecureSkipVerify", "false");
    let mut server_name = Flag::new("remoteWrite.tlsServerName", "");
    let mut proxy = Flag::new("remoteWrite.proxyURL", "");
    let mut forced = Flag::new("remoteWrite.forceVMProto", "false");
    let mut relabel = Flag::new("remoteWrite.urlRelabelConfig", "");
    for (index, target) in list(spec, "remoteWrite").iter().enumerate() {
        let tls = given(target, "tlsConfig").cloned().unwrap_or_default();
        url.push(Some(text(target, "url").into()));
        timeout.push(given(target, "sendTimeout").map(scalar));
        let lines: Vec<String> = list(target, "headers").iter().map(scalar).collect();
        headers.push(Some(lines.join("^^")));
        insecure.push(Some(flag(&tls, "insecureSkipVerify").to_string()));
        server_name.push(given(&tls, "serverName").map(scalar));
        proxy.push(given(target, "proxyURL").map(scalar));
        forced.push(Some(flag(target, "forceVMProto").to_string()));
        let has_rules = !list(target, "inlineUrlRelabelConfig").is_empty();
        relabel.push(has_rules.then(|| format!("{RELABELING_FOLDER}/url_relabeling-{index}.yaml")));
    }
    vec![url, timeout, headers, insecure, server_name, proxy, forced, relabel]
}
