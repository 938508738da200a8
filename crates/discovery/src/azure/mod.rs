//! Azure: virtual machines of a subscription, those of scale sets too. `token` finds who we are.

mod token;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use http::header::{AUTHORIZATION, HeaderMap};
use http::{Method, StatusCode};
use narthex_http_client::Secret;
use serde_json::Value;
use url::Url;

use crate::ask::{Ask, CloudOptions, join, list, mapping, one_group, parse_url, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};
use crate::rest::{Rest, read_json};
use crate::{DiscoveryError, TargetGroup};
use token::Tokens;

const PREFIX: &str = "__meta_azure_machine_";
const COMPUTE_VERSION: &str = "2024-07-01";
const NETWORK_VERSION: &str = "2024-05-01";
/// Network cards of scale sets are told by an older interface.
const SCALE_SET_NETWORK_VERSION: &str = "2018-10-01";
/// For how many refreshes a network card is remembered: each is a request of its own.
const CARD_REFRESHES: u32 = 10;

/// How we prove who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AzureAuthentication {
    /// A client's secret.
    #[default]
    OAuth,
    /// The identity of the machine we run on.
    ManagedIdentity,
    /// What the environment has: a client's secret, a workload identity, or the machine.
    Sdk,
    /// A token in a file, as Kubernetes gives to pods.
    WorkloadIdentity,
}

/// One `azure_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AzureConfig {
    /// The cloud: `AzurePublicCloud`, `AzureChinaCloud` or `AzureUSGovernmentCloud`.
    pub environment: String,
    /// How we prove who we are.
    pub authentication: AzureAuthentication,
    /// The subscription whose machines are listed.
    pub subscription_id: String,
    /// The tenant.
    pub tenant_id: String,
    /// Who asks.
    pub client_id: String,
    /// The asker's secret.
    pub client_secret: Option<Secret>,
    /// Only this resource group; all when empty.
    pub resource_group: String,
    /// Where tokens are got; the cloud's public address when not set.
    pub login_endpoint: Option<Url>,
    /// How to ask.
    pub cloud: CloudOptions,
}

impl AzureConfig {
    /// All machines of a subscription.
    pub fn new(subscription_id: impl Into<String>) -> Self {
        Self {
            environment: "AzurePublicCloud".to_owned(),
            authentication: AzureAuthentication::default(),
            subscription_id: subscription_id.into(),
            tenant_id: String::new(),
            client_id: String::new(),
            client_secret: None,
            resource_group: String::new(),
            login_endpoint: None,
            cloud: CloudOptions { refresh_interval: Duration::from_secs(300), ..CloudOptions::default() },
        }
    }

