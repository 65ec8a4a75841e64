//! Command lines as the operator writes them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::sandbox::operator::object::{given, scalar, text};

/// A flag with one value for each of several targets: `-remoteWrite.url=a,b`, padded with `empty`.
pub struct Flag {
    name: &'static str,
    empty: &'static str,
    values: Vec<Option<String>>,
}

impl Flag {
    /// No values yet.
    pub fn new(name: &'static str, empty: &'static str) -> Self {
        Flag { name, empty, values: Vec::new() }
    }

    /// The value for the next target.
    pub fn push(&mut self, value: Option<String>) {
        self.values.push(value.filter(|value| value != self.empty));
    }

    /// The argument, unless no target has a value.
    pub fn arg(&self) -> Option<String> {
        self.values.iter().any(Option::is_some).then(|| {
            let values: Vec<&str> = self.values.iter().map(|v| v.as_deref().unwrap_or(self.empty)).collect();
            format!("-{}={}", self.name, values.join(","))
        })
    }
}

/// `-flag=value` for a field that is given.
pub fn optional(args: &mut Vec<String>, spec: &Value, field: &str, flag: &str) {
    if let Some(value) = given(spec, field).map(scalar).filter(|value| !value.is_empty()) {
        args.push(format!("-{flag}={value}"));
    }
}

/// Flags that all VictoriaMetrics binaries take from the common fields.
pub fn common(args: &mut Vec<String>, spec: &Value) {
    args.push(format!("-httpListenAddr=:{}", scalar(&spec["port"])));
    optional(args, spec, "logLevel", "loggerLevel");
    optional(args, spec, "logFormat", "loggerFormat");
    let has = |field: &str| spec.get(field).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    if has("extraEnvs") || has("extraEnvsFrom") {
        args.push("-envflag.enable=true".into());
    }
}

/// Puts `extraArgs` in place of arguments of the same name, and sorts. `dashes` is `-` or `--`.
pub fn finish(mut args: Vec<String>, extra: &BTreeMap<String, String>, dashes: &str) -> Vec<String> {
    let name = |arg: &str| {
        let arg = arg.strip_prefix(dashes).unwrap_or(arg);
        arg.split('=').next().unwrap_or_default().to_string()
    };
    args.retain(|arg| !extra.contains_key(&name(arg)));
    for (key, value) in extra {
        // The parser of array flags drops the quotes; without them a comma in a path would split it.
        args.push(match key.as_str() {
            "rule" => format!("{dashes}rule={value:?}"),
            _ => format!("{dashes}{key}={value}"),
        });
    }
    args.sort();
    args
}

/// `repository:tag` of the spec's image.
pub fn image(spec: &Value) -> String {
    let image = &spec["image"];
    format!("{}:{}", text(image, "repository"), text(image, "tag"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_args_replace_and_all_are_sorted() {
        let args = vec!["-retentionPeriod=90d".to_string(), "-httpListenAddr=:8429".into()];
        let extra = [("retentionPeriod", "1d"), ("dedup.minScrapeInterval", "30s")]
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .into();
        let expected = ["-dedup.minScrapeInterval=30s", "-httpListenAddr=:8429", "-retentionPeriod=1d"];
        assert_eq!(finish(args, &extra, "-"), expected);
    }

    #[test]
    fn values_are_padded_to_the_number_of_targets() {
        let mut flag = Flag::new("remoteWrite.sendTimeout", "");
        flag.push(None);
        flag.push(Some("5s".into()));
        flag.push(None);
        assert_eq!(flag.arg().as_deref(), Some("-remoteWrite.sendTimeout=,5s,"));
        let mut unset = Flag::new("remoteWrite.tlsInsecureSkipVerify", "false");
        unset.push(Some("false".into()));
        assert_eq!(unset.arg(), None);
    }
}
