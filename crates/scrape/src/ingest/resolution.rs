//! Making native histograms coarser until they fit the job's limits; called by `sample`.

use narthex_model::histogram::{EXPONENTIAL_SCHEMA_MAX, EXPONENTIAL_SCHEMA_MIN};
use narthex_model::{FloatHistogram, Histogram};

use crate::config::Limits;

/// The finest schema whose neighbouring bounds differ at least by `factor`; the finest of all without a factor.
pub(crate) fn finest_schema(factor: f64) -> i32 {
    if factor <= 1.0 || factor.is_nan() {
        return EXPONENTIAL_SCHEMA_MAX;
    }
    let schema = (-factor.log2().log2()).floor();
    schema.clamp(f64::from(EXPONENTIAL_SCHEMA_MIN), f64::from(EXPONENTIAL_SCHEMA_MAX)) as i32
}

/// What the limits ask of a histogram.
pub(super) enum Fit<H> {
    /// It fits as it is.
    AsIs,
    /// It fits in this form.
    Coarser(H),
    /// It has too many buckets even in the coarsest form.
    Never,
}

/// What the two forms have in common.
pub(super) trait Resolution: Sized + Clone {
    fn schema(&self) -> i32;
    fn buckets(&self) -> usize;
    /// The same histogram, one schema coarser.
    fn coarser(&self) -> Self;
}

/// Fits a histogram to the limits.
pub(super) fn fit<H: Resolution>(histogram: &H, limits: &Limits) -> Fit<H> {
    let exponential = (EXPONENTIAL_SCHEMA_MIN..=EXPONENTIAL_SCHEMA_MAX).contains(&histogram.schema());
    let bucket_limit = match limits.histogram_buckets {
        0 => usize::MAX,
        limit => usize::try_from(limit).unwrap_or(usize::MAX),
    };
    let finest = finest_schema(limits.histogram_min_bucket_factor);
    let fits =
        |histogram: &H| histogram.buckets() <= bucket_limit && (!exponential || histogram.schema() <= finest);
    if fits(histogram) {
        return Fit::AsIs;
    }
    if !exponential {
        return Fit::Never;
    }
    let mut current = histogram.coarser();
    while !fits(&current) {
        if current.schema() <= EXPONENTIAL_SCHEMA_MIN {
            return Fit::Never;
        }
        current = current.coarser();
    }
    Fit::Coarser(current)
}

impl Resolution for FloatHistogram {
    fn schema(&self) -> i32 {
        self.schema
    }

    fn buckets(&self) -> usize {
        self.positive_buckets.len() + self.negative_buckets.len()
    }

    fn coarser(&self) -> Self {
        let mut coarser = self.clone();
        coarser.reduce_to_schema(self.schema - 1);
        coarser
    }
}

impl Resolution for Histogram {
    fn schema(&self) -> i32 {
        self.schema
    }

    fn buckets(&self) -> usize {
        self.positive_buckets.len() + self.negative_buckets.len()
    }

    fn coarser(&self) -> Self {
        let mut coarser = self.clone();
        coarser.reduce_to_schema(self.schema - 1);
        coarser
    }
}

#[cfg(test)]
mod tests {
    use narthex_model::Span;

    use super::*;

    fn histogram() -> Histogram {
        Histogram {
            schema: 2,
            positive_spans: vec![Span { offset: -1, length: 3 }, Span { offset: 2, length: 2 }],
            // Absolute: index -1: 1, 0: 2, 1: 3, 4: 4, 5: 5.
            positive_buckets: vec![1, 1, 1, 1, 1],
            count: 15,
            ..Histogram::default()
        }
    }

    #[test]
    fn merges_pairs() {
        let coarser = histogram().coarser();
        // -1 and 0 to 0; 1 to 1; 4 to 2; 5 to 3.
        assert_eq!(coarser.schema, 1);
        assert_eq!(coarser.positive_spans, [Span { offset: 0, length: 4 }]);
        assert_eq!(coarser.positive_buckets, [3, 0, 1, 1]);
        let floats = histogram().to_float().coarser();
        assert_eq!(floats.positive_buckets, [3.0, 3.0, 4.0, 5.0]);
        assert_eq!(floats.positive_spans, coarser.positive_spans);
    }

    #[test]
    fn fits() {
        let limits = |buckets, factor| Limits {
            histogram_buckets: buckets,
            histogram_min_bucket_factor: factor,
            ..Limits::default()
        };
        let schema = |limits: Limits, histogram: &Histogram| match fit(histogram, &limits) {
            Fit::AsIs => Some(histogram.schema),
            Fit::Coarser(coarser) => Some(coarser.schema),
            Fit::Never => None,
        };
        assert_eq!(schema(limits(0, 0.0), &histogram()), Some(2));
        assert_eq!(schema(limits(4, 0.0), &histogram()), Some(1));
        assert_eq!(schema(limits(0, 2.0), &histogram()), Some(0));
        assert_eq!(schema(limits(1, 0.0), &histogram()), None, "zero and positive stay apart");
        let custom = Histogram { schema: -53, ..histogram() };
        assert_eq!(schema(limits(5, 2.0), &custom), Some(-53));
        assert_eq!(schema(limits(4, 0.0), &custom), None);
    }

    #[test]
    fn schemas_of_factors() {
        for (factor, schema) in [
            (0.0, 8),
            (1.0, 8),
            (1.002, 8),
            (1.1, 2),
            (1.5, 0),
            (2.0, 0),
            (4.0, -1),
            (65536.0, -4),
            (1e9, -4),
        ] {
            assert_eq!(finest_schema(factor), schema, "{factor}");
        }
    }
}
