//! One scrape: fetch under the timeout, ingest under a worker's permit, one transaction for samples and report.

use std::sync::Arc;

use narthex_model::{LabelsBuilder, Timestamp};
use narthex_storage::Appender;
use tokio::time::Instant;

use super::report::{self, Report};
use super::{Control, Memory, Order, Runner, Shared};
use crate::error::ScrapeError;
use crate::ingest::{Context, Ingest, Outcome, append_stale};
use crate::page::{Fetcher, Page};
use crate::target::{MetadataScan, Target};

/// Larger pages (from some 20 ms of work on) are worked on by a thread for blocking work, so that they do not hold up the
/// timers of the other targets on this thread.
const INLINE_BYTES_MAX: usize = 16 << 20;

impl Runner {
    /// Scrapes once. `false` when another control arrived meanwhile.
    pub(super) async fn scrape(&mut self, order: &Order, fetcher: &Fetcher, time: Timestamp) -> bool {
        let started = Instant::now();
        let fetched = match order.too_many_targets {
            Some(count) => Err(ScrapeError::TargetLimit { count, limit: order.job.config.limits.targets }),
            None => tokio::select! {
                biased;
                fetched = fetcher.fetch(&mut self.connection, &self.shared.buffers) => fetched,
                // A new order lets the scrape go on during which it comes: only an end ends it.
                Ok(_) = self.control.wait_for(|control| !matches!(control, Control::Run(_))) => return false,
            },
        };
        let large = fetched.as_ref().is_ok_and(|page| page.body.len() > INLINE_BYTES_MAX);
        let work = Work {
            shared: Arc::clone(&self.shared),
            target: Arc::clone(&self.target),
            order: order.clone(),
            time,
            started,
        };
        let mut memory = std::mem::take(&mut self.memory);
        if large {
            // The permits are never closed; without one the work is only less bounded.
            let _permit = self.shared.large_pages.acquire().await.ok();
            let done = tokio::task::spawn_blocking(move || {
                work.finish(fetched, &mut memory);
                memory
            });
            // Fails only when the runtime shuts down.
            self.memory = done.await.unwrap_or_default();
        } else {
            work.finish(fetched, &mut memory);
            self.memory = memory;
        }
        matches!(&*self.control.borrow(), Control::Run(current) if current == order)
    }

    /// Writes stale markers for all series and the report of a target that is gone.
    pub(super) fn write_end_of_run(&mut self, time: Timestamp) {
        let mut appender = self.shared.storage.appender();
        for series in self.memory.cache.take_all_stale() {
            append_stale(appender.as_mut(), series, time);
        }
        for series in self.memory.report.iter().flatten() {
            append_stale(appender.as_mut(), *series, time);
        }
        commit(appender, &self.target);
    }
}

/// The part of a scrape after the fetch.
struct Work {
    shared: Arc<Shared>,
    target: Arc<Target>,
    order: Order,
    time: Timestamp,
    started: Instant,
}

impl Work {
    fn finish(self, fetched: Result<Page, ScrapeError>, memory: &mut Memory) {
        let (size, result) = match &fetched {
            Ok(page) => (page.body.len() as f64, Ok(page)),
            Err(ScrapeError::BodyLimit(_)) => (-1.0, Err(())),
            Err(_) => (0.0, Err(())),
        };
        let mut appender = self.shared.storage.appender();
        let mut outcome = Outcome::default();
        let mut error = None;
        let ingested = result.is_ok_and(|page| {
            let (counts, reason) = self.ingest(page, memory, appender.as_mut());
            outcome = counts;
            error = reason;
            // Refused new series leave the known ones of the page in place.
            error.as_ref().is_none_or(|error| matches!(error, ScrapeError::SeriesRefused { .. }))
        });
        if !ingested {
            appender.rollback();
            appender = self.shared.storage.appender();
            for series in memory.cache.take_all_stale() {
                append_stale(appender.as_mut(), series, self.time);
            }
        }
        match fetched {
            Ok(page) => self.shared.buffers.give(page.body),
            Err(reason) => error = Some(reason),
        }
        let took = self.started.elapsed();
        let up = ingested;
        let report = Report { up, took, outcome, size };
        report::append(&report, self.context(), &mut memory.report, self.order.timeout, appender.as_mut());
        commit(appender, &self.target);
        self.shared.metrics.observe_scrape(self.started.elapsed());
        self.note(&outcome, (up, error), took, memory.cache.bytes());
    }

    /// Reads the page into the appender. When the storage has forgotten a cached series, it is read once more with all
    /// series looked up.
    fn ingest(
        &self,
        page: &Page,
        memory: &mut Memory,
        appender: &mut dyn Appender,
    ) -> (Outcome, Option<ScrapeError>) {
        let (outcome, error) = self.read(page, memory, appender);
        if matches!(error, Some(ScrapeError::Forgotten)) {
            memory.cache.forget_texts();
            return self.read(page, memory, appender);
        }
        (outcome, error)
    }

    fn read(
        &self,
        page: &Page,
        memory: &mut Memory,
        appender: &mut dyn Appender,
    ) -> (Outcome, Option<ScrapeError>) {
        let mut metadata = MetadataScan::new(self.target.metadata(), self.shared.options.append_metadata);
        let mut builder = LabelsBuilder::new();
        let mut ingest =
            Ingest::new(self.context(), memory.cache.scan(), appender, &mut metadata, &mut builder);
        if let Err(error) = ingest.read(&page.body, page.protocol) {
            return (ingest.outcome, Some(error));
        }
        let (outcome, left_out) = ingest.finish();
        if let Some(lines) = metadata.finish(&self.order.job.metadata) {
            self.target.set_metadata(lines);
        }
        (outcome, left_out)
    }

    fn context(&self) -> Context<'_> {
        Context {
            config: &self.order.job.config,
            options: &self.shared.options,
            target: &self.target.labels,
            time: self.time,
        }
    }

    /// Tells the counters, the log and the API.
    fn note(
        &self,
        outcome: &Outcome,
        (up, error): (bool, Option<ScrapeError>),
        took: std::time::Duration,
        bytes: usize,
    ) {
        let metrics = &self.shared.metrics;
        outcome.report(metrics, &self.target.pool, self.target.url.as_str());
        match &error {
            Some(ScrapeError::BodyLimit(_)) => metrics.exceeded_body_size.add(1),
            Some(ScrapeError::SampleLimit(_)) => metrics.exceeded_sample_limit.add(1),
            _ => {}
        }
        if let Some(error) = &error {
            tracing::debug!(scrape_pool = %self.target.pool, target = %self.target.url, %error, "Scrape failed");
        }
        let error: Option<Arc<str>> = error.map(|error| Arc::from(error.to_string()));
        if let (Some(log), Some(error)) = (&self.order.job.failure_log, &error) {
            let time = jiff::Timestamp::from_millisecond(self.time).unwrap_or_default();
            log.write(time, &self.target.pool, self.target.url.as_str(), error);
        }
        self.target.scraped(self.time, took, (up, error), bytes);
    }
}

fn commit(appender: Box<dyn Appender + '_>, target: &Target) {
    if let Err(error) = appender.commit() {
        tracing::error!(scrape_pool = %target.pool, target = %target.url, %error, "Scrape commit failed");
    }
}
