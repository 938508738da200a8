//! Role `loadbalancer`: a target per load balancer of Octavia that has a listener with the protocol `PROMETHEUS`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::auth::Session;
use super::instance::network;
use super::{OpenStackAsker, PREFIX};
use crate::DiscoveryError;
use crate::ask::{list, strings, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};

impl OpenStackAsker {
    pub(super) async fn load_balancers(&mut self, session: &Session) -> Result<Vec<Meta>, DiscoveryError> {
        let base = session.endpoint("load-balancer", &self.config.region, self.config.availability)?;
        let has_version = base.path().trim_end_matches('/').ends_with("/v2.0");
        let path = |what| if has_version { format!("lbaas/{what}") } else { format!("v2.0/lbaas/{what}") };
        let (balancers, listeners) = (path("loadbalancers"), path("listeners"));
        let balancers = self.all(session, "load-balancer", &balancers, "loadbalancers").await?;
        let listeners = self.all(session, "load-balancer", &listeners, "listeners").await?;
        let floating = network(session, self, "floatingips")?;
        let floating = self.all(session, "network", &floating, "floatingips").await?;
        let floating: BTreeMap<String, String> = floating
            .iter()
            .map(|address| (text(address, "/port_id"), text(address, "/floating_ip_address")))
            .filter(|(port, _)| !port.is_empty())
            .collect();
        // The first listener of each balancer.
        let mut ports: BTreeMap<String, u16> = BTreeMap::new();
        for listener in listeners.iter().filter(|one| text(one, "/protocol") == "PROMETHEUS") {
            let port = text(listener, "/protocol_port").parse().unwrap_or_default();
            for balancer in list(listener, "/loadbalancers") {
                ports.entry(text(balancer, "/id")).or_insert(port);
            }
        }
        let target = |balancer: &Value| {
            let port = ports.get(&text(balancer, "/id"))?;
            Some(target(balancer, *port, floating.get(&text(balancer, "/vip_port_id"))))
        };
        Ok(balancers.iter().filter_map(target).collect())
    }
}

fn target(balancer: &Value, port: u16, floating: Option<&String>) -> Meta {
    let mut target = Meta::new();
    target.set(ADDRESS_LABEL, host_port(&text(balancer, "/vip_address"), port));
    target.set_texts(
        PREFIX,
        balancer,
        &[
            ("loadbalancer_availability_zone", "/availability_zone"),
            ("loadbalancer_id", "/id"),
            ("loadbalancer_name", "/name"),
            ("loadbalancer_operating_status", "/operating_status"),
            ("loadbalancer_provider", "/provider"),
            ("loadbalancer_provisioning_status", "/provisioning_status"),
            ("loadbalancer_vip", "/vip_address"),
            ("project_id", "/project_id"),
        ],
    );
    target.set("__meta_openstack_loadbalancer_tags", strings(balancer, "/tags").join(","));
    target.set_some("__meta_openstack_loadbalancer_floating_ip", floating);
    target
}
