//! What reading a page came to.

use narthex_storage::AppendError;

use super::resolution::Fit;
use crate::config::Limits;
use crate::error::ScrapeError;
use crate::metrics::Metrics;

/// Counts over one page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Samples on the page.
    pub(crate) scraped: u64,
    /// Samples after relabelling.
    pub(crate) post_relabeling: u64,
    /// Series that were not in the cache.
    pub(crate) series_added: u64,
    /// Samples that count against the sample limit.
    pub(crate) counted: u64,
    pub(crate) duplicates: u64,
    pub(crate) out_of_order: u64,
    pub(crate) out_of_bounds: u64,
    pub(crate) exemplars_out_of_order: u64,
    /// Samples of new series that the storage has no room for.
    pub(crate) refused: u64,
    pub(crate) label_limit_hit: bool,
    pub(crate) bucket_limit_hit: bool,
}

impl Outcome {
    /// A sample was refused: count it, or fail the page if the reason is not the sample's time.
    #[cold]
    pub(crate) fn refused(&mut self, error: AppendError) -> Result<(), ScrapeError> {
        match error {
            AppendError::OutOfOrder | AppendError::TooOld => self.out_of_order += 1,
            AppendError::DuplicateTimestamp => self.duplicates += 1,
            AppendError::OutOfBounds => self.out_of_bounds += 1,
            AppendError::UnknownSeries(_) => return Err(ScrapeError::Forgotten),
            source => return Err(ScrapeError::Append { series: "a sample".to_owned(), source }),
        }
        Ok(())
    }

    /// The coarser form of a histogram, if it needs one; notes that it does not fit in any.
    pub(super) fn fitted<H>(&mut self, fit: Fit<H>) -> Option<H> {
        match fit {
            Fit::AsIs => None,
            Fit::Coarser(histogram) => Some(histogram),
            Fit::Never => {
                self.bucket_limit_hit = true;
                None
            }
        }
    }

    /// Whether a limit is exceeded already.
    #[inline]
    pub(crate) fn is_over(&self, limits: &Limits) -> bool {
        self.bucket_limit_hit || (limits.samples > 0 && self.counted > limits.samples)
    }

    /// The error of the limits that count over the whole page.
    pub(crate) fn check_limits(&self, limits: &Limits) -> Result<(), ScrapeError> {
        if self.bucket_limit_hit {
            return Err(ScrapeError::BucketLimit(limits.histogram_buckets));
        }
        if self.is_over(limits) {
            return Err(ScrapeError::SampleLimit(limits.samples));
        }
        Ok(())
    }

    /// Adds the counts to the server's, and says in the log what was left out.
    pub(crate) fn report(&self, metrics: &Metrics, pool: &str, url: &str) {
        let told = [
            (self.out_of_order, &metrics.out_of_order, "out-of-order samples"),
            (self.duplicates, &metrics.duplicates, "samples with different value but same timestamp"),
            (
                self.out_of_bounds,
                &metrics.out_of_bounds,
                "samples that are too old or are too far into the future",
            ),
            (self.exemplars_out_of_order, &metrics.exemplars_out_of_order, "out-of-order exemplars"),
        ];
        for (count, counter, what) in told {
            if count > 0 {
                counter.add(count);
                tracing::warn!(
                    scrape_pool = pool,
                    target = url,
                    num_dropped = count,
                    "Error on ingesting {what}"
                );
            }
        }
        if self.refused > 0 {
            metrics.refused.add(self.refused);
            tracing::warn!(
                scrape_pool = pool,
                target = url,
                num_dropped = self.refused,
                "Samples of new series left out: the storage has no room for more series"
            );
        }
        metrics.exceeded_label_limits.add(u64::from(self.label_limit_hit));
        metrics.exceeded_bucket_limit.add(u64::from(self.bucket_limit_hit));
    }
}
