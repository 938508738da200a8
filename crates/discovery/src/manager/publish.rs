//! The task that publishes changes: waits for one, lets it settle, publishes, rests.

use std::pin::pin;
use std::sync::Arc;

use tokio::time::sleep;

use super::{ManagerOptions, Shared};

pub(super) async fn run(shared: Arc<Shared>, options: ManagerOptions) {
    loop {
        let mut changed = pin!(shared.changed.notified());
        if changed.as_mut().enable() {
            // It came during the rest.
            shared.state.lock().updates_delayed += 1;
        }
        changed.await;
        sleep(options.settle_time).await;
        shared.publish(&mut shared.state.lock());
        sleep(options.publish_interval).await;
    }
}
