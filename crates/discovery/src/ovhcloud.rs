//! OVHcloud: virtual private servers or dedicated servers of an account.

use std::fmt::Write;
use std::net::IpAddr;
use std::time::Duration;

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use narthex_http_client::{HttpOptions, Secret};
use ring::digest;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::ask::{Ask, join, list, one_group, parse_url, strings, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::Meta;
use crate::rest::{Rest, read_json};
use crate::{DiscoveryError, TargetGroup};

/// The addresses of the APIs by their names.
const ENDPOINTS: &[(&str, &str)] = &[
    ("ovh-eu", "https://eu.api.ovh.com/1.0"),
    ("ovh-ca", "https://ca.api.ovh.com/1.0"),
    ("ovh-us", "https://api.us.ovhcloud.com/1.0"),
    ("kimsufi-eu", "https://eu.api.kimsufi.com/1.0"),
    ("kimsufi-ca", "https://ca.api.kimsufi.com/1.0"),
    ("soyoustart-eu", "https://eu.api.soyoustart.com/1.0"),
    ("soyoustart-ca", "https://ca.api.soyoustart.com/1.0"),
];

/// What becomes targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OvhService {
    /// Virtual private servers.
    Vps,
    /// Dedicated servers.
    DedicatedServer,
}

/// One `ovhcloud_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OvhCloudConfig {
    /// What becomes targets.
    pub service: OvhService,
    /// The API, by name (`ovh-eu`) or by address.
    pub endpoint: String,
    /// The application.
    pub application_key: String,
    /// The application's secret.
    pub application_secret: Secret,
    /// The user who let the application in.
    pub consumer_key: Secret,
    /// How often to ask.
    pub refresh_interval: Duration,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct OvhCloudAsker {
    rest: Rest,
    config: OvhCloudConfig,
    /// How far the API's clock is ahead of ours, in seconds.
    ahead: Option<i64>,
}

impl OvhCloudAsker {
    pub(crate) fn new(config: OvhCloudConfig) -> Self {
        Self { rest: Rest::new(HttpOptions::default(), config.refresh_interval), config, ahead: None }
    }

    fn base(&self) -> Result<Url, DiscoveryError> {
        let name = self.config.endpoint.as_str();
        let known = ENDPOINTS.iter().find(|(known, _)| *known == name);
        parse_url(known.map_or(name, |(_, address)| address))
    }

    /// Signatures hold for the API's time.
    async fn now(&mut self, base: &Url) -> Result<i64, DiscoveryError> {
        let ours = Timestamp::now().as_second();
        let ahead = match self.ahead {
            Some(ahead) => ahead,
            None => self.rest.get_json::<i64>(&join(base, "auth/time")).await? - ours,
        };
        self.ahead = Some(ahead);
        Ok(ours + ahead)
    }

    async fn get<T: DeserializeOwned>(&mut self, path: &[&str]) -> Result<T, DiscoveryError> {
        let base = self.base()?;
        let now = self.now(&base).await?.to_string();
        let mut url = base;
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let (secret, consumer) = (self.config.application_secret.expose(), self.config.consumer_key.expose());
        let signature = signature(&[secret, consumer, "GET", url.as_str(), "", &now]);
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-ovh-application", self.config.application_key.as_str()),
            ("x-ovh-timestamp", &now),
            ("x-ovh-consumer", consumer),
            ("x-ovh-signature", &signature),
        ] {
            if let Ok(mut value) = HeaderValue::from_str(value) {
                value.set_sensitive(true);
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        let (_, body) = self.rest.request(Method::GET, &url, headers, "").await?;
        read_json(&url, &body)
    }

    /// What is known of a server, and its addresses.
    async fn server(&mut self, path: &[&str]) -> Result<Meta, DiscoveryError> {
        let server: Value = self.get(path).await?;
        let addresses: Vec<String> = self.get(&[path, &["ips"]].concat()).await?;
        let (v4, v6) = addresses_of(&addresses);
        let mut target = match self.config.service {
            OvhService::Vps => private_server(&server),
            OvhService::DedicatedServer => dedicated_server(&server),
        };
        target.set("instance", text(&server, "/name"));
        let prefix = self.prefix();
        target.set_some(&format!("{prefix}ipv4"), v4);
        target.set_some(&format!("{prefix}ipv6"), v6);
        let address = v4.or(v6).ok_or_else(|| DiscoveryError::Parse {
            place: format!("OVHcloud server {}", text(&server, "/name")),
            reason: format!("it has no usable address among {addresses:?}"),
        })?;
        target.set(ADDRESS_LABEL, address);
        Ok(target)
    }

    fn prefix(&self) -> &'static str {
        match self.config.service {
            OvhService::Vps => "__meta_ovhcloud_vps_",
            OvhService::DedicatedServer => "__meta_ovhcloud_dedicated_server_",
        }
    }
}

