//! Eureka: instances of all applications.

use std::time::Duration;

use http::Method;
use http::header::{ACCEPT, HeaderMap, HeaderValue};
use narthex_http_client::HttpOptions;
use roxmltree::{Document, Node};
use url::Url;

use crate::ask::{Ask, join, one_group};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, sanitize};
use crate::rest::Rest;
use crate::{DiscoveryError, TargetGroup, xml};

const PREFIX: &str = "__meta_eureka_app_instance_";

/// One `eureka_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EurekaConfig {
    /// The server.
    pub server: Url,
    /// How often to ask.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

impl EurekaConfig {
    /// All instances that the server knows.
    pub fn new(server: Url) -> Self {
        Self { server, refresh_interval: Duration::from_secs(30), http: HttpOptions::default() }
    }
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct EurekaAsker {
    rest: Rest,
    config: EurekaConfig,
}

impl EurekaAsker {
    pub(crate) fn new(config: EurekaConfig) -> Self {
        Self { rest: Rest::new(config.http.clone(), config.refresh_interval), config }
    }
}

fn target(application: &str, instance: Node<'_, '_>) -> Meta {
    let mut target = Meta::new();
    let field = |name: &str| xml::text(instance, name);
    let port = xml::child(instance, "port");
    let host = field("hostName");
    let number = port.map_or("80", |port| port.text().unwrap_or("0").trim());
    target.set(
        ADDRESS_LABEL,
        if host.contains(':') { format!("[{host}]:{number}") } else { format!("{host}:{number}") },
    );
    target.set("instance", field("instanceId"));
    target.set("__meta_eureka_app_name", application);
    for (name, at) in [
        ("hostname", "hostName"),
        ("homepage_url", "homePageUrl"),
        ("statuspage_url", "statusPageUrl"),
        ("healthcheck_url", "healthCheckUrl"),
        ("ip_addr", "ipAddr"),
        ("vip_address", "vipAddress"),
        ("secure_vip_address", "secureVipAddress"),
        ("status", "status"),
        ("id", "instanceId"),
    ] {
        target.set(format!("{PREFIX}{name}"), field(at));
    }
    let country = field("countryId");
    target.set("__meta_eureka_app_instance_country_id", if country.is_empty() { "0" } else { country });
    for (name, port) in [("port", port), ("secure_port", xml::child(instance, "securePort"))] {
        let Some(port) = port else { continue };
        target.set(format!("{PREFIX}{name}"), port.text().unwrap_or("0").trim());
        let enabled = port.attribute("enabled").is_some_and(|enabled| enabled == "true");
        target.set(format!("{PREFIX}{name}_enabled"), enabled);
    }
    if let Some(center) = xml::child(instance, "dataCenterInfo") {
        target.set("__meta_eureka_app_instance_datacenterinfo_name", xml::text(center, "name"));
        metadata(&mut target, "datacenterinfo_metadata", xml::child(center, "metadata"));
    }
    metadata(&mut target, "metadata", xml::child(instance, "metadata"));
    target
}

fn metadata(target: &mut Meta, name: &str, metadata: Option<Node<'_, '_>>) {
    let entries = metadata.into_iter().flat_map(|metadata| metadata.children()).filter(Node::is_element);
    for entry in entries {
        let key = sanitize(entry.tag_name().name());
        target.set(format!("{PREFIX}{name}_{key}"), entry.text().unwrap_or_default());
    }
}

impl Ask for EurekaAsker {
    fn interval(&self) -> Duration {
        self.config.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let url = join(&self.config.server, "apps");
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/xml"))]);
        let (_, body) = self.rest.request(Method::GET, &url, headers, "").await?;
        let body = xml::utf8(&url, &body)?;
        let document: Document<'_> = xml::parse(&url, body)?;
        let mut targets = Vec::new();
        for application in xml::children(document.root_element(), "application") {
            let name = xml::text(application, "name");
            targets.extend(xml::children(application, "instance").map(|instance| target(name, instance)));
        }
        Ok(one_group("eureka", &targets))
    }
}
