//! Outscale: virtual machines of a region. Its API wants requests signed like those of AWS.

use std::time::Duration;

use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use jiff::Timestamp;
use narthex_http_client::SecretSource;
use serde_json::{Value, json};
use url::Url;

use crate::ask::{Ask, CloudOptions, list, one_group, text};
use crate::aws::{Credentials, Scope, sign};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, sanitize};
use crate::rest::{Rest, read_json, shown};
use crate::{DiscoveryError, TargetGroup};

const PREFIX: &str = "__meta_outscale_vm_";
/// Part of every signature, whatever the region is.
const SCOPE: Scope<'static> = Scope { region: "eu-west-2", service: "oapi" };

/// One `outscale_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OutscaleConfig {
    /// The region whose machines are listed.
    pub region: String,
    /// The access key.
    pub access_key: String,
    /// The access key's secret.
    pub secret_key: SecretSource,
    /// How to ask.
    pub cloud: CloudOptions,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct OutscaleAsker {
    rest: Rest,
    config: OutscaleConfig,
}

impl OutscaleAsker {
    pub(crate) fn new(config: OutscaleConfig) -> Self {
        let rest = Rest::new(config.cloud.http.clone(), config.cloud.refresh_interval);
        Self { rest, config }
    }

    async fn page(&mut self, url: &Url, question: &Value) -> Result<Value, DiscoveryError> {
        let secret = self.config.secret_key.read().await;
        let secret = secret.map_err(|source| DiscoveryError::Request { url: shown(url), source })?;
        let credentials =
            Credentials { id: self.config.access_key.clone(), secret, token: None, until: None };
        let body = question.to_string();
        let mut headers =
            HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        sign(&credentials, SCOPE, Timestamp::now(), &Method::POST, url, &mut headers, body.as_bytes());
        let (_, answer) = self.rest.request(Method::POST, url, headers, body).await?;
        read_json(url, &answer)
    }

    /// A machine without an address makes no target.
    fn target(&self, machine: &Value) -> Option<Meta> {
        let addresses = ["/PrivateIp", "/PublicIp"].map(|at| text(machine, at));
        let address = addresses.iter().find(|address| !address.is_empty())?;
        let mut target = Meta::new();
        target.set(ADDRESS_LABEL, host_port(address, self.config.cloud.port));
        target.set("__meta_outscale_vm_region", &self.config.region);
        target.set_texts(
            PREFIX,
            machine,
            &[
                ("instance_id", "/VmId"),
                ("private_ip", "/PrivateIp"),
                ("public_ip", "/PublicIp"),
                ("state", "/State"),
                ("subregion", "/Placement/SubregionName"),
            ],
        );
        for tag in list(machine, "/Tags") {
            target.set(format!("{PREFIX}tag_{}", sanitize(&text(tag, "/Key"))), text(tag, "/Value"));
        }
        Some(target)
    }
}

impl Ask for OutscaleAsker {
    fn interval(&self) -> Duration {
        self.config.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let public = format!("https://api.{}.outscale.com/api/v1", self.config.region);
        let url = self.config.cloud.url(&public, "ReadVms")?;
        let mut targets = Vec::new();
        let mut question = json!({});
        loop {
            let page = self.page(&url, &question).await?;
            targets.extend(list(&page, "/Vms").iter().filter_map(|machine| self.target(machine)));
            match text(&page, "/NextPageToken").as_str() {
                "" => return Ok(one_group(self.config.region.as_str(), &targets)),
                next => question = json!({ "NextPageToken": next }),
            }
        }
    }
}
