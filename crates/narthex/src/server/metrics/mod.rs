//! [`SelfMetrics`]: what the server says of itself on `/metrics`, under the names that dashboards and alerts for
//! Prometheus use. Counted where things happen (`tsdb`, `scrape`, `discovery`), collected here at every scrape.

mod database;
mod discovery;
mod scraping;
mod upkeep;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::late::{LateDb, LateTargets};
use super::state::ServerState;
use narthex_client::{Collector, Families};
use narthex_web::server::Counts;

/// The collector.
pub(super) struct SelfMetrics {
    state: Arc<ServerState>,
    db: Arc<LateDb>,
    targets: Arc<LateTargets>,
    connections: Arc<Counts>,
}

impl SelfMetrics {
    /// A collector over the parts of the server.
    pub(super) fn new(
        state: Arc<ServerState>,
        db: Arc<LateDb>,
        targets: Arc<LateTargets>,
        connections: Arc<Counts>,
    ) -> Self {
        Self { state, db, targets, connections }
    }
}

impl Collector for SelfMetrics {
    fn collect(&self, families: &mut Families) {
        self.server(families);
        self.connections(families);
        if let Some(db) = self.db.get() {
            database::collect(families, db, &self.state);
        }
        if let Some(manager) = self.targets.get() {
            let snapshot = manager.metrics();
            scraping::collect(families, &snapshot, self.state.reload_status().2);
            discovery::collect(families, &snapshot.discovery);
        }
    }
}

fn gauge(families: &mut Families, name: &str, help: &str, value: f64) {
    families.gauge(name, help).value(value);
}

fn counter(families: &mut Families, name: &str, help: &str, value: f64) {
    families.counter(name, help).value(value);
}

impl SelfMetrics {
    fn server(&self, families: &mut Families) {
        use narthex_api::backend::Server as _;
        let info = self.state.build_info();
        let facts = [
            ("version", info.version.as_str()),
            ("revision", info.revision.as_str()),
            ("branch", info.branch.as_str()),
            ("goversion", info.compiler.as_str()),
            ("goos", std::env::consts::OS),
            ("goarch", std::env::consts::ARCH),
        ];
        let help = "Which Prometheus this server behaves as: a metric with the constant value 1.";
        families.gauge("prometheus_build_info", help).sample(facts, 1.0);
        families
            .gauge("narthex_build_info", "Which build of Narthex runs: a metric with the constant value 1.")
            .sample([("version", crate::cli::VERSION)], 1.0);
        let (ok, loaded, failures) = self.state.reload_status();
        let name = "prometheus_config_last_reload_successful";
        gauge(
            families,
            name,
            "Whether the last configuration reload attempt was successful.",
            f64::from(u8::from(ok)),
        );
        let name = "prometheus_config_last_reload_success_timestamp_seconds";
        gauge(families, name, "Timestamp of the last successful configuration reload.", loaded);
        let name = "narthex_config_reload_failures_total";
        counter(families, name, "Configuration reloads that failed.", failures as f64);
        gauge(
            families,
            "prometheus_ready",
            "Whether the server is ready to answer.",
            f64::from(u8::from(self.state.is_ready())),
        );
    }

    fn connections(&self, families: &mut Families) {
        let listener = [("listener_name", "http")];
        for (name, help, value) in [
            (
                "net_conntrack_listener_conn_accepted_total",
                "Connections that were taken.",
                &self.connections.accepted,
            ),
            (
                "net_conntrack_listener_conn_closed_total",
                "Connections that have ended.",
                &self.connections.closed,
            ),
        ] {
            families.counter(name, help).sample(listener, value.load(Ordering::Relaxed) as f64);
        }
    }
}