    /// Addresses of the API and of the login.
    fn hosts(&self) -> Result<(&'static str, &'static str), DiscoveryError> {
        Ok(match self.environment.to_uppercase().as_str() {
            "AZUREPUBLICCLOUD" | "AZURECLOUD" => {
                ("https://management.azure.com", "https://login.microsoftonline.com")
            }
            "AZURECHINACLOUD" => ("https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
            "AZUREUSGOVERNMENT" | "AZUREUSGOVERNMENTCLOUD" => {
                ("https://management.usgovcloudapi.net", "https://login.microsoftonline.us")
            }
            _ => {
                let reason = format!(
                    "the environment \"{}\" is not known: expected AzurePublicCloud, AzureChinaCloud or AzureUSGovernmentCloud",
                    self.environment
                );
                return Err(DiscoveryError::Parse { place: "azure_sd_configs".to_owned(), reason });
            }
        })
    }
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct AzureAsker {
    rest: Rest,
    tokens: Tokens,
    config: AzureConfig,
    cards: HashMap<String, (Value, Instant)>,
}

/// The scale set that a machine belongs to.
type ScaleSet = Option<String>;

impl AzureAsker {
    pub(crate) fn new(config: AzureConfig) -> Self {
        let rest = Rest::new(config.cloud.http.clone(), config.cloud.refresh_interval);
        Self { rest, tokens: Tokens::new(), config, cards: HashMap::new() }
    }

    fn base(&self) -> Result<Url, DiscoveryError> {
        self.config.cloud.url(self.config.hosts()?.0, "")
    }

    async fn get(&mut self, url: &Url) -> Result<Value, DiscoveryError> {
        let header = self.tokens.header(&self.config).await?;
        let headers = HeaderMap::from_iter([(AUTHORIZATION, header)]);
        let (_, body) = self.rest.request(Method::GET, url, headers, "").await?;
        read_json(url, &body)
    }

    /// Everything of a list in pages.
    async fn all(&mut self, path: &str) -> Result<Vec<Value>, DiscoveryError> {
        let mut url = join(&self.base()?, path);
        url.query_pairs_mut().append_pair("api-version", COMPUTE_VERSION);
        let mut all = Vec::new();
        loop {
            let page = self.get(&url).await?;
            all.extend_from_slice(list(&page, "/value"));
            match text(&page, "/nextLink").as_str() {
                "" => return Ok(all),
                next => url = parse_url(next)?,
            }
        }
    }

    async fn machines(&mut self) -> Result<Vec<(Value, ScaleSet)>, DiscoveryError> {
        let group = match self.config.resource_group.as_str() {
            "" => String::new(),
            group => format!("/resourceGroups/{group}"),
        };
        let path =
            format!("subscriptions/{}{group}/providers/Microsoft.Compute", self.config.subscription_id);
        let single = self.all(&format!("{path}/virtualMachines")).await?;
        let mut machines: Vec<_> = single.into_iter().map(|machine| (machine, None)).collect();
        for set in self.all(&format!("{path}/virtualMachineScaleSets")).await? {
            let members = self.all(&format!("{}/virtualMachines", text(&set, "/id"))).await?;
            machines.extend(members.into_iter().map(|machine| (machine, Some(text(&set, "/name")))));
        }
        Ok(machines)
    }

    /// A network card; `None` when it is no more.
    async fn card(&mut self, id: &str, in_set: bool) -> Result<Option<Value>, DiscoveryError> {
        if let Some((card, until)) = self.cards.get(id)
            && Instant::now() < *until
        {
            return Ok(Some(card.clone()));
        }
        let mut url = join(&self.base()?, id);
        url.query_pairs_mut()
            .append_pair("api-version", if in_set { SCALE_SET_NETWORK_VERSION } else { NETWORK_VERSION })
            .append_pair("$expand", "IPConfigurations/PublicIPAddress");
        match self.get(&url).await {
            Ok(card) => {
                let until = Instant::now() + self.config.cloud.refresh_interval * CARD_REFRESHES;
                self.cards.insert(id.to_owned(), (card.clone(), until));
                Ok(Some(card))
            }
            Err(DiscoveryError::Status { status: StatusCode::NOT_FOUND, .. }) => {
                tracing::warn!(card = id, "the network interface of a machine does not exist");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// A machine without a primary address (it may not run) makes no target.
    async fn target(&mut self, machine: &Value, set: &ScaleSet) -> Result<Option<Meta>, DiscoveryError> {
        for card in list(machine, "/properties/networkProfile/networkInterfaces") {
            let Some(card) = self.card(&text(card, "/id"), set.is_some()).await? else { return Ok(None) };
            match card.pointer("/properties/primary") {
                Some(Value::Bool(true)) => {}
                Some(Value::Bool(false)) => continue,
                // Told only of machines that run.
                _ => return Ok(None),
            }
            let Some(configuration) = list(&card, "/properties/ipConfigurations").first() else { continue };
            let private = text(configuration, "/properties/privateIPAddress");
            if private.is_empty() {
                let place = text(machine, "/id");
                let reason = "the machine has no private address".to_owned();
                return Err(DiscoveryError::Parse { place, reason });
            }
            let mut target = self.labels(machine, set);
            let public = text(configuration, "/properties/publicIPAddress/properties/ipAddress");
            target.set("__meta_azure_machine_public_ip", public);
            target.set("__meta_azure_machine_private_ip", &private);
            target.set(ADDRESS_LABEL, host_port(&private, self.config.cloud.port));
            return Ok(Some(target));
        }
        Ok(None)
    }

    fn labels(&self, machine: &Value, set: &ScaleSet) -> Meta {
        let mut target = Meta::new();
        target.set("__meta_azure_subscription_id", &self.config.subscription_id);
        target.set("__meta_azure_tenant_id", &self.config.tenant_id);
        let id = text(machine, "/id");
        target.set_texts(
            PREFIX,
            machine,
            &[
                ("id", "/id"),
                ("name", "/name"),
                ("computer_name", "/properties/osProfile/computerName"),
                ("os_type", "/properties/storageProfile/osDisk/osType"),
                ("location", "/location"),
                ("size", "/properties/hardwareProfile/vmSize"),
            ],
        );
        target.set_some("__meta_azure_machine_scale_set", set.as_ref());
        let mut segments = id.split('/').skip_while(|part| !part.eq_ignore_ascii_case("resourceGroups"));
        target.set_some("__meta_azure_machine_resource_group", segments.nth(1));
        let tags = mapping(machine, "/tags");
        target.set_all("__meta_azure_machine_tag_", tags.iter().map(|(name, value)| (name, value)));
        target
    }
}

impl Ask for AzureAsker {
    fn interval(&self) -> Duration {
        self.config.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let mut targets = Vec::new();
        for (machine, set) in self.machines().await? {
            targets.extend(self.target(&machine, &set).await?);
        }
        let now = Instant::now();
        self.cards.retain(|_, (_, until)| now < *until);
        Ok(one_group("", &targets))
    }
}
