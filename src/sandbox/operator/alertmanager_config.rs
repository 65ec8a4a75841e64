//! Which configuration an Alertmanager gets, and what makes one unusable.
//!
//! Source: VictoriaMetrics/operator v0.66.1, internal/controller/operator/factory/vmalertmanager/statefulset.go.
//! VMAlertmanagerConfig objects are left out: nothing here selects any.

use std::collections::BTreeSet;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use super::app::{ALERTMANAGER_CONFIG_KEY as KEY, Application, config_secret_name};
use super::object::{given, list, text};

/// What Alertmanager runs when nothing else is configured: it accepts alerts and tells nobody.
pub const BLACKHOLE: &str =
    "\nglobal:\n  resolve_timeout: 5m\nroute:\n  receiver: 'blackhole'\nreceivers:\n- name: blackhole\n";

/// What `spec.configSecret` was found to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// No such Secret.
    Missing,
    /// The Secret, with the text at `alertmanager.yaml` if that key is there.
    Found(Option<String>),
}

/// The Secret that must be read first, if any. One with the operator's own name is ignored.
pub fn wanted_secret(application: &Application) -> Option<&str> {
    let name = text(application.spec(), "configSecret");
    (!name.is_empty() && name != config_secret_name(application)).then_some(name)
}

/// The configuration to run. A missing Secret, an empty text and no configuration at all give the default, silently.
///
/// # Errors
/// The text for `status.reason`: the Secret lacks its key, or the configuration is not valid.
pub fn choose(application: &Application, secret: Option<Source>) -> Result<String> {
    let spec = application.spec();
    let own = text(spec, "configSecret");
    let (config, source) = match secret {
        Some(Source::Found(None)) => {
            let error = anyhow!("cannot find alertmanager config key: {KEY:?} at secret: {own:?}");
            return Err(error.context("cannot fetch secret content for alertmanager config secret, err"));
        }
        Some(Source::Found(Some(config))) => (config, format!("configSecret ref: {own}")),
        Some(Source::Missing) => (String::new(), String::new()),
        None if own.is_empty() => {
            (text(spec, "configRawYaml").to_string(), "inline configuration at configRawYaml".to_string())
        }
        None => (String::new(), String::new()),
    };
    let config = if config.is_empty() { BLACKHOLE.to_string() } else { config };
    validate(&config)
        .with_context(|| format!("incorrect result configuration, config source={source},am cfgs count=0"))?;
    Ok(config)
}

/// A small part of what Alertmanager's own loader checks.
fn validate(config: &str) -> Result<()> {
    let config: Value = serde_saphyr::from_str(config).map_err(|error| {
        let error = error.to_string();
        anyhow!("yaml: {}", error.lines().next().unwrap_or_default())
    })?;
    let known = ["global", "route", "receivers", "inhibit_rules", "templates", "mute_time_intervals", "time_intervals"];
    let fields =
        config.as_object().ok_or_else(|| anyhow!("yaml: cannot unmarshal the document into a configuration"))?;
    if let Some(unknown) = fields.keys().find(|field| !known.contains(&field.as_str())) {
        bail!("yaml: unmarshal errors: field {unknown} not found in type config.plain");
    }
    let mut receivers = BTreeSet::new();
    for receiver in list(&config, "receivers") {
        let name = text(receiver, "name");
        if name.is_empty() {
            bail!("missing name in receiver");
        }
        if !receivers.insert(name) {
            bail!("notification config name {name:?} is not unique");
        }
    }
    let route = given(&config, "route").ok_or_else(|| anyhow!("no routes provided"))?;
    if text(route, "receiver").is_empty() {
        bail!("root route must specify a default receiver");
    }
    check_route(route, &receivers)
}

fn check_route(route: &Value, receivers: &BTreeSet<&str>) -> Result<()> {
    let name = text(route, "receiver");
    if !name.is_empty() && !receivers.contains(name) {
        bail!("undefined receiver {name:?} used in route");
    }
    list(route, "routes").iter().try_for_each(|route| check_route(route, receivers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::operator::kinds::App;
    use crate::sandbox::operator::object::Object;
    use crate::sandbox::operator::options::Images;
    use serde_json::json;

    fn application(spec: Value) -> Application {
        let object = Object { namespace: "n".into(), name: "am".into(), spec, ..Object::default() };
        Application::new(App::Alertmanager, object, &Images::default())
    }

    fn of_secret(source: Source) -> Result<String> {
        choose(&application(json!({"configSecret": "src"})), Some(source))
    }

    fn reason(config: &str) -> String {
        format!("{:#}", of_secret(Source::Found(Some(config.into()))).unwrap_err())
    }

    #[test]
    fn a_missing_secret_gives_the_blackhole() {
        assert_eq!(of_secret(Source::Missing).unwrap(), BLACKHOLE);
    }

    #[test]
    fn an_empty_text_gives_the_blackhole() {
        assert_eq!(of_secret(Source::Found(Some(String::new()))).unwrap(), BLACKHOLE);
    }

    #[test]
    fn no_configuration_gives_the_blackhole() {
        assert_eq!(choose(&application(json!({})), None).unwrap(), BLACKHOLE);
    }

    #[test]
    fn the_operators_own_secret_is_no_source() {
        let application = application(json!({"configSecret": "vmalertmanager-am-config"}));
        assert_eq!(wanted_secret(&application), None);
        assert_eq!(choose(&application, None).unwrap(), BLACKHOLE);
    }

    #[test]
    fn a_secret_without_the_key_is_refused() {
        assert_eq!(
            format!("{:#}", of_secret(Source::Found(None)).unwrap_err()),
            "cannot fetch secret content for alertmanager config secret, err: cannot find alertmanager config key: \
             \"alertmanager.yaml\" at secret: \"src\""
        );
    }

    #[test]
    fn an_undefined_receiver_is_refused() {
        assert_eq!(
            reason("route: {receiver: a, routes: [{receiver: nosuch}]}\nreceivers: [{name: a}]\n"),
            "incorrect result configuration, config source=configSecret ref: src,am cfgs count=0: undefined receiver \"nosuch\" used in route"
        );
        assert!(reason("receivers: [").contains("am cfgs count=0: yaml: "));
        assert!(reason("receivers: [{name: a}]").ends_with("no routes provided"));
    }

    #[test]
    fn a_good_configuration_is_taken_as_it_is() {
        let config = "# kept\nroute:\n  receiver: a\nreceivers:\n- name: a\n";
        assert_eq!(of_secret(Source::Found(Some(config.into()))).unwrap(), config);
    }
}
