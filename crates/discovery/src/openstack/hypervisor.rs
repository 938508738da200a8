//! Role `hypervisor`: a target per hypervisor of Nova.

use serde_json::Value;

use super::auth::Session;
use super::{OpenStackAsker, PREFIX};
use crate::DiscoveryError;
use crate::ask::text;
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};

impl OpenStackAsker {
    pub(super) async fn hypervisors(&mut self, session: &Session) -> Result<Vec<Meta>, DiscoveryError> {
        let all = self.all(session, "compute", "os-hypervisors/detail", "hypervisors").await?;
        Ok(all.iter().map(|one| target(one, self.config.port)).collect())
    }
}

fn target(hypervisor: &Value, port: u16) -> Meta {
    let mut target = Meta::new();
    target.set(ADDRESS_LABEL, host_port(&text(hypervisor, "/host_ip"), port));
    target.set_texts(
        PREFIX,
        hypervisor,
        &[
            ("hypervisor_host_ip", "/host_ip"),
            ("hypervisor_hostname", "/hypervisor_hostname"),
            ("hypervisor_id", "/id"),
            ("hypervisor_state", "/state"),
            ("hypervisor_status", "/status"),
            ("hypervisor_type", "/hypervisor_type"),
        ],
    );
    target
}
