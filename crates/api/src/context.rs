//! [`Context`]: everything that a request can need; one for the whole server, shared by all requests.

use std::sync::Arc;

use narthex_client::Registry;
use narthex_promql::Engine;
use narthex_remote::receive::Receiver;
use narthex_storage::Queryable;
use narthex_web::Ui;
use tokio::sync::Semaphore;

use crate::backend::{Database, Server, Targets};
use crate::cors::CorsOrigin;
use crate::engine_metrics::EngineMetrics;
use crate::observe::HttpMetrics;
use crate::query_log::QueryLog;
use crate::top_queries::TopQueries;
use crate::workers::Workers;
use crate::write_metrics::WriteMetrics;

/// Requests of remote write that are appended at once; the others wait.
const WRITES_MAX: usize = 16;

/// Settings that come from flags.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The path prefix of all routes, empty or `/a/b`.
    pub route_prefix: String,
    /// The URL under which others reach this server.
    pub external_url: url::Url,
    /// The port on which this server listens.
    pub own_port: Option<u16>,
    /// Whether `/-/reload` and `/-/quit` work.
    pub lifecycle: bool,
    /// Whether `/api/v1/admin` works.
    pub admin: bool,
    /// Origins that may read answers.
    pub cors: CorsOrigin,
    /// Queries at once.
    pub query_concurrency: usize,
    /// Readers of live notifications at once.
    pub subscribers_max: usize,
}

/// Which features are on, by category, for `/api/v1/features`.
pub type Features = Vec<(String, Vec<(String, bool)>)>;

/// Everything that the endpoints use.
pub struct Context {
    /// Settings.
    pub settings: Settings,
    /// Samples to read.
    pub storage: Arc<dyn Queryable>,
    /// The database's other side.
    pub database: Arc<dyn Database>,
    /// What takes remote write; `None` when it is off.
    pub receiver: Option<Receiver>,
    /// The query engine.
    pub engine: Arc<Engine>,
    /// Targets.
    pub targets: Arc<dyn Targets>,
    /// The server itself.
    pub server: Arc<dyn Server>,
    /// The server's own metrics.
    pub registry: Registry,
    /// Where queries are logged.
    pub query_log: Arc<QueryLog>,
    /// The user interface.
    pub ui: Ui,
    /// Features that are on.
    pub features: Features,
}

/// A context with the pools in which its requests' work runs.
pub(crate) struct State {
    pub(crate) context: Context,
    /// Queries.
    pub(crate) queries: Workers,
    /// Look-ups of labels and series, federation.
    pub(crate) lookups: Workers,
    /// Requests of remote write.
    pub(crate) writes: Workers,
    /// Places for readers of live notifications.
    pub(crate) subscribers: Arc<Semaphore>,
    /// What requests count.
    pub(crate) http: HttpMetrics,
    /// What queries count.
    pub(crate) engine_metrics: EngineMetrics,
    /// What queries have cost, by expression.
    pub(crate) top_queries: TopQueries,
    /// What remote write counts.
    pub(crate) write_metrics: WriteMetrics,
}

/// What handlers get.
pub(crate) type Shared = axum::extract::State<Arc<State>>;

impl State {
    pub(crate) fn new(context: Context) -> Self {
        let queries = Workers::new(context.settings.query_concurrency);
        // Look-ups are short; they get places of their own so that long queries do not hold them up.
        let lookups = Workers::new(context.settings.query_concurrency);
        let writes = Workers::new(WRITES_MAX);
        let subscribers = Arc::new(Semaphore::new(context.settings.subscribers_max));
        let http = HttpMetrics::new(&context.registry);
        let engine_metrics = EngineMetrics::new(&context.registry, context.settings.query_concurrency);
        let top_queries = TopQueries::default();
        let write_metrics = WriteMetrics::new(&context.registry, context.receiver.is_some());
        Self {
            context,
            queries,
            lookups,
            writes,
            subscribers,
            http,
            engine_metrics,
            top_queries,
            write_metrics,
        }
    }
}

impl std::ops::Deref for State {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.context
    }
}
