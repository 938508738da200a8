//! One metric family: which samples its type has, what their labels, values, times and exemplars may be.

use std::collections::HashSet;

use narthex_model::names::{BUCKET_LABEL, METRIC_NAME, QUANTILE_LABEL};
use narthex_model::{Labels, LabelsBuilder, MetricType, Timestamp};

use super::super::entry::{ExemplarEntry, FamilyLabels, SeriesEntry};
use super::super::error::Fault;
use super::super::float::parse_float;
use super::super::labels;
use super::histogram::HistogramCheck;

/// The most characters that the names and values of an exemplar's labels may have together.
const EXEMPLAR_CHARS_MAX: usize = 128;

/// What is known of the family that is being read.
#[derive(Debug)]
pub(super) struct Family {
    name: String,
    metric_type: Option<MetricType>,
    has_help: bool,
    unit: Option<String>,
    has_samples: bool,
    /// The metric whose samples are being read: its labels without the one that tells parts apart.
    group: Option<Group>,
    groups: HashSet<Labels>,
    histogram: HistogramCheck,
}

#[derive(Debug)]
struct Group {
    labels: Labels,
    timestamp: Option<Timestamp>,
    /// The samples seen without a timestamp.
    samples: HashSet<Labels>,
}

impl Family {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            metric_type: None,
            has_help: false,
            unit: None,
            has_samples: false,
            group: None,
            groups: HashSet::new(),
            histogram: HistogramCheck::default(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn has_samples(&self) -> bool {
        self.has_samples
    }

    fn metric_type(&self) -> MetricType {
        self.metric_type.unwrap_or_default()
    }

    pub(super) fn set_type(&mut self, metric_type: MetricType, at: usize) -> Result<(), Fault> {
        if self.metric_type.replace(metric_type).is_some() {
            return Err(Fault::new(at, format!("only one TYPE of {:?}", self.name)));
        }
        self.check_unit(at)
    }

    pub(super) fn set_help(&mut self, at: usize) -> Result<(), Fault> {
        if std::mem::replace(&mut self.has_help, true) {
            return Err(Fault::new(at, format!("only one HELP of {:?}", self.name)));
        }
        Ok(())
    }

    pub(super) fn set_unit(&mut self, unit: &str, at: usize) -> Result<(), Fault> {
        if self.unit.replace(unit.to_owned()).is_some() {
            return Err(Fault::new(at, format!("only one UNIT of {:?}", self.name)));
        }
        self.check_unit(at)
    }

    fn check_unit(&self, at: usize) -> Result<(), Fault> {
        let has_unit = self.unit.as_ref().is_some_and(|unit| !unit.is_empty());
        if has_unit && matches!(self.metric_type(), MetricType::Info | MetricType::StateSet) {
            return Err(Fault::new(
                at,
                format!("no unit for {:?}: an info or state set has none", self.name),
            ));
        }
        Ok(())
    }

    /// What the type appends to the family's name.
    fn suffixes(&self) -> &'static [&'static str] {
        match self.metric_type() {
            MetricType::Counter => &["_total", "_created"],
            MetricType::Summary => &["", "_count", "_sum", "_created"],
            MetricType::Histogram => &["_count", "_sum", "_bucket", "_created"],
            MetricType::GaugeHistogram => &["_gcount", "_gsum", "_bucket"],
            MetricType::Info => &["_info"],
            MetricType::Unknown | MetricType::Gauge | MetricType::StateSet => &[""],
        }
    }

    /// Whether a sample of this name belongs to the family.
    pub(super) fn has_sample(&self, name: &str) -> bool {
        name.strip_prefix(self.name.as_str()).is_some_and(|suffix| self.suffixes().contains(&suffix))
    }

