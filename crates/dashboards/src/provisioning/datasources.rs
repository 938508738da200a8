//! `datasources/*.yaml`: data sources of the type `prometheus`, with their credentials and headers.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use narthex_http_client::{BasicAuth, HttpOptions, Secret, SecretSource, TlsOptions};
use serde::Deserialize;

use super::expand::expand;
use super::{Provisioned, ProvisioningError};
use crate::DataSource;

/// Types of data sources that speak Prometheus' API.
const TYPES: [&str; 2] = ["prometheus", "victoriametrics-metrics-datasource"];

#[derive(Debug, Deserialize)]
pub(super) struct File {
    #[serde(default)]
    datasources: Vec<Source>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    #[serde(default)]
    name: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    uid: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    is_default: bool,
    #[serde(default)]
    basic_auth: bool,
    #[serde(default)]
    basic_auth_user: String,
    #[serde(default)]
    json_data: BTreeMap<String, Setting>,
    #[serde(default)]
    secure_json_data: BTreeMap<String, Setting>,
}

/// A setting of any form; only texts, numbers and truth values mean something here.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Setting {
    Truth(bool),
    Number(f64),
    Text(String),
    Other(serde::de::IgnoredAny),
}

/// The settings of one source, asked by name.
struct Settings<'a>(&'a BTreeMap<String, Setting>);

impl Settings<'_> {
    fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.0.get(name) {
            Some(Setting::Text(text)) => Ok(Some(expand(text)?).filter(|text| !text.is_empty())),
            Some(Setting::Number(number)) => Ok(Some(number.to_string())),
            _ => Ok(None),
        }
    }

    fn truth(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(Setting::Truth(true)))
    }

    fn secret(&self, name: &str) -> Result<Option<SecretSource>, String> {
        Ok(self.text(name)?.map(|text| SecretSource::Inline(Secret::new(text))))
    }
}

/// Adds the data sources of one file.
pub(super) fn add(file: &Path, content: File, into: &mut Provisioned) -> Result<(), ProvisioningError> {
    for source in content.datasources {
        let fail = |reason: String| ProvisioningError {
            file: file.to_owned(),
            reason: format!("data source \"{}\": {reason}", source.name),
        };
        if !TYPES.contains(&source.kind.as_str()) {
            let reason = format!("its type is \"{}\"; only Prometheus' API is spoken here", source.kind);
            into.remarks.push(fail(reason).to_string());
            continue;
        }
        let source = read(&source).map_err(fail)?;
        if into.sources.iter().any(|other| other.uid == source.uid) {
            return Err(fail(format!("there is another one with the uid \"{}\"", source.uid)));
        }
        into.sources.push(source);
    }
    Ok(())
}

fn read(given: &Source) -> Result<DataSource, String> {
    let (settings, secrets) = (Settings(&given.json_data), Settings(&given.secure_json_data));
    let name = expand(&given.name)?;
    let uid =
        Some(expand(&given.uid)?).filter(|uid| !uid.is_empty()).unwrap_or_else(|| DataSource::uid_of(&name));
    let mut source = DataSource::new(&uid, &name, &expand(&given.url)?).map_err(|error| error.to_string())?;
    source.is_default = given.is_default;
    source.http = http(given, &settings, &secrets)?;
    if let Some(interval) = settings.text("timeInterval")? {
        narthex_model::duration::parse_ms(&interval)
            .map_err(|error| format!("jsonData.timeInterval: {error}"))?;
        source.scrape_interval = interval;
    }
    if let Some(timeout) = settings.text("queryTimeout")?.or(settings.text("timeout")?) {
        let timeout =
            if timeout.bytes().all(|b| b.is_ascii_digit()) { format!("{timeout}s") } else { timeout };
        let ms = narthex_model::duration::parse_ms(&timeout)
            .map_err(|error| format!("jsonData.timeout: {error}"))?;
        source.timeout = Duration::from_millis(ms.unsigned_abs());
    }
    Ok(source)
}

fn http(given: &Source, settings: &Settings<'_>, secrets: &Settings<'_>) -> Result<HttpOptions, String> {
    let mut options = HttpOptions::default();
    if given.basic_auth {
        let password = secrets.secret("basicAuthPassword")?;
        options.basic_auth = Some(BasicAuth {
            username: SecretSource::Inline(Secret::new(expand(&given.basic_auth_user)?)),
            password: password.unwrap_or_else(|| SecretSource::Inline(Secret::new(""))),
        });
    }
    options.tls = TlsOptions {
        server_name: settings.text("serverName")?,
        insecure_skip_verify: settings.truth("tlsSkipVerify"),
        ..TlsOptions::default()
    };
    if settings.truth("tlsAuthWithCACert") {
        options.tls.ca = secrets.secret("tlsCACert")?;
    }
    if settings.truth("tlsAuth") {
        options.tls.cert = secrets.secret("tlsClientCert")?;
        options.tls.key = secrets.secret("tlsClientKey")?;
    }
    for number in 1.. {
        let Some(name) = settings.text(&format!("httpHeaderName{number}"))? else { break };
        let value = secrets.secret(&format!("httpHeaderValue{number}"))?;
        options.headers.entry(name).or_default().extend(value);
    }
    Ok(options)
}
