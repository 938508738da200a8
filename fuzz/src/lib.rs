//! What the exposition targets share: reading a page to its end with everything decoded. And a storage that takes
//! everything, for the targets that write.

use narthex_exposition::{Entry, Parser, ParserOptions, Protocol};
use narthex_model::{Exemplar, Labels, LabelsBuilder, Metadata};
use narthex_storage::{AppendError, Appender, CommitError, SampleValue, SeriesRef, Storage};

/// The options that the bits of `bits` switch on.
pub fn options(bits: u8) -> ParserOptions {
    ParserOptions {
        strict: bits & 1 != 0,
        start_timestamps: bits & 2 != 0,
        skip_created: bits & 4 != 0,
        ignore_native: bits & 8 != 0,
        convert_classic: bits & 16 != 0,
        keep_classic: bits & 32 != 0,
        type_and_unit_labels: bits & 64 != 0,
    }
}

/// Reads a page to its end or first error and decodes all that can be; gives the number of samples.
///
/// # Panics
///
/// If an error has no place on the page, or a line that was just read is not known by its own hash.
pub fn read(page: &[u8], protocol: Protocol, options: ParserOptions) -> Option<usize> {
    let mut parser = Parser::new(page, protocol, options);
    let mut known = Parser::new(page, protocol, options);
    let mut builder = LabelsBuilder::new();
    let mut samples = 0;
    while let Some(entry) = parser.next() {
        builder.clear();
        match entry {
            Ok(Entry::Series(series)) => {
                series.labels_into(&mut builder);
                if let Some(exemplar) = &series.exemplar {
                    exemplar.labels_into(&mut builder);
                }
                if let Some(sample) = known.try_known(series.series().len(), series.hash()) {
                    assert_eq!(sample.value.to_bits(), series.value.to_bits());
                    assert_eq!(sample.timestamp, series.timestamp);
                } else {
                    known.next();
                }
                samples += 1;
            }
            Ok(Entry::Histogram(histogram)) => {
                histogram.labels_into(&mut builder);
                known.next();
                samples += 1;
            }
            Ok(Entry::Type(entry)) => drop((entry.name(), known.next().is_some())),
            Ok(Entry::Help(entry)) => drop((entry.name(), entry.help(), known.next().is_some())),
            Ok(Entry::Unit(entry)) => drop((entry.name(), entry.unit(), known.next().is_some())),
            Ok(Entry::Comment(_)) => drop(known.next().is_some()),
            Err(error) => {
                assert!(error.offset() <= page.len());
                assert!(!error.to_string().is_empty());
                return None;
            }
        }
        builder.build();
    }
    Some(samples)
}

/// A storage without memory: every series is new and every sample is taken.
#[derive(Debug, Default)]
pub struct AnySeries;

impl Storage for AnySeries {
    fn appender(&self) -> Box<dyn Appender + '_> {
        Box::new(Self)
    }
}

impl Appender for AnySeries {
    fn series(&mut self, labels: &Labels) -> Result<SeriesRef, AppendError> {
        assert!(labels.iter().is_sorted_by(|a, b| a.0 < b.0), "sorted, and no name twice");
        Ok(SeriesRef(1))
    }

    fn append(&mut self, _: SeriesRef, _: i64, _: i64, _: SampleValue<'_>) -> Result<(), AppendError> {
        Ok(())
    }

    fn append_exemplar(&mut self, _: SeriesRef, _: &Exemplar) -> Result<(), AppendError> {
        Ok(())
    }

    fn update_metadata(&mut self, _: SeriesRef, _: &Metadata) -> Result<(), AppendError> {
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), CommitError> {
        Ok(())
    }

    fn rollback(self: Box<Self>) {}
}
