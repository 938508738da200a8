//! One configured mechanism; the one dispatch over all mechanisms.

use std::sync::Arc;

use crate::refresh::{Refresher, Updates, run};
use crate::{
    ConsulConfig, DnsConfig, DockerConfig, FileConfig, HttpConfig, NomadConfig, PuppetDbConfig, TargetGroup,
    consul, dns, docker, file, http_sd, nomad, puppetdb,
};

/// One entry of a `*_sd_configs` or `static_configs` list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DiscoveryConfig {
    /// Targets written in the configuration file itself.
    Static(Vec<TargetGroup>),
    /// Targets in files, which are watched.
    File(FileConfig),
    /// Targets from DNS records.
    Dns(DnsConfig),
    /// Targets from a URL.
    Http(Box<HttpConfig>),
    /// Services of Consul.
    Consul(Box<ConsulConfig>),
    /// Containers of Docker.
    Docker(Box<DockerConfig>),
    /// Services of Nomad.
    Nomad(Box<NomadConfig>),
    /// Resources of PuppetDB.
    PuppetDb(Box<PuppetDbConfig>),
}

impl DiscoveryConfig {
    /// The mechanism's name, as in metrics and logs.
    pub fn mechanism(&self) -> &'static str {
        match self {
            Self::Static(_) => "static",
            Self::File(_) => "file",
            Self::Dns(_) => "dns",
            Self::Http(_) => "http",
            Self::Consul(_) => "consul",
            Self::Docker(_) => "docker",
            Self::Nomad(_) => "nomad",
            Self::PuppetDb(_) => "puppetdb",
        }
    }

    /// The groups that are known without asking anyone.
    pub(crate) fn known_groups(&self) -> Vec<Arc<TargetGroup>> {
        match self {
            Self::Static(groups) => groups
                .iter()
                .enumerate()
                .map(|(index, group)| {
                    let source =
                        if group.source.is_empty() { index.to_string() } else { group.source.clone() };
                    Arc::new(TargetGroup { source, ..group.clone() })
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Runs the mechanism until the task is aborted; returns at once when there is nothing to watch.
    pub(crate) async fn run(self, updates: Updates) {
        let refresher: Box<dyn Refresher> = match self {
            Self::Static(_) => return,
            Self::File(config) => Box::new(file::FileRefresher::new(config)),
            Self::Dns(config) => Box::new(dns::DnsRefresher::new(config)),
            Self::Http(config) => Box::new(http_sd::HttpRefresher::new(*config)),
            Self::Consul(config) => Box::new(consul::ConsulRefresher::new(*config)),
            Self::Docker(config) => Box::new(docker::DockerRefresher::new(*config)),
            Self::Nomad(config) => Box::new(nomad::NomadRefresher::new(*config)),
            Self::PuppetDb(config) => Box::new(puppetdb::PuppetDbRefresher::new(*config)),
        };
        run(refresher, updates).await;
    }
}
