//! Role `instance`: a target per address of an instance of Nova, with the floating address that leads to it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::auth::Session;
use super::{OpenStackAsker, PREFIX};
use crate::DiscoveryError;
use crate::ask::{list, mapping, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};

/// The floating addresses by the instance and its own address that they lead to.
type Floating = BTreeMap<(String, String), String>;

impl OpenStackAsker {
    pub(super) async fn instances(&mut self, session: &Session) -> Result<Vec<Meta>, DiscoveryError> {
        let ports = self.all(session, "network", &network(session, self, "ports")?, "ports").await?;
        let instances: BTreeMap<String, String> =
            ports.iter().map(|port| (text(port, "/id"), text(port, "/device_id"))).collect();
        let path = network(session, self, "floatingips")?;
        let addresses = self.all(session, "network", &path, "floatingips").await?;
        let floating: Floating = addresses
            .iter()
            .filter_map(|address| {
                let (port, own) = (text(address, "/port_id"), text(address, "/fixed_ip_address"));
                let instance = instances.get(&port).filter(|_| !port.is_empty() && !own.is_empty())?;
                Some(((instance.clone(), own), text(address, "/floating_ip_address")))
            })
            .collect();
        let public: BTreeSet<&str> = floating.values().map(String::as_str).collect();
        let servers = self.all(session, "compute", "servers/detail", "servers").await?;
        let port = self.config.port;
        Ok(servers.iter().flat_map(|server| targets(server, &floating, &public, port)).collect())
    }
}

/// The path of a list of the network service, whose address may end in its version.
pub(super) fn network(
    session: &Session,
    asker: &OpenStackAsker,
    what: &str,
) -> Result<String, DiscoveryError> {
    let config = &asker.config;
    let base = session.endpoint("network", &config.region, config.availability)?;
    let has_version = base.path().trim_end_matches('/').ends_with("/v2.0");
    Ok(if has_version { what.to_owned() } else { format!("v2.0/{what}") })
}

fn targets(server: &Value, floating: &Floating, public: &BTreeSet<&str>, port: u16) -> Vec<Meta> {
    let mut common = Meta::new();
    common.set_texts(
        PREFIX,
        server,
        &[
            ("instance_id", "/id"),
            ("instance_image", "/image/id"),
            ("instance_name", "/name"),
            ("instance_status", "/status"),
            ("project_id", "/tenant_id"),
            ("user_id", "/user_id"),
        ],
    );
    let flavor = ["/flavor/original_name", "/flavor/id"].map(|at| text(server, at));
    let flavor = flavor.iter().find(|flavor| !flavor.is_empty());
    common.set_some("__meta_openstack_instance_flavor", flavor);
    let tags = mapping(server, "/metadata");
    common.set_all("__meta_openstack_tag_", tags.iter().map(|(name, value)| (name, value)));
    let id = text(server, "/id");
    let pools = server.get("addresses").and_then(Value::as_object).into_iter().flatten();
    let mut targets = Vec::new();
    for (pool, addresses) in pools {
        for address in list(addresses, "") {
            let address = text(address, "/addr");
            // A floating address leads to another one in this list.
            if address.is_empty() || public.contains(address.as_str()) {
                continue;
            }
            let mut target = common.clone();
            target.set("__meta_openstack_address_pool", pool);
            target.set("__meta_openstack_private_ip", &address);
            target.set(ADDRESS_LABEL, host_port(&address, port));
            target.set_some("__meta_openstack_public_ip", floating.get(&(id.clone(), address)));
            targets.push(target);
        }
    }
    targets
}
