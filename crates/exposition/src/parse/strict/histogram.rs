//! How the samples of one histogram, or gauge histogram, fit together.

use narthex_model::Timestamp;

use super::super::error::Fault;
use super::super::float::parse_float;

/// The parts seen of the current histogram at its current timestamp.
#[derive(Debug, Default)]
pub(super) struct HistogramCheck {
    started: bool,
    timestamp: Option<Timestamp>,
    /// The last bound and its count.
    bucket: Option<(f64, f64)>,
    has_negative_bounds: bool,
    count: Option<f64>,
    /// `_sum` or `_gsum`, and whether it is a gauge histogram's.
    sum: Option<(f64, bool)>,
}

impl HistogramCheck {
    /// Takes one sample of the histogram.
    pub(super) fn sample(
        &mut self,
        suffix: &str,
        bound: &str,
        value: f64,
        timestamp: Option<Timestamp>,
        at: usize,
    ) -> Result<(), Fault> {
        if self.started && timestamp != self.timestamp {
            self.end_group(at)?;
        }
        self.started = true;
        self.timestamp = timestamp;
        match suffix {
            "_bucket" => self.bucket(parse_float(bound.as_bytes()).unwrap_or(f64::NAN), value, at)?,
            "_count" | "_gcount" => self.count = Some(value),
            "_sum" => self.sum = Some((value, false)),
            "_gsum" => self.sum = Some((value, true)),
            _ => {}
        }
        Ok(())
    }

    fn bucket(&mut self, bound: f64, count: f64, at: usize) -> Result<(), Fault> {
        if let Some((last_bound, last_count)) = self.bucket {
            if bound == last_bound && self.timestamp.is_some() {
                // The same point again: its timestamp was more precise once.
                return Ok(());
            }
            if bound <= last_bound {
                return Err(Fault::new(at, "buckets with ascending bounds"));
            }
            if count < last_count {
                return Err(Fault::new(at, "buckets with cumulative counts"));
            }
        }
        self.has_negative_bounds |= bound < 0.0;
        self.bucket = Some((bound, count));
        Ok(())
    }

    /// Checks the histogram that ends in front of `at` and gets ready for the next.
    pub(super) fn end_group(&mut self, at: usize) -> Result<(), Fault> {
        self.end(at)?;
        *self = Self::default();
        Ok(())
    }

    /// Checks the histogram that ends in front of `at`.
    pub(super) fn end(&self, at: usize) -> Result<(), Fault> {
        let expected = match (self.bucket, self.count, self.sum) {
            _ if !self.started => return Ok(()),
            (Some((bound, infinite)), count, sum) if bound == f64::INFINITY => match (count, sum) {
                (Some(count), _) if count != infinite => "a count that equals the +Inf bucket",
                (Some(_), None) => "a sum beside the count of a histogram",
                (None, Some(_)) => "a count beside the sum of a histogram",
                (_, Some((_, false))) if self.has_negative_bounds => "no sum beside negative bucket bounds",
                (_, Some((sum, true))) if sum < 0.0 && !self.has_negative_bounds => {
                    "a sum that is not negative without negative bucket bounds"
                }
                _ => return Ok(()),
            },
            _ => "a +Inf bucket in the histogram",
        };
        Err(Fault::new(at, format!("{expected} (before this line)")))
    }
}