    /// Every name that no other family may have: its own and those of its samples.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let suffixes = self.suffixes().iter().filter(|suffix| !suffix.is_empty());
        std::iter::once(&"").chain(suffixes).map(|suffix| format!("{}{suffix}", self.name))
    }

    /// Checks one sample, which [`has_sample`](Self::has_sample) has claimed for the family.
    pub(super) fn sample(&mut self, name: &str, series: &SeriesEntry<'_>, at: usize) -> Result<(), Fault> {
        self.has_samples = true;
        let suffix = name.strip_prefix(self.name.as_str()).unwrap_or_default().to_owned();
        let mut labels = LabelsBuilder::new();
        // As they stand on the page: the rules are about the text of the numbers too.
        labels::series_into(&series.series, &FamilyLabels::default(), &mut labels);
        let all = labels.build();
        if let Some(twice) = labels.first_duplicate() {
            return Err(Fault::new(at, format!("each label once, not {twice:?} twice")));
        }
        let part_label = self.part_label(&suffix).map(str::to_owned);
        let part = part_label.as_deref().and_then(|label| labels.get(label)).map(str::to_owned);
        if let Some(label) = &part_label {
            if part.is_none() && !all.iter().any(|(name, _)| name == label) {
                return Err(Fault::new(at, format!("the label {label:?} on {name:?}")));
            }
            labels.remove(label);
        }
        let part = part.unwrap_or_default();
        self.check_part(&suffix, &part, at)?;
        self.check_value(&suffix, series.value, at)?;
        if let Some(exemplar) = &series.exemplar {
            self.check_exemplar(&suffix, exemplar, at)?;
        }
        labels.remove(METRIC_NAME);
        self.check_group(labels.build(), all, series.timestamp, at)?;
        if matches!(self.metric_type(), MetricType::Histogram | MetricType::GaugeHistogram) {
            self.histogram.sample(&suffix, &part, series.value, series.timestamp, at)?;
        }
        Ok(())
    }

    /// The label that tells the samples of one metric apart.
    fn part_label(&self, suffix: &str) -> Option<&str> {
        match (self.metric_type(), suffix) {
            (MetricType::Histogram | MetricType::GaugeHistogram, "_bucket") => Some(BUCKET_LABEL),
            (MetricType::Summary, "") => Some(QUANTILE_LABEL),
            (MetricType::StateSet, _) => Some(&self.name),
            _ => None,
        }
    }

    fn check_part(&self, suffix: &str, part: &str, at: usize) -> Result<(), Fault> {
        let number = parse_float(part.as_bytes());
        match (self.metric_type(), suffix) {
            (MetricType::Histogram | MetricType::GaugeHistogram, "_bucket") => match number {
                Some(bound) if bound == f64::INFINITY && part != "+Inf" => {
                    Err(Fault::new(at, "\"+Inf\" as the infinite bucket bound"))
                }
                Some(bound) if !bound.is_nan() => Ok(()),
                _ => Err(Fault::new(at, "a number as bucket bound `le`")),
            },
            (MetricType::Summary, "") => match number {
                Some(quantile) if (0.0..=1.0).contains(&quantile) => Ok(()),
                _ => Err(Fault::new(at, "a number from 0 to 1 as `quantile`")),
            },
            _ => Ok(()),
        }
    }

    fn check_value(&self, suffix: &str, value: f64, at: usize) -> Result<(), Fault> {
        let expected = match (self.metric_type(), suffix) {
            (MetricType::StateSet, _) if value != 0.0 && value != 1.0 => "0 or 1 as the value of a state",
            (MetricType::Info, _) if value != 1.0 => "1 as the value of an info",
            (MetricType::Summary, "") if value < 0.0 => "a quantile's value that is not negative",
            (_, "_created") if !value.is_finite() => "a finite time as start",
            (_, "_total" | "_sum" | "_count" | "_bucket" | "_gcount" | "_gsum") if value.is_nan() => {
                "a count or sum that is not NaN"
            }
            (_, "_total" | "_sum" | "_count" | "_bucket" | "_gcount") if value < 0.0 => {
                "a count or sum that is not negative"
            }
            _ => return Ok(()),
        };
        Err(Fault::new(at, expected))
    }

    fn check_exemplar(&self, suffix: &str, exemplar: &ExemplarEntry<'_>, at: usize) -> Result<(), Fault> {
        let allowed = matches!(
            (self.metric_type(), suffix),
            (MetricType::Histogram | MetricType::GaugeHistogram, "_bucket") | (MetricType::Counter, "_total")
        );
        if !allowed {
            return Err(Fault::new(at, "exemplars only on buckets and counters"));
        }
        let mut labels = LabelsBuilder::new();
        exemplar.labels_into(&mut labels);
        labels.build();
        if let Some(twice) = labels.first_duplicate() {
            return Err(Fault::new(at, format!("each label of the exemplar once, not {twice:?} twice")));
        }
        let chars: usize =
            labels.iter().map(|(name, value)| name.chars().count() + value.chars().count()).sum();
        if chars > EXEMPLAR_CHARS_MAX {
            let expected =
                format!("at most {EXEMPLAR_CHARS_MAX} characters in the exemplar's labels, not {chars}");
            return Err(Fault::new(at, expected));
        }
        Ok(())
    }

    /// Samples of a metric stand together, all with a timestamp or all without, and times do not go back.
    fn check_group(
        &mut self,
        labels: Labels,
        sample: Labels,
        timestamp: Option<Timestamp>,
        at: usize,
    ) -> Result<(), Fault> {
        if let Some(group) = self.group.as_mut().filter(|group| group.labels == labels) {
            let went_back = timestamp < group.timestamp && self.metric_type != Some(MetricType::Info);
            if timestamp.is_some() != group.timestamp.is_some() {
                return Err(Fault::new(at, "all samples of a metric with a timestamp, or none"));
            }
            if went_back {
                return Err(Fault::new(at, "timestamps of a metric that do not go back"));
            }
            group.timestamp = timestamp;
            if timestamp.is_none() && !group.samples.insert(sample) {
                return Err(Fault::new(at, "each sample without timestamp once"));
            }
            return Ok(());
        }
        self.histogram.end_group(at)?;
        if !self.groups.insert(labels.clone()) {
            return Err(Fault::new(at, "the samples of one metric in a row"));
        }
        self.group = Some(Group { labels, timestamp, samples: HashSet::from([sample]) });
        Ok(())
    }

    /// The checks at the end of the family; `at` is the line behind it.
    pub(super) fn finish(&self, at: usize) -> Result<(), Fault> {
        self.histogram.end(at)
    }
}
