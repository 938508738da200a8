//! One look: what configurations find now, for checks of a configuration.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::{DiscoveryManager, ManagerOptions};
use crate::{DiscoveryConfig, TargetGroup};

/// How often is looked whether all mechanisms have answered.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// Runs `configs` until each has handed on its groups or failed, at most for `limit`; gives all groups found.
///
/// Failures are logged. Must be called inside a tokio runtime.
pub async fn discover_once(configs: Vec<DiscoveryConfig>, limit: Duration) -> Vec<Arc<TargetGroup>> {
    const POOL: &str = "once";
    let manager = DiscoveryManager::new(ManagerOptions::default());
    manager.apply(BTreeMap::from([(POOL.to_owned(), configs)]));
    let answered = async {
        while !manager.all_answered() {
            tokio::time::sleep(LOOK_INTERVAL).await;
        }
    };
    // Without an answer in time, what is known so far is what there is.
    let _ = timeout(limit, answered).await;
    let state = manager.shared.state.lock();
    state.pools.get(POOL).map(|configs| state.groups(configs)).unwrap_or_default()
}

impl DiscoveryManager {
    /// Whether every mechanism that runs has listed its groups or failed to.
    fn all_answered(&self) -> bool {
        let state = self.shared.state.lock();
        state.providers.iter().all(|(config, running)| {
            let stats = running.provider.stats();
            matches!(config, DiscoveryConfig::Static(_)) || stats.updates + stats.failures > 0
        })
    }
}
