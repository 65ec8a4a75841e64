//! Credentials of a job: TLS, bearer token, basic auth, OAuth2, authorization header.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::Job;
use crate::sandbox::operator::assets::Assets;
use crate::sandbox::operator::object::{flag, given, text};

/// Adds the credentials of `endpoint`, whose Secrets are in `namespace`.
pub fn add(job: &mut Job, endpoint: &Value, namespace: &str, assets: &mut Assets) -> Result<()> {
    if let Some(config) = given(endpoint, "tlsConfig") {
        let tls = tls(config, namespace, assets)?;
        if !tls.is_empty() {
            job.insert("tls_config".into(), tls.into());
        }
    }
    let file = text(endpoint, "bearerTokenFile");
    if !file.is_empty() {
        job.insert("bearer_token_file".into(), file.into());
    } else if let Some(selector) = given(endpoint, "bearerTokenSecret").filter(|s| !text(s, "name").is_empty()) {
        job.insert("bearer_token".into(), assets.secret(namespace, selector)?.into());
    }
    if let Some(config) = given(endpoint, "basicAuth") {
        job.insert("basic_auth".into(), basic(config, namespace, assets)?.into());
    }
    if let Some(config) = given(endpoint, "oauth2") {
        job.insert("oauth2".into(), oauth2(config, namespace, assets)?.into());
    }
    if let Some(config) = given(endpoint, "authorization")
        && let Some(authorization) = authorization(config, namespace, assets)?
    {
        job.insert("authorization".into(), authorization);
    }
    Ok(())
}

fn tls(config: &Value, namespace: &str, assets: &mut Assets) -> Result<Map<String, Value>> {
    let mut out = Map::new();
    if flag(config, "insecureSkipVerify") {
        out.insert("insecure_skip_verify".into(), true.into());
    }
    let paths = assets.tls(namespace, config).context("failed to load tls secret")?;
    for (key, path) in paths.into_iter().filter(|(_, path)| !path.is_empty()) {
        out.insert(key.into(), path.into());
    }
    if let Some(name) = given(config, "serverName") {
        out.insert("server_name".into(), name.clone());
    }
    Ok(out)
}

fn basic(config: &Value, namespace: &str, assets: &Assets) -> Result<Map<String, Value>> {
    let mut out = Map::new();
    for key in ["username", "password"] {
        if let Some(selector) = given(config, key).filter(|s| !text(s, "name").is_empty()) {
            out.insert(key.into(), assets.secret(namespace, selector)?.into());
        }
    }
    if let Some(file) = given(config, "password_file") {
        out.insert("password_file".into(), file.clone());
    }
    Ok(out)
}

fn oauth2(config: &Value, namespace: &str, assets: &Assets) -> Result<Map<String, Value>> {
    let mut out = Map::new();
    let load = |selector: &Value| assets.secret(namespace, selector).context("cannot load oauth2 secret, err");
    if let Some(id) = given(config, "client_id") {
        out.insert("client_id".into(), load(given(id, "secret").unwrap_or(id))?.into());
    }
    match given(config, "client_secret") {
        Some(selector) => out.insert("client_secret".into(), load(selector)?.into()),
        None => {
            given(config, "client_secret_file").and_then(|file| out.insert("client_secret_file".into(), file.clone()))
        }
    };
    for key in ["scopes", "endpoint_params", "token_url", "proxy_url"] {
        if let Some(value) = given(config, key) {
            out.insert(key.into(), value.clone());
        }
    }
    Ok(out)
}

fn authorization(config: &Value, namespace: &str, assets: &Assets) -> Result<Option<Value>> {
    let mut out = Map::new();
    match (given(config, "credentials"), given(config, "credentialsFile")) {
        (Some(selector), _) => out.insert("credentials".into(), assets.secret(namespace, selector)?.into()),
        (None, Some(file)) => out.insert("credentials_file".into(), file.clone()),
        (None, None) => return Ok(None),
    };
    let kind = given(config, "type").cloned().unwrap_or(json!("Bearer"));
    out.insert("type".into(), kind);
    Ok(Some(out.into()))
}
