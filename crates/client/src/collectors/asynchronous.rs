//! Collectors that wait: for a database, for another service, for a lock of a runtime.
//!
//! [`Registry::refresh`](crate::Registry::refresh) polls all of a registry's at once and keeps what they gave; a page shows
//! what was kept last. No runtime is needed or assumed.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use narthex_exposition::encode::MetricFamily;

use super::Families;

/// A collection that runs.
type Running = Pin<Box<dyn Future<Output = Families> + Send>>;

/// One asynchronous collector and what it gave last.
pub(crate) struct Waiting {
    begin: Box<dyn Fn() -> Running + Send + Sync>,
    last: Mutex<Vec<MetricFamily>>,
}

impl Waiting {
    pub(crate) fn new<F, Fut>(collect: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Families> + Send + 'static,
    {
        Self { begin: Box::new(move || Box::pin(collect())), last: Mutex::default() }
    }

    /// Adds what was collected last.
    pub(crate) fn add_to(&self, families: &mut Families) {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().for_each(|family| families.push(family.clone()));
    }

    fn keep(&self, families: Families) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = families.into_sorted();
    }
}

/// Runs these collectors, all at the same time.
pub(crate) async fn refresh(collectors: impl IntoIterator<Item = std::sync::Arc<Waiting>>) {
    let mut running: Vec<_> =
        collectors.into_iter().map(|collector| ((collector.begin)(), collector)).collect();
    std::future::poll_fn(|context| {
        running.retain_mut(|(future, collector)| match future.as_mut().poll(context) {
            Poll::Ready(families) => {
                collector.keep(families);
                false
            }
            Poll::Pending => true,
        });
        if running.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
