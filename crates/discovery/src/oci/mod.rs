//! Oracle Cloud: compute instances of the compartments of a tenancy. `identity` finds who we are, `request` signs.

mod identity;
mod request;

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use narthex_http_client::SecretSource;
use serde_json::Value;
use url::Url;

use crate::ask::{Ask, CloudOptions, mapping, one_group, strings, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, sanitize, surrounded};
use crate::{DiscoveryError, TargetGroup};
use request::Api;

const PREFIX: &str = "__meta_oci_";

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OciAuth {
    /// A user with a key.
    ApiKey {
        /// The tenancy.
        tenancy: String,
        /// The user.
        user: String,
        /// The fingerprint of the key.
        fingerprint: String,
        /// The file with the private key (PEM).
        key_file: PathBuf,
        /// The key's passphrase, if it has one.
        passphrase: Option<SecretSource>,
    },
    /// The machine we run on.
    InstancePrincipal {
        /// The machine's metadata service; the usual one when it is not set.
        metadata: Option<Url>,
    },
}

/// One `oci_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OciConfig {
    /// Who asks.
    pub auth: OciAuth,
    /// The region.
    pub region: String,
    /// Only these compartments; all of the tenancy when empty.
    pub compartments: Vec<String>,
    /// How to ask.
    pub cloud: CloudOptions,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct OciAsker {
    api: Api,
    config: OciConfig,
}

impl OciAsker {
    pub(crate) fn new(config: OciConfig) -> Self {
        Self { api: Api::new(config.clone()), config }
    }

    /// The compartments to look at. One whose children may not be listed hides only them.
    async fn compartments(&mut self) -> Result<Vec<String>, DiscoveryError> {
        if !self.config.compartments.is_empty() {
            return Ok(self.config.compartments.clone());
        }
        let tenancy = self.api.tenancy().await?;
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        let mut queue = VecDeque::from([tenancy]);
        while let Some(compartment) = queue.pop_front() {
            if !seen.insert(compartment.clone()) {
                continue;
            }
            let query = [
                ("compartmentId", compartment.as_str()),
                ("accessLevel", "ACCESSIBLE"),
                ("compartmentIdInSubtree", "false"),
                ("limit", "100"),
            ];
            match self.api.all("identity", "compartments", &query).await {
                Ok(children) => queue.extend(
                    children
                        .iter()
                        .filter(|child| text(child, "/lifecycleState") == "ACTIVE")
                        .map(|child| text(child, "/id")),
                ),
                Err(error @ DiscoveryError::Status { .. }) => {
                    tracing::warn!(compartment, %error, "the compartment's children cannot be listed");
                }
                Err(error) => return Err(error),
            }
            found.push(compartment);
        }
        Ok(found)
    }

    /// The primary network card of an instance.
    async fn card(&mut self, instance: &Value) -> Result<Option<Value>, DiscoveryError> {
        let (compartment, id) = (text(instance, "/compartmentId"), text(instance, "/id"));
        let query = [("compartmentId", compartment.as_str()), ("instanceId", id.as_str()), ("limit", "100")];
        let attachments = self.api.all("iaas", "vnicAttachments", &query).await?;
        for attachment in &attachments {
            let card = text(attachment, "/vnicId");
            if card.is_empty() || text(attachment, "/lifecycleState") != "ATTACHED" {
                continue;
            }
            let card = self.api.one("iaas", &format!("vnics/{card}")).await?;
            if text(&card, "/isPrimary") == "true" {
                return Ok(Some(card));
            }
        }
        Ok(None)
    }

    /// An instance without an address makes no target.
    fn target(&self, instance: &Value, card: &Value, tenancy: &str) -> Option<Meta> {
        let mut v6 = strings(card, "/ipv6Addresses");
        v6.sort_unstable();
        let addresses = ["/privateIp", "/publicIp"].map(|at| text(card, at));
        let address = addresses.iter().map(String::as_str).find(|address| !address.is_empty());
        let address = address.or(v6.first().copied())?;
        let mut target = Meta::new();
        target.set(ADDRESS_LABEL, host_port(address, self.config.cloud.port));
        target.set("__meta_oci_tenancy_id", tenancy);
        target.set_texts(
            PREFIX,
            instance,
            &[
                ("availability_domain", "/availabilityDomain"),
                ("compartment_id", "/compartmentId"),
                ("fault_domain", "/faultDomain"),
                ("image_id", "/imageId"),
                ("instance_id", "/id"),
                ("instance_name", "/displayName"),
                ("instance_shape", "/shape"),
                ("instance_state", "/lifecycleState"),
                ("region", "/region"),
            ],
        );
        target.set_texts(
            PREFIX,
            card,
            &[
                ("hostname_label", "/hostnameLabel"),
                ("private_ip", "/privateIp"),
                ("public_ip", "/publicIp"),
                ("vnic_id", "/id"),
            ],
        );
        target.set("__meta_oci_ipv6_addresses", surrounded(v6, ","));
        let tags = mapping(instance, "/freeformTags");
        target.set_all("__meta_oci_tag_", tags.iter().map(|(name, value)| (name, value)));
        for (space, tags) in instance.get("definedTags").and_then(Value::as_object).into_iter().flatten() {
            let tags = mapping(tags, "");
            let prefix = format!("{PREFIX}defined_tag_{}_", sanitize(space));
            target.set_all(&prefix, tags.iter().map(|(name, value)| (name, value)));
        }
        Some(target)
    }
}

impl Ask for OciAsker {
    fn interval(&self) -> Duration {
        self.config.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let compartments = self.compartments().await?;
        let tenancy = self.api.tenancy().await?;
        let mut targets = Vec::new();
        for compartment in &compartments {
            let query = [("compartmentId", compartment.as_str()), ("limit", "100")];
            for instance in &self.api.all("iaas", "instances", &query).await? {
                match self.card(instance).await {
                    Ok(card) => {
                        targets.extend(card.and_then(|card| self.target(instance, &card, &tenancy)));
                    }
                    // One that is going away must not hide the others.
                    Err(error @ DiscoveryError::Status { .. }) => {
                        let id = text(instance, "/id");
                        tracing::warn!(instance = id, %error, "the instance's network is not known");
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(one_group("OCI", &targets))
    }
}
