//! Options of the whole manager: what the server's flags and globals say of scraping.

use std::num::NonZero;
use std::sync::Arc;

use narthex_discovery::ManagerOptions;

use crate::clock::{Clock, SystemClock};

/// How the manager works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Spreads this server's scrapes differently from those of its replicas: a hash of host name and external labels.
    pub offset_seed: u64,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// Whether `scrape_timeout_seconds`, `scrape_sample_limit` and `scrape_body_size_bytes` are reported too.
    pub extra_metrics: bool,
    /// Whether metadata goes to the appender.
    pub append_metadata: bool,
    /// Whether exposed start timestamps go to the appender.
    pub start_timestamps: bool,
    /// Whether series get their family's type and unit as labels `__type__` and `__unit__`.
    pub type_and_unit_labels: bool,
    /// Whether a sample of value 0 is put at a new start timestamp.
    pub start_timestamp_zeros: bool,
    /// Whether targets may compress with zstd, too.
    pub zstd: bool,
    /// The largest page, in bytes, of jobs without a limit of their own.
    pub page_bytes_max: usize,
    /// How many threads scrape.
    pub workers: usize,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// How discovery works.
    pub discovery: ManagerOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            offset_seed: 0,
            user_agent: concat!("Narthex/", env!("CARGO_PKG_VERSION")).to_owned(),
            extra_metrics: false,
            append_metadata: false,
            start_timestamps: false,
            type_and_unit_labels: false,
            start_timestamp_zeros: false,
            zstd: false,
            page_bytes_max: 512 << 20,
            workers: std::thread::available_parallelism().map_or(2, NonZero::get),
            clock: Arc::new(SystemClock),
            discovery: ManagerOptions::default(),
        }
    }
}
