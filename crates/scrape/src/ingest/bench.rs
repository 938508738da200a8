//! A page, a target and a cache put together for the benchmark; called by `benches/`.

use narthex_exposition::Protocol;
use narthex_model::{Labels, LabelsBuilder};
use narthex_storage::Appender;

use super::{Context, Ingest};
use crate::cache::ScrapeCache;
use crate::config::ScrapeConfig;
use crate::options::Options;
use crate::target::{MetadataInterner, MetadataLines, MetadataScan};

/// Reads the same page again and again as one target.
#[derive(Debug)]
pub struct PageBench {
    config: ScrapeConfig,
    options: Options,
    target: Labels,
    cache: ScrapeCache,
    metadata: std::sync::Arc<MetadataLines>,
    interner: MetadataInterner,
    builder: LabelsBuilder,
}

impl PageBench {
    /// A target with an empty cache.
    pub fn new() -> Self {
        Self {
            config: ScrapeConfig::new("bench"),
            options: Options::default(),
            target: Labels::from_pairs([("instance", "localhost:9100"), ("job", "bench")]),
            cache: ScrapeCache::default(),
            metadata: std::sync::Arc::default(),
            interner: MetadataInterner::default(),
            builder: LabelsBuilder::new(),
        }
    }

    /// One scrape; gives the number of samples, 0 for a bad page.
    pub fn read(&mut self, page: &[u8], protocol: Protocol, appender: &mut dyn Appender, time: i64) -> u64 {
        let context = Context { config: &self.config, options: &self.options, target: &self.target, time };
        let mut metadata = MetadataScan::new(std::sync::Arc::clone(&self.metadata), false);
        let mut ingest = Ingest::new(context, self.cache.scan(), appender, &mut metadata, &mut self.builder);
        if ingest.read(page, protocol).is_err() {
            return 0;
        }
        let (outcome, _) = ingest.finish();
        if let Some(lines) = metadata.finish(&self.interner) {
            self.metadata = lines;
        }
        outcome.scraped
    }

    /// Bytes of the cache.
    pub fn cache_bytes(&self) -> usize {
        self.cache.bytes()
    }
}

impl Default for PageBench {
    fn default() -> Self {
        Self::new()
    }
}
