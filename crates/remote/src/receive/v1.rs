//! Remote write 1.0: decoding, and its rule that one bad sample undoes the whole request.
//!
//! Metadata in a request is skipped, as in Prometheus: it belongs to no series.

use narthex_storage::Appender;

use super::append::{Exemplars, Outcome, Refused, Unfit, Writer};
use super::histogram::histogram;
use super::request::{Pair, RawExemplar, Sample, Series, Values};
use crate::wire::{Fields, WireError};

/// A decoded request.
#[derive(Debug, Default)]
pub(super) struct Request<'a> {
    labels: Vec<Pair<'a>>,
    values: Values,
    series: Vec<Series>,
}

impl<'a> Request<'a> {
    /// Decodes a body.
    pub(super) fn decode(body: &'a [u8]) -> Result<Self, WireError> {
        let mut request = Self::default();
        let mut fields = Fields::new("WriteRequest", body);
        while let Some((number, value)) = fields.next()? {
            if number == 1 {
                request.series(value.bytes("Timeseries")?)?;
            }
        }
        Ok(request)
    }

    fn series(&mut self, bytes: &'a [u8]) -> Result<(), WireError> {
        let (first_label, first_values) = (self.labels.len(), self.values.ends());
        // The labels of exemplars wait, so that those of the series stand together.
        let mut exemplars = Vec::new();
        let mut fields = Fields::new("TimeSeries", bytes);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => self.labels.push(label(value.bytes("Labels")?)?),
                2 => self.values.samples.push(sample(value.bytes("Samples")?)?),
                3 => exemplars.push(value.bytes("Exemplars")?),
                4 => self.values.histograms.push(histogram(value.bytes("Histograms")?)?),
                _ => {}
            }
        }
        let labels = first_label..self.labels.len();
        for bytes in exemplars {
            self.exemplar(bytes)?;
        }
        self.series.push(self.values.series_since(first_values, labels));
        Ok(())
    }

    fn exemplar(&mut self, bytes: &'a [u8]) -> Result<(), WireError> {
        let first = self.labels.len();
        let mut exemplar = RawExemplar::default();
        let mut fields = Fields::new("Exemplar", bytes);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => self.labels.push(label(value.bytes("Labels")?)?),
                2 => exemplar.value = value.double("Value")?,
                3 => exemplar.t = value.int("Timestamp")?,
                _ => {}
            }
        }
        exemplar.labels = first..self.labels.len();
        self.values.exemplars.push(exemplar);
        Ok(())
    }

    /// Appends everything; an error means that nothing may be committed.
    pub(super) fn append(&self, appender: &mut dyn Appender, writer: &Writer) -> Result<Outcome, Refused> {
        let mut outcome = Outcome::default();
        let mut pairs = Vec::new();
        for series in &self.series {
            pairs.clear();
            pairs.extend_from_slice(self.labels.get(series.labels.clone()).unwrap_or_default());
            let id = match writer.resolve(appender, &mut pairs) {
                Ok(id) => id,
                Err(Unfit::Refused(refused)) => return Err(refused),
                Err(Unfit::Labels(reason)) => {
                    tracing::warn!(reason, "remote write: series left out");
                    outcome.invalid_labels += 1;
                    continue;
                }
            };
            for sample in self.values.samples_of(series) {
                writer.float(appender, id, sample)?;
                outcome.written.samples += 1;
            }
            for exemplar in self.values.exemplars_of(series) {
                let labels = self.labels.get(exemplar.labels.clone()).unwrap_or_default();
                match writer.exemplar(appender, id, labels, exemplar) {
                    Exemplars::Taken => outcome.written.exemplars += 1,
                    Exemplars::OutOfOrder => {
                        tracing::debug!(t = exemplar.t, "remote write: out of order exemplar left out");
                    }
                    Exemplars::Failed(reason) => tracing::debug!(reason, "remote write: exemplar left out"),
                }
            }
            for histogram in self.values.histograms_of(series) {
                writer.histogram(appender, id, histogram)?;
                outcome.written.histograms += 1;
            }
        }
        outcome.without_metadata = outcome.written.samples + outcome.written.histograms;
        Ok(outcome)
    }
}

fn label(bytes: &[u8]) -> Result<Pair<'_>, WireError> {
    let mut pair: Pair<'_> = (&[], &[]);
    let mut fields = Fields::new("Label", bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => pair.0 = value.bytes("Name")?,
            2 => pair.1 = value.bytes("Value")?,
            _ => {}
        }
    }
    Ok(pair)
}

fn sample(bytes: &[u8]) -> Result<Sample, WireError> {
    let mut sample = Sample::default();
    let mut fields = Fields::new("Sample", bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => sample.value = value.double("Value")?,
            2 => sample.t = value.int("Timestamp")?,
            _ => {}
        }
    }
    Ok(sample)
}
