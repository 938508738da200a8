//! The task that publishes changes: waits for one, lets it settle, publishes, rests.

use std::sync::Arc;

use tokio::time::sleep;

use super::{ManagerOptions, Shared};

pub(super) async fn run(shared: Arc<Shared>, options: ManagerOptions) {
    loop {
        shared.changed.notified().await;
        sleep(options.settle_time).await;
        shared.publish(&mut shared.state.lock());
        sleep(options.publish_interval).await;
    }
}
