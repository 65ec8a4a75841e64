//! Writes the configuration of a VMAgent and the conditions of the scrape objects in it.

use std::io::Write as _;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

use super::{Operator, children};
use crate::sandbox::operator::app::{self, Application};
use crate::sandbox::operator::assets::{Assets, references};
use crate::sandbox::operator::kinds::{Child, Scrape};
use crate::sandbox::operator::object::Object;
use crate::sandbox::operator::scrape::{self, Agent};
use crate::sandbox::operator::{spec_types, yaml};

/// Renders all selected scrape objects into the Secret; `cause` is the object whose change led here.
pub async fn write_config(operator: &Operator, application: &Application, cause: Option<(Child, &str)>) -> Result<()> {
    if !app::agent_scrapes(application) {
        return Ok(());
    }
    let selected = selected(operator, application).await?;
    let mut assets = Assets::mounted_at(app::AGENT_ASSETS_FOLDER);
    let object = &application.object;
    let mut wanted = references(&object.namespace, &object.spec);
    for (_, child) in &selected {
        wanted.extend(references(&child.namespace, &child.spec));
    }
    operator.cluster.fetch(wanted, &mut assets).await?;
    let agent = Agent { object, api_server: operator.options.kubernetes_api_server.as_deref() };
    let rendered = scrape::render(&agent, &selected, &mut assets).context("generating config for vmagent failed")?;
    for secret in secrets(application, &rendered.config, &assets)? {
        operator.cluster.apply(&secret, false).await?;
    }
    let results: Vec<(Child, &Object, Option<&str>)> = selected
        .iter()
        .zip(&rendered.refused)
        .map(|((kind, child), error)| (Child::Scrape(*kind), child, error.as_deref()))
        .collect();
    children::write_statuses(operator, application, &results, cause).await
}

/// Everything that the agent selects and that can be read. What cannot be read gets no status at all.
async fn selected(operator: &Operator, application: &Application) -> Result<Vec<(Scrape, Object)>> {
    let mut selected = Vec::new();
    for kind in Scrape::ALL {
        let objects = children::selected(operator, application, Child::Scrape(kind)).await?;
        let readable = objects.into_iter().filter(|object| spec_types::error(kind.kind(), object).is_none());
        selected.extend(readable.map(|object| (kind, object)));
    }
    Ok(selected)
}

/// The Secret of the configuration and the Secret of certificates.
fn secrets(application: &Application, config: &Value, assets: &Assets) -> Result<[Value; 2]> {
    let secret = |name: String, data: Map<String, Value>| {
        let mut metadata = application.metadata(&name);
        metadata["annotations"]["generated"] = json!("true");
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": data})
    };
    let files = assets.files.iter().map(|(name, content)| (name.clone(), STANDARD.encode(content).into()));
    let config = [(app::AGENT_CONFIG_KEY.to_string(), STANDARD.encode(gzip(&yaml::document(config))?).into())];
    Ok([
        secret(application.name(), Map::from_iter(config)),
        secret(format!("tls-assets-{}", application.name()), files.collect()),
    ])
}

/// Same text, same bytes: no time stamp goes into the header.
fn gzip(text: &str) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes())?;
    Ok(encoder.finish()?)
}

/// Writes the relabelling rules of remote write.
pub async fn write_relabeling(operator: &Operator, application: &Application) -> Result<()> {
    if let Some(map) = app::agent_relabeling(application) {
        operator.cluster.apply(&map, false).await?;
    }
    Ok(())
}
