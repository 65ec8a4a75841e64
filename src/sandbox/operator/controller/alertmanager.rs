//! Writes the Secret from which an Alertmanager takes its configuration.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Operator;
use crate::sandbox::operator::alertmanager_config::{Source, choose, wanted_secret};
use crate::sandbox::operator::app::{ALERTMANAGER_CONFIG_KEY as KEY, Application, config_secret_name};

/// Chooses the configuration and writes it. A good one that is live stays live when the new one is refused.
///
/// # Errors
/// The text for `status.reason`.
pub async fn write_config(operator: &Operator, application: &Application) -> Result<()> {
    let namespace = &application.object.namespace;
    let source = match wanted_secret(application) {
        None => None,
        Some(name) => Some(match operator.cluster.content("Secret", namespace, name).await? {
            Some(mut data) => Source::Found(data.remove(KEY)),
            None => {
                tracing::error!(
                    "alertmanager config secret={name:?} doesn't exist at namespace={namespace:?}, default config is used"
                );
                Source::Missing
            }
        }),
    };
    let config = choose(application, source)?;
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": application.metadata(&config_secret_name(application)),
        "data": {KEY: STANDARD.encode(config)},
    });
    operator.cluster.apply(&secret, false).await?;
    Ok(())
}
