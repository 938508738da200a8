//! What the server says of remote write requests: counted by `v1::write`, under Prometheus' names.

use narthex_client::{Counter, Registry};
use narthex_remote::receive::Reply;

/// The metrics of the receiver.
#[derive(Debug)]
pub(crate) struct WriteMetrics {
    invalid_labels: Counter,
    without_metadata: Counter,
}

impl WriteMetrics {
    /// Metrics that `registry` exposes, if there is a receiver.
    pub(crate) fn new(registry: &Registry, receives: bool) -> Self {
        let counter = |name, help| {
            let counter = Counter::new(name, help);
            if receives { counter.register_in(registry) } else { counter }
        };
        Self {
            invalid_labels: counter(
                "prometheus_api_remote_write_invalid_labels_samples_total",
                "Samples of remote write requests that were left out because of their labels.",
            ),
            without_metadata: counter(
                "prometheus_api_remote_write_without_metadata_appended_samples_total",
                "Samples of remote write requests that were stored without metadata.",
            ),
        }
    }

    /// Counts one request.
    pub(crate) fn observe(&self, reply: &Reply) {
        self.invalid_labels.inc_by(reply.invalid_labels);
        self.without_metadata.inc_by(reply.without_metadata);
    }
}
