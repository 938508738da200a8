//! DNS discovery: targets from A, AAAA, SRV, MX and NS records, asked for on schedule.
//!
//! `message` reads and writes DNS messages, `resolver` asks the system's name servers along the search list.

mod message;
mod resolver;

use std::net::IpAddr;
use std::time::Duration;

use narthex_model::Labels;

use crate::group::ADDRESS_LABEL;
use crate::refresh::Refresh;
use crate::{DiscoveryError, Refresher, TargetGroup};
use message::Record;
use resolver::Resolver;

const NAME_LABEL: &str = "__meta_dns_name";
const SRV_TARGET_LABEL: &str = "__meta_dns_srv_record_target";
const SRV_PORT_LABEL: &str = "__meta_dns_srv_record_port";
const MX_TARGET_LABEL: &str = "__meta_dns_mx_record_target";
const NS_TARGET_LABEL: &str = "__meta_dns_ns_record_target";

/// The records that make targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DnsType {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Mail servers.
    Mx,
    /// Name servers.
    Ns,
    /// Services with their ports.
    #[default]
    Srv,
}

impl DnsType {
    /// Reads the name of the configuration, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "A" => Self::A,
            "AAAA" => Self::Aaaa,
            "MX" => Self::Mx,
            "NS" => Self::Ns,
            "SRV" => Self::Srv,
            _ => return None,
        })
    }
}

/// One `dns_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DnsConfig {
    /// The names to look up.
    pub names: Vec<String>,
    /// The records to look for.
    pub record_type: DnsType,
    /// The port of targets whose records have none.
    pub port: u16,
    /// How often to ask.
    pub refresh_interval: Duration,
}

impl Default for DnsConfig {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            record_type: DnsType::default(),
            port: 0,
            refresh_interval: Duration::from_secs(30),
        }
    }
}

/// The running DNS discovery.
#[derive(Debug)]
pub(crate) struct DnsRefresher {
    config: DnsConfig,
    resolver: Resolver,
    /// The last good groups, one per name.
    groups: Vec<TargetGroup>,
    errors: Vec<DiscoveryError>,
}

impl DnsRefresher {
    pub(crate) fn new(config: DnsConfig) -> Self {
        Self::with_resolver(config, Resolver::of_system())
    }

    fn with_resolver(config: DnsConfig, resolver: Resolver) -> Self {
        let empty = |name: &String| TargetGroup { source: name.clone(), ..TargetGroup::default() };
        let groups = config.names.iter().map(empty).collect();
        Self { config, resolver, groups, errors: Vec::new() }
    }

    /// Looks up all names; one that cannot be looked up keeps its targets.
    async fn look_up(&mut self) -> Vec<TargetGroup> {
        for group in &mut self.groups {
            match self.resolver.look_up(&group.source, self.config.record_type).await {
                Ok(records) => {
                    let target = |record| target(&group.source, record, self.config.port);
                    group.targets = records.into_iter().map(target).collect();
                }
                Err(reason) => {
                    self.errors.push(DiscoveryError::Answer { url: format!("DNS {}", group.source), reason });
                }
            }
        }
        self.groups.clone()
    }
}

impl Refresher for DnsRefresher {
    fn interval(&self) -> Duration {
        self.config.refresh_interval
    }

    fn refresh(&mut self) -> Refresh<'_> {
        Box::pin(async move { Ok(Some(self.look_up().await)) })
    }

    fn take_errors(&mut self) -> Vec<DiscoveryError> {
        std::mem::take(&mut self.errors)
    }
}

fn target(name: &str, record: Record, port: u16) -> Labels {
    let mut pairs = vec![(NAME_LABEL, name.to_owned())];
    let address = match record {
        Record::Address(IpAddr::V6(address)) => format!("[{address}]:{port}"),
        Record::Address(address) => format!("{address}:{port}"),
        Record::Srv { target, port } => {
            let address = format!("{}:{port}", target.trim_end_matches('.'));
            pairs.extend([(SRV_TARGET_LABEL, target), (SRV_PORT_LABEL, port.to_string())]);
            address
        }
        Record::Mx(target) => {
            let address = format!("{}:{port}", target.trim_end_matches('.'));
            pairs.push((MX_TARGET_LABEL, target));
            address
        }
        Record::Ns(target) => {
            let address = format!("{}:{port}", target.trim_end_matches('.'));
            pairs.push((NS_TARGET_LABEL, target));
            address
        }
    };
    pairs.push((ADDRESS_LABEL, address));
    Labels::from_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())))
}

#[cfg(test)]
mod tests;
