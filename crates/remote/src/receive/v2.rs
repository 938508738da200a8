//! Remote write 2.0: decoding, and its rule that the good part of a request is kept when another part is bad.

use narthex_model::{Metadata, MetricType};
use narthex_storage::Appender;

use super::append::{Exemplars, Outcome, Refused, Unfit, Writer, sort};
use super::histogram::histogram;
use super::request::{Pair, RawExemplar, Sample, Series, Span, Values};
use super::shown::{Refs, Shown};
use crate::wire::{Fields, WireError};

/// What a series says of its metric family.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct RawMetadata {
    kind: u64,
    help: u32,
    unit: u32,
}

/// A decoded request.
#[derive(Debug, Default)]
pub(super) struct Request<'a> {
    symbols: Vec<&'a [u8]>,
    refs: Vec<u32>,
    values: Values,
    series: Vec<(Series, RawMetadata)>,
}

impl<'a> Request<'a> {
    /// Decodes a body.
    pub(super) fn decode(body: &'a [u8]) -> Result<Self, WireError> {
        let mut request = Self::default();
        let mut fields = Fields::new("Request", body);
        while let Some((number, value)) = fields.next()? {
            match number {
                4 => request.symbols.push(value.bytes("Symbols")?),
                5 => request.series(value.bytes("Timeseries")?)?,
                _ => {}
            }
        }
        Ok(request)
    }

    fn series(&mut self, bytes: &'a [u8]) -> Result<(), WireError> {
        let (first_ref, first_values) = (self.refs.len(), self.values.ends());
        let (mut exemplars, mut metadata, mut start) = (Vec::new(), RawMetadata::default(), 0);
        let mut fields = Fields::new("TimeSeries", bytes);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => value.uints("LabelsRefs", |symbol| self.refs.push(symbol as u32))?,
                2 => self.values.samples.push(sample(value.bytes("Samples")?)?),
                3 => self.values.histograms.push(histogram(value.bytes("Histograms")?)?),
                4 => exemplars.push(value.bytes("Exemplars")?),
                5 => metadata = raw_metadata(value.bytes("Metadata")?)?,
                // Senders of the release candidate have one start for all samples.
                6 => start = value.int("CreatedTimestamp")?,
                _ => {}
            }
        }
        let labels = first_ref..self.refs.len();
        for bytes in exemplars {
            self.exemplar(bytes)?;
        }
        let series = self.values.series_since(first_values, labels);
        if start != 0 {
            let samples = self.values.samples.get_mut(series.samples.clone()).unwrap_or_default();
            samples.iter_mut().filter(|sample| sample.start == 0).for_each(|sample| sample.start = start);
            let histograms = self.values.histograms.get_mut(series.histograms.clone()).unwrap_or_default();
            histograms.iter_mut().filter(|sample| sample.start == 0).for_each(|sample| sample.start = start);
        }
        self.series.push((series, metadata));
        Ok(())
    }

    fn exemplar(&mut self, bytes: &'a [u8]) -> Result<(), WireError> {
        let first = self.refs.len();
        let mut exemplar = RawExemplar::default();
        let mut fields = Fields::new("Exemplar", bytes);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => value.uints("LabelsRefs", |symbol| self.refs.push(symbol as u32))?,
                2 => exemplar.value = value.double("Value")?,
                3 => exemplar.t = value.int("Timestamp")?,
                _ => {}
            }
        }
        exemplar.labels = first..self.refs.len();
        self.values.exemplars.push(exemplar);
        Ok(())
    }

    fn symbol(&self, symbol: u32) -> Option<&'a [u8]> {
        self.symbols.get(symbol as usize).copied()
    }

    /// Puts the label pairs behind the references into `pairs`; an error says which one leads nowhere.
    fn resolve(&self, refs: &Span, pairs: &mut Vec<Pair<'a>>) -> Result<(), String> {
        pairs.clear();
        let refs = self.refs.get(refs.clone()).unwrap_or_default();
        let (both, odd) = refs.as_chunks::<2>();
        if !odd.is_empty() {
            return Err(format!("invalid labelRefs length {}", refs.len()));
        }
        for [name, value] in both {
            match (self.symbol(*name), self.symbol(*value)) {
                (Some(name), Some(value)) => pairs.push((name, value)),
                _ => {
                    return Err(format!(
                        "labelRefs {name} (name) = {value} (value) outside of symbols table (size {})",
                        self.symbols.len()
                    ));
                }
            }
        }
        Ok(())
    }

    /// Appends what can be appended; what was refused as wrong is in the outcome, anything worse is an error and means
    /// that nothing may be committed.
    pub(super) fn append(&self, appender: &mut dyn Appender, writer: &Writer) -> Result<Outcome, Refused> {
        let mut outcome = Outcome::default();
        let mut pairs = Vec::new();
        for (series, metadata) in &self.series {
            self.append_series(series, *metadata, appender, writer, &mut pairs, &mut outcome)?;
        }
        Ok(outcome)
    }

    fn append_series(
        &self,
        series: &Series,
        raw: RawMetadata,
        appender: &mut dyn Appender,
        writer: &Writer,
        pairs: &mut Vec<Pair<'a>>,
        outcome: &mut Outcome,
    ) -> Result<(), Refused> {
        let (samples, histograms) = (self.values.samples_of(series), self.values.histograms_of(series));
        let size = (samples.len() + histograms.len()) as u64;
        if let Err(error) = self.resolve(&series.labels, pairs) {
            let refs = Refs(self.refs.get(series.labels.clone()).unwrap_or_default());
            outcome.reasons.add(format!("parsing labels for series {refs}: {error}"));
            outcome.invalid_labels += size;
            return Ok(());
        }
        if writer.type_and_unit_labels {
            add_type_and_unit(pairs, raw.kind, self.symbol(raw.unit).unwrap_or_default());
        }
        if size == 0 {
            sort(pairs);
            let empty = || {
                let series = Shown(pairs);
                format!("TimeSeries must contain at least one sample or histogram for series {series}")
            };
            outcome.reasons.add(writer.check(pairs).err().unwrap_or_else(empty));
            return Ok(());
        }
        let id = match writer.resolve(appender, pairs) {
            Ok(id) => id,
            Err(Unfit::Refused(refused)) => return outcome.reasons.note(refused, pairs),
            Err(Unfit::Labels(reason)) => {
                outcome.reasons.add(reason);
                outcome.invalid_labels += size;
                return Ok(());
            }
        };
        let written_before = outcome.written;
        for sample in samples {
            match writer.float(appender, id, sample) {
                Ok(()) => outcome.written.samples += 1,
                Err(refused) => outcome.reasons.note(refused, pairs)?,
            }
        }
        for histogram in histograms {
            match writer.histogram(appender, id, histogram) {
                Ok(()) => outcome.written.histograms += 1,
                Err(refused) => outcome.reasons.note(refused, pairs)?,
            }
        }
        let mut labels = Vec::new();
        for exemplar in self.values.exemplars_of(series) {
            if let Err(error) = self.resolve(&exemplar.labels, &mut labels) {
                outcome.reasons.add(format!("parsing exemplar for series {}: {error}", Shown(pairs)));
                continue;
            }
            match writer.exemplar(appender, id, &labels, exemplar) {
                Exemplars::Taken => outcome.written.exemplars += 1,
                Exemplars::OutOfOrder => {
                    outcome.reasons.add(format!("out of order exemplar for series {}", Shown(pairs)));
                }
                Exemplars::Failed(reason) => tracing::debug!(reason, "remote write: exemplar left out"),
            }
        }
        let taken = outcome.written.values() - written_before.values();
        if !writer.metadata(appender, id, || self.metadata(raw)) {
            outcome.without_metadata += taken;
        }
        Ok(())
    }

    fn metadata(&self, raw: RawMetadata) -> Metadata {
        let text = |symbol| String::from_utf8_lossy(self.symbol(symbol).unwrap_or_default()).into_owned();
        Metadata { metric_type: metric_type(raw.kind), unit: text(raw.unit), help: text(raw.help) }
    }
}

