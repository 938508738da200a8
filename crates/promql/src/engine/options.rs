//! Settings of the engine and of one query.

use std::time::Duration;

use crate::limits::CancelToken;
use crate::parser::ParserOptions;

/// Settings of an [`Engine`](super::Engine); the defaults are the server's.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// How far back an instant selector looks for a sample, in milliseconds.
    pub lookback_ms: i64,
    /// The most samples that one query may hold; 0 = no limit.
    pub max_samples: usize,
    /// The most bytes of columns that one query may build; 0 = no limit.
    pub max_memory: usize,
    /// The longest that one query may take, waiting included; zero = no limit.
    pub timeout: Duration,
    /// The most queries at once; 0 = no limit.
    pub max_concurrency: usize,
    /// The most points per series of a range query; 0 = no limit.
    pub max_points: usize,
    /// The step of a subquery that names none, in milliseconds.
    pub default_subquery_step_ms: i64,
    /// Whether metric names are dropped at the end of the query only (`promql-delayed-name-removal`).
    pub delayed_name_removal: bool,
    /// Whether type and unit labels take part (`type-and-unit-labels`).
    pub type_and_unit_labels: bool,
    /// Which parts of the language are enabled.
    pub parser: ParserOptions,
    /// Whether `rate` and its relatives use start timestamps (`use-start-timestamps`).
    pub use_start_timestamps: bool,
    /// Threads for one query; 0 = as many as there are cores.
    pub threads: usize,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            lookback_ms: 300_000,
            max_samples: 50_000_000,
            max_memory: 0,
            timeout: Duration::from_secs(120),
            max_concurrency: 20,
            max_points: 11_000,
            default_subquery_step_ms: 60_000,
            delayed_name_removal: false,
            type_and_unit_labels: false,
            parser: ParserOptions::default(),
            use_start_timestamps: false,
            threads: 0,
        }
    }
}

/// Settings of one query.
#[derive(Debug, Clone, Default)]
pub struct QueryOptions {
    /// Another lookback than the engine's, in milliseconds.
    pub lookback_ms: Option<i64>,
    /// A shorter timeout than the engine's.
    pub timeout: Option<Duration>,
    /// Stops the query when set.
    pub cancel: CancelToken,
    /// Whether to fill [`QueryOutput::stats`](super::QueryOutput::stats).
    pub stats: bool,
    /// How the statistics count the samples that steps look at.
    pub step_stats: StepStats,
}

/// How the samples that the steps of a query look at are counted: a sample counts at every step that looks at it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum StepStats {
    /// Not at all.
    #[default]
    Off,
    /// All steps together.
    Total,
    /// Each step for itself.
    PerStep,
}