/// The parts joined by `+`, hashed as the API wants it.
fn signature(parts: &[&str]) -> String {
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, parts.join("+").as_bytes());
    hash.as_ref().iter().fold("$1$".to_owned(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The last address of each version. Networks of more than one address are none.
fn addresses_of(texts: &[String]) -> (Option<IpAddr>, Option<IpAddr>) {
    let one = |text: &String| {
        let address = text.strip_suffix("/32").unwrap_or(text).parse::<IpAddr>().ok();
        address.filter(|address| !address.is_unspecified())
    };
    let all: Vec<IpAddr> = texts.iter().filter_map(one).collect();
    let last = |is: fn(&IpAddr) -> bool| all.iter().rev().find(|address| is(address)).copied();
    (last(IpAddr::is_ipv4), last(IpAddr::is_ipv6))
}

/// `[a b]`: how lists stand in labels here.
fn bracketed(server: &Value, at: &str) -> String {
    format!("[{}]", strings(server, at).join(" "))
}

fn private_server(server: &Value) -> Meta {
    const PREFIX: &str = "__meta_ovhcloud_vps_";
    let mut target = Meta::new();
    target.set_texts(
        PREFIX,
        server,
        &[
            ("cluster", "/cluster"),
            ("disk", "/model/disk"),
            ("display_name", "/displayName"),
            ("maximum_additional_ip", "/model/maximumAdditionnalIp"),
            ("memory", "/model/memory"),
            ("memory_limit", "/memoryLimit"),
            ("model_name", "/model/name"),
            ("model_vcore", "/model/vcore"),
            ("name", "/name"),
            ("netboot_mode", "/netbootMode"),
            ("offer", "/model/offer"),
            ("offer_type", "/offerType"),
            ("state", "/state"),
            ("vcore", "/vcore"),
            ("version", "/model/version"),
            ("zone", "/zone"),
        ],
    );
    target.set("__meta_ovhcloud_vps_datacenter", bracketed(server, "/model/datacenter"));
    for (name, at) in [("keymap", "/keymap"), ("monitoring_ip_blocks", "/monitoringIpBlocks")] {
        if !list(server, at).is_empty() {
            target.set(format!("{PREFIX}{name}"), bracketed(server, at));
        }
    }
    target
}

fn dedicated_server(server: &Value) -> Meta {
    let mut target = Meta::new();
    target.set_texts(
        "__meta_ovhcloud_dedicated_server_",
        server,
        &[
            ("commercial_range", "/commercialRange"),
            ("datacenter", "/datacenter"),
            ("link_speed", "/linkSpeed"),
            ("name", "/name"),
            ("no_intervention", "/noIntervention"),
            ("os", "/os"),
            ("rack", "/rack"),
            ("reverse", "/reverse"),
            ("server_id", "/serverId"),
            ("state", "/state"),
            ("support_level", "/supportLevel"),
        ],
    );
    target
}

impl Ask for OvhCloudAsker {
    fn interval(&self) -> Duration {
        self.config.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let (path, source): (&[&str], _) = match self.config.service {
            OvhService::Vps => (&["vps"], "ovhcloud_vps"),
            OvhService::DedicatedServer => (&["dedicated", "server"], "ovhcloud_dedicated_server"),
        };
        let names: Vec<String> = self.get(path).await?;
        let mut targets = Vec::new();
        for name in &names {
            match self.server(&[path, &[name.as_str()]].concat()).await {
                Ok(target) => targets.push(target),
                // One that has expired or has no address yet must not hide the others.
                Err(error) => tracing::warn!(server = name, %error, "the OVHcloud server makes no target"),
            }
        }
        Ok(one_group(source, &targets))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let texts = ["0.0.0.0", "1.2.3.4", "5.6.7.8/32", "10.0.0.0/24", "fd00::1", "fd00::/64", "x"];
        let texts = texts.map(str::to_owned);
        let (v4, v6) = addresses_of(&texts);
        assert_eq!(v4.unwrap().to_string(), "5.6.7.8");
        assert_eq!(v6.unwrap().to_string(), "fd00::1");
        assert_eq!(addresses_of(&["fd00::/64".to_owned()]), (None, None));
    }

    /// The SHA-1 of "a+b", by another program.
    #[test]
    fn signatures() {
        assert_eq!(signature(&["a", "b"]), "$1$afa946870010d69b09370dc6996d26677a63e345");
    }
}
