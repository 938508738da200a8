//! EC2: instances of a region.

use std::collections::BTreeMap;
use std::time::Duration;

use roxmltree::Node;

use super::Ec2Config;
use super::api::Api;
use crate::ask::{Ask, one_group};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, sanitize, surrounded};
use crate::{DiscoveryError, TargetGroup, xml};

const VERSION: &str = "2016-11-15";

/// The running discovery.
#[derive(Debug)]
pub(crate) struct Ec2Asker {
    api: Api,
    config: Ec2Config,
    /// The identifiers of the availability zones by their names; asked for once.
    zones: Option<BTreeMap<String, String>>,
}

impl Ec2Asker {
    pub(crate) fn new(config: Ec2Config) -> Self {
        Self { api: Api::new(config.aws.clone(), "ec2"), config, zones: None }
    }

    /// We may not be allowed to ask for zones; then their identifiers are no labels.
    async fn zones(&mut self) {
        if self.zones.is_some() {
            return;
        }
        match self.ask_zones().await {
            Ok(zones) => self.zones = Some(zones),
            Err(error) => tracing::debug!(%error, "the availability zones' identifiers are not known"),
        }
    }

    async fn ask_zones(&mut self) -> Result<BTreeMap<String, String>, DiscoveryError> {
        let (url, body) = self.api.query(&action("DescribeAvailabilityZones")).await?;
        let document = xml::parse(&url, xml::utf8(&url, &body)?)?;
        let zones = items(document.root_element(), "availabilityZoneInfo");
        Ok(zones
            .map(|zone| (xml::text(zone, "zoneName").to_owned(), xml::text(zone, "zoneId").to_owned()))
            .collect())
    }

    async fn instances(&mut self) -> Result<Vec<Meta>, DiscoveryError> {
        let mut fields = action("DescribeInstances");
        for (number, (name, values)) in self.config.filters.iter().enumerate() {
            let number = number + 1;
            fields.push((format!("Filter.{number}.Name"), name.clone()));
            for (index, value) in values.iter().enumerate() {
                fields.push((format!("Filter.{number}.Value.{}", index + 1), value.clone()));
            }
        }
        let mut targets = Vec::new();
        let mut next = String::new();
        loop {
            let mut page = fields.clone();
            if !next.is_empty() {
                page.push(("NextToken".to_owned(), next));
            }
            let (url, body) = self.api.query(&page).await?;
            let document = xml::parse(&url, xml::utf8(&url, &body)?)?;
            let root = document.root_element();
            for reservation in items(root, "reservationSet") {
                let owner = xml::text(reservation, "ownerId");
                let instances = items(reservation, "instancesSet");
                targets.extend(instances.filter_map(|instance| self.target(owner, instance)));
            }
            next = xml::text(root, "nextToken").to_owned();
            if next.is_empty() {
                return Ok(targets);
            }
        }
    }

    /// An instance without an address makes no target.
    fn target(&self, owner: &str, instance: Node<'_, '_>) -> Option<Meta> {
        let field = |path: &str| xml::text(instance, path);
        let (primary, all) = v6_addresses(instance);
        let default6 = primary.iter().chain(&all).find(|address| !address.is_empty());
        let private = Some(field("privateIpAddress")).filter(|address| !address.is_empty());
        let address = private.or(default6.map(String::as_str))?;
        let mut target = Meta::new();
        target.set(ADDRESS_LABEL, host_port(address, self.config.aws.cloud.port));
        let zone = field("placement/availabilityZone");
        for (name, value) in [
            ("ami", field("imageId")),
            ("architecture", field("architecture")),
            ("availability_zone", zone),
            ("instance_id", field("instanceId")),
            ("instance_lifecycle", field("instanceLifecycle")),
            ("instance_state", field("instanceState/name")),
            ("instance_type", field("instanceType")),
            ("owner_id", owner),
            ("platform", field("platform")),
            ("private_dns_name", field("privateDnsName")),
            ("private_ip", field("privateIpAddress")),
            ("public_ip", field("ipAddress")),
            ("region", self.api.region()),
            ("vpc_id", field("vpcId")),
        ] {
            target.set(format!("__meta_ec2_{name}"), value);
        }
        if !field("ipAddress").is_empty() {
            target.set("__meta_ec2_public_dns_name", field("dnsName"));
        }
        let zone_id = self.zones.as_ref().and_then(|zones| zones.get(zone));
        target.set_some("__meta_ec2_availability_zone_id", zone_id);
        target.set_some("__meta_ec2_default_ipv6_address", default6);
        target.set("__meta_ec2_primary_ipv6_addresses", surrounded(primary.iter().map(String::as_str), ","));
        target.set("__meta_ec2_ipv6_addresses", surrounded(all.iter().map(String::as_str), ","));
        if !field("vpcId").is_empty() {
            target.set("__meta_ec2_primary_subnet_id", field("subnetId"));
            target.set("__meta_ec2_subnet_id", surrounded(subnets(instance), ","));
        }
        for tag in items(instance, "tagSet") {
            let name = sanitize(xml::text(tag, "key"));
            target.set(format!("__meta_ec2_tag_{name}"), xml::text(tag, "value"));
        }
        Some(target)
    }
}

fn action(name: &str) -> Vec<(String, String)> {
    [("Action", name), ("Version", VERSION)].map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// The items of a list.
fn items<'a, 'i: 'a>(node: Node<'a, 'i>, name: &str) -> impl Iterator<Item = Node<'a, 'i>> {
    xml::child(node, name).into_iter().flat_map(|list| xml::children(list, "item"))
}

/// The subnets of the network interfaces, each once, in their order.
fn subnets<'a>(instance: Node<'a, '_>) -> Vec<&'a str> {
    let mut subnets = Vec::new();
    for interface in items(instance, "networkInterfaceSet") {
        let subnet = xml::text(interface, "subnetId");
        if !subnet.is_empty() && !subnets.contains(&subnet) {
            subnets.push(subnet);
        }
    }
    subnets
}

/// The primary IPv6 addresses at the places of their interfaces, and all of them.
fn v6_addresses(instance: Node<'_, '_>) -> (Vec<String>, Vec<String>) {
    /// More interfaces than any machine has: a bad number must not take memory.
    const DEVICES_MAX: usize = 1024;
    let (mut primary, mut all) = (Vec::new(), Vec::new());
    if xml::text(instance, "vpcId").is_empty() {
        return (primary, all);
    }
    for interface in items(instance, "networkInterfaceSet") {
        if xml::text(interface, "subnetId").is_empty() {
            continue;
        }
        let device = xml::text(interface, "attachment/deviceIndex").parse().unwrap_or(0_usize);
        for address in items(interface, "ipv6AddressesSet") {
            let text = xml::text(address, "ipv6Address").to_owned();
            if xml::text(address, "isPrimaryIpv6") == "true" && device < DEVICES_MAX {
                primary.resize(primary.len().max(device + 1), String::new());
                if let Some(place) = primary.get_mut(device) {
                    place.clone_from(&text);
                }
            }
            all.push(text);
        }
    }
    (primary, all)
}

impl Ask for Ec2Asker {
    fn interval(&self) -> Duration {
        self.config.aws.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        self.zones().await;
        let targets = self.instances().await?;
        Ok(one_group(self.api.region(), &targets))
    }
}
