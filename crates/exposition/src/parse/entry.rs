//! What [`Parser::next`](crate::Parser::next) gives out: borrowed views of one line (or one protobuf metric).
//!
//! Labels, help texts and exemplar labels are decoded when asked for, and only then.

use std::borrow::Cow;

use narthex_model::{FloatHistogram, Histogram, LabelsBuilder, MetricType, Timestamp};

use super::hash::{metadata_salt, series_hash};
use super::labels::{self, Raw};

/// One piece of a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry<'a> {
    /// A sample with a float value.
    Series(SeriesEntry<'a>),
    /// A sample with a native histogram as value.
    Histogram(HistogramEntry<'a>),
    /// The type of a metric family.
    Type(TypeEntry<'a>),
    /// The help text of a metric family.
    Help(HelpEntry<'a>),
    /// The unit of a metric family.
    Unit(UnitEntry<'a>),
    /// A comment line, with its `#`.
    Comment(&'a [u8]),
}

/// A sample with a float value.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesEntry<'a> {
    /// The value.
    pub value: f64,
    /// When it was sampled, if the page says so.
    pub timestamp: Option<Timestamp>,
    /// When the counter behind it started, if the page says so and [`start_timestamps`] is on.
    ///
    /// [`start_timestamps`]: crate::ParserOptions::start_timestamps
    pub start_timestamp: Option<Timestamp>,
    /// An observation behind it.
    pub exemplar: Option<ExemplarEntry<'a>>,
    pub(super) series: Raw<'a>,
    /// The family that the line stands under; decides whether `le` and `quantile` are numbers.
    pub(super) family: FamilyLabels<'a>,
}

/// What a series has from the family it stands under.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct FamilyLabels<'a> {
    pub(super) metric_type: MetricType,
    /// The unit, perhaps empty; `None` if type and unit are not to become labels.
    pub(super) unit: Option<&'a [u8]>,
}

impl FamilyLabels<'_> {
    /// Part of the hash of the family's series; see [`SeriesEntry::hash`].
    #[inline]
    pub(super) fn salt(&self) -> u64 {
        if self.unit.is_none() { 0 } else { metadata_salt(self.metric_type, self.unit) }
    }
}

impl<'a> SeriesEntry<'a> {
    /// The series (name and labels) as it stands on the page; for protobuf a text of our own that is as unique.
    #[inline]
    pub fn series(&self) -> &'a [u8] {
        self.series.bytes()
    }

    /// The type that was declared for the family this line stands under; [`MetricType::Unknown`] if none was.
    pub fn family_type(&self) -> MetricType {
        self.family.metric_type
    }

    /// What [`Parser::try_known`](crate::Parser::try_known) recognises the series by: [`series_hash`] of its text, and
    /// with [`type_and_unit_labels`](crate::ParserOptions::type_and_unit_labels) of what its family adds.
    ///
    /// [`series_hash`]: crate::series_hash
    #[inline]
    pub fn hash(&self) -> u64 {
        series_hash(self.series()) ^ self.family.salt()
    }

    /// Adds the labels, the name as `__name__` among them, to `builder`, which is not cleared.
    ///
    /// `le` of classic histograms and `quantile` of summaries are written as OpenMetrics writes floats (`1` → `1.0`), as
    /// in Prometheus. A label that comes twice is added twice: see
    /// [`first_duplicate`](LabelsBuilder::first_duplicate).
    pub fn labels_into(&self, builder: &mut LabelsBuilder) {
        labels::series_into(&self.series, &self.family, builder);
    }

    /// The metric name.
    pub fn metric_name(&self) -> Cow<'a, str> {
        labels::metric_name(&self.series)
    }
}

/// A sample with a native histogram as value.
#[derive(Debug, Clone, PartialEq)]
pub struct HistogramEntry<'a> {
    /// The value.
    pub value: NativeHistogram<'a>,
    /// When it was sampled, if the page says so.
    pub timestamp: Option<Timestamp>,
    /// When the histogram started, if the page says so.
    pub start_timestamp: Option<Timestamp>,
    /// Observations behind it, in the order of the page.
    pub exemplars: &'a [ExemplarEntry<'a>],
    pub(super) series: Raw<'a>,
    /// The family it belongs to.
    pub(super) family: FamilyLabels<'a>,
}