/// Puts type and unit into the labels; what the sender had there is replaced.
fn add_type_and_unit<'a>(pairs: &mut Vec<Pair<'a>>, kind: u64, unit: &'a [u8]) {
    let kind = metric_type(kind);
    if kind == MetricType::Unknown && unit.is_empty() {
        return;
    }
    let (type_label, unit_label) = (narthex_model::names::TYPE_LABEL, narthex_model::names::UNIT_LABEL);
    pairs.retain(|(name, _)| *name != type_label.as_bytes() && *name != unit_label.as_bytes());
    if kind != MetricType::Unknown {
        pairs.push((type_label.as_bytes(), kind.as_str().as_bytes()));
    }
    if !unit.is_empty() {
        pairs.push((unit_label.as_bytes(), unit));
    }
}

/// The type behind a number of the protocol.
fn metric_type(number: u64) -> MetricType {
    match number {
        1 => MetricType::Counter,
        2 => MetricType::Gauge,
        3 => MetricType::Histogram,
        4 => MetricType::GaugeHistogram,
        5 => MetricType::Summary,
        6 => MetricType::Info,
        7 => MetricType::StateSet,
        _ => MetricType::Unknown,
    }
}

fn sample(bytes: &[u8]) -> Result<Sample, WireError> {
    let mut sample = Sample::default();
    let mut fields = Fields::new("Sample", bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => sample.value = value.double("Value")?,
            2 => sample.t = value.int("Timestamp")?,
            3 => sample.start = value.int("StartTimestamp")?,
            _ => {}
        }
    }
    Ok(sample)
}

fn raw_metadata(bytes: &[u8]) -> Result<RawMetadata, WireError> {
    let mut metadata = RawMetadata::default();
    let mut fields = Fields::new("Metadata", bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => metadata.kind = value.uint("Type")?,
            3 => metadata.help = value.uint("HelpRef")? as u32,
            4 => metadata.unit = value.uint("UnitRef")? as u32,
            _ => {}
        }
    }
    Ok(metadata)
}