/// The two forms of a native histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NativeHistogram<'a> {
    /// Whole counts.
    Int(&'a Histogram),
    /// Float counts.
    Float(&'a FloatHistogram),
}

impl<'a> HistogramEntry<'a> {
    /// A text that stands for the series, unique on its page.
    pub fn series(&self) -> &'a [u8] {
        self.series.bytes()
    }

    /// As [`SeriesEntry::hash`].
    pub fn hash(&self) -> u64 {
        series_hash(self.series()) ^ self.family.salt()
    }

    /// Adds the labels, the name as `__name__` among them, to `builder`, which is not cleared.
    pub fn labels_into(&self, builder: &mut LabelsBuilder) {
        labels::series_into(&self.series, &self.family, builder);
    }

    /// The metric name.
    pub fn metric_name(&self) -> Cow<'a, str> {
        labels::metric_name(&self.series)
    }
}

/// What is left to read of a line whose series is known already.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownSample<'a> {
    /// The value.
    pub value: f64,
    /// When it was sampled, if the page says so.
    pub timestamp: Option<Timestamp>,
    /// When the counter behind it started; see [`SeriesEntry::start_timestamp`].
    pub start_timestamp: Option<Timestamp>,
    /// An observation behind it.
    pub exemplar: Option<ExemplarEntry<'a>>,
}

impl KnownSample<'_> {
    /// Whether there is nothing but the value.
    #[inline]
    pub fn is_plain(&self) -> bool {
        self.timestamp.is_none() && self.start_timestamp.is_none() && self.exemplar.is_none()
    }
}

/// An exemplar as it stands on the page.
#[derive(Debug, Clone, PartialEq)]
pub struct ExemplarEntry<'a> {
    /// The observed value.
    pub value: f64,
    /// When it was observed, if the page says so.
    pub timestamp: Option<Timestamp>,
    pub(super) labels: Raw<'a>,
}

impl ExemplarEntry<'_> {
    /// Adds the exemplar's labels to `builder`, which is not cleared.
    pub fn labels_into(&self, builder: &mut LabelsBuilder) {
        labels::exemplar_into(&self.labels, builder);
    }
}

/// `# TYPE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeEntry<'a> {
    pub(super) name: FamilyName<'a>,
    /// The declared type.
    pub metric_type: MetricType,
}

/// `# HELP`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpEntry<'a> {
    pub(super) name: FamilyName<'a>,
    pub(super) help: Text<'a>,
}

/// `# UNIT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitEntry<'a> {
    pub(super) name: FamilyName<'a>,
    pub(super) unit: Text<'a>,
}

impl<'a> TypeEntry<'a> {
    /// The metric family's name.
    pub fn name(&self) -> Cow<'a, str> {
        self.name.decode()
    }
}

impl<'a> HelpEntry<'a> {
    /// The metric family's name.
    pub fn name(&self) -> Cow<'a, str> {
        self.name.decode()
    }

    /// The help text, unescaped; copied only when there was something to unescape.
    pub fn help(&self) -> Cow<'a, str> {
        self.help.decode()
    }
}

impl<'a> UnitEntry<'a> {
    /// The metric family's name.
    pub fn name(&self) -> Cow<'a, str> {
        self.name.decode()
    }

    /// The unit.
    pub fn unit(&self) -> Cow<'a, str> {
        self.unit.decode()
    }
}

/// A family's name as it stands behind a keyword, without quotes.
pub(super) type FamilyName<'a> = Text<'a>;

/// Text with the escapes that its place allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text<'a> {
    /// `\\` and `\n` are escapes (classic help).
    Help(&'a [u8]),
    /// `\\`, `\n` and `\"` are escapes (names, OpenMetrics).
    Quoted(&'a [u8]),
    /// Nothing is escaped (protobuf, units).
    Plain(&'a [u8]),
}

impl<'a> Text<'a> {
    pub(super) fn decode(self) -> Cow<'a, str> {
        match self {
            Self::Help(bytes) => labels::unescape(bytes, false),
            Self::Quoted(bytes) => labels::unescape(bytes, true),
            Self::Plain(bytes) => String::from_utf8_lossy(bytes),
        }
    }
}
