//! `narthex tsdb dump` and `dump-openmetrics`: what a data directory holds, as text.

use std::collections::HashSet;
use std::io::{self, Write};

use narthex_model::Labels;
use narthex_storage::{HistogramValue, Queryable, Samples, SelectHints, Series, SeriesSet};
use narthex_tsdb::ReadOnlyDb;

use super::super::complain;
use super::progress::Progress;
use super::text::{push_float_histogram, push_g, push_histogram, push_labels};
use crate::cli::DumpOptions;

/// What is printed of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A line per sample: labels, value, milliseconds.
    Samples,
    /// The labels, once.
    SeriesJson,
    /// A line of OpenMetrics per float.
    OpenMetrics,
}

/// Bytes collected before they are written.
const BUFFER: usize = 1 << 20;

pub(super) fn run(options: &DumpOptions, form: Form) -> Result<(), String> {
    let sets = options.selectors.iter().map(|text| super::selector(text)).collect::<Result<Vec<_>, _>>()?;
    let mut db = ReadOnlyDb::open(&options.path).map_err(|error| error.to_string())?;
    if db.blocks_end() <= options.max_time && options.path.join("wal").is_dir() {
        let report = db.replay_log(options.sandbox_dir_root.as_deref()).map_err(|error| error.to_string())?;
        report.repairs.iter().for_each(|repair| complain(&format!("warning: {repair}")));
    }
    let querier = db.querier(options.min_time, options.max_time).map_err(|error| error.to_string())?;
    let mut printer = Printer::new(form);
    let sorted = sets.len() > 1;
    let hints = SelectHints { sorted, ..SelectHints::default() };
    let mut selected = Vec::new();
    for matchers in &sets {
        selected.push(querier.select(&hints, matchers).map_err(|error| error.to_string())?);
    }
    let result = match selected.pop() {
        Some(only) if selected.is_empty() => only.each(&mut |series| printer.series(series, options)),
        Some(last) => {
            selected.push(last);
            merged(selected, &mut |series| printer.series(series, options))
        }
        None => Ok(()),
    };
    match result.and_then(|()| printer.finish()) {
        Err(Stop::Closed) => Ok(()),
        Err(Stop::Failed(error)) => Err(error),
        Ok(()) => Ok(()),
    }
}

/// Why a dump ends early.
enum Stop {
    /// Nobody reads on.
    Closed,
    Failed(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        Self::Failed(format!("cannot write the result: {error}"))
    }
}

type Visit<'a> = &'a mut dyn FnMut(&dyn Series) -> Result<(), Stop>;

/// Going over a set with a bar.
trait Each {
    fn each(self, visit: Visit<'_>) -> Result<(), Stop>;
}

impl Each for Box<dyn SeriesSet> {
    fn each(mut self, visit: Visit<'_>) -> Result<(), Stop> {
        let mut progress = Progress::beside_output("series", self.size_hint() as u64);
        let mut done = 0;
        while let Some(series) = self.next_series() {
            let series = series.map_err(|error| Stop::Failed(error.to_string()))?;
            visit(&*series)?;
            done += 1;
            progress.at(done);
        }
        Ok(())
    }
}

/// Several sorted sets as one; a series that is in more than one is visited once.
fn merged(mut sets: Vec<Box<dyn SeriesSet>>, visit: Visit<'_>) -> Result<(), Stop> {
    let next = |set: &mut Box<dyn SeriesSet>| match set.next_series() {
        Some(Ok(series)) => Ok(Some((series.labels(), series))),
        Some(Err(error)) => Err(Stop::Failed(error.to_string())),
        None => Ok(None),
    };
    let total = sets.iter().map(|set| set.size_hint() as u64).sum();
    let (mut progress, mut done) = (Progress::beside_output("series", total), 0);
    let mut heads = sets.iter_mut().map(next).collect::<Result<Vec<Option<(Labels, _)>>, Stop>>()?;
    while let Some(smallest) = heads.iter().flatten().map(|head| &head.0).min().cloned() {
        let mut visited = false;
        for (head, set) in heads.iter_mut().zip(&mut sets) {
            if let Some((_, series)) = head.take_if(|head| head.0 == smallest) {
                if !std::mem::replace(&mut visited, true) {
                    visit(&*series)?;
                }
                done += 1;
                progress.at(done);
                *head = next(set)?;
            }
        }
    }
    Ok(())
}

struct Printer {
    form: Form,
    out: io::StdoutLock<'static>,
    buffer: Vec<u8>,
    /// The text in front of every sample of the current series.
    prefix: Vec<u8>,
    samples: Samples,
    seen: HashSet<Labels>,
}

impl Printer {
    fn new(form: Form) -> Self {
        let (buffer, prefix) = (Vec::with_capacity(BUFFER), Vec::new());
        let (samples, seen) = (Samples::default(), HashSet::new());
        Self { form, out: io::stdout().lock(), buffer, prefix, samples, seen }
    }

    fn series(&mut self, series: &dyn Series, options: &DumpOptions) -> Result<(), Stop> {
        let labels = series.labels();
        self.prefix.clear();
        match self.form {
            Form::SeriesJson => {
                if self.seen.insert(labels.clone()) {
                    push_json(&mut self.buffer, &labels);
                }
                return self.flush_if_full();
            }
            Form::Samples => push_labels(&mut self.prefix, labels.iter(), ", ", true),
            Form::OpenMetrics => {
                self.prefix.extend_from_slice(labels.metric_name().as_bytes());
                let others = labels.iter().filter(|(name, _)| *name != "__name__");
                push_labels(&mut self.prefix, others, ",", false);
            }
        }
        let mut samples = std::mem::take(&mut self.samples);
        samples.clear();
        series
            .read(options.min_time, options.max_time, &mut samples)
            .map_err(|error| Stop::Failed(error.to_string()))?;
        let mut histograms = samples.histograms.iter().peekable();
        for (index, (t, v)) in samples.timestamps.iter().zip(&samples.values).enumerate() {
            let histogram = histograms.next_if(|(at, _)| *at as usize == index);
            if histogram.is_some() && self.form == Form::OpenMetrics {
                // OpenMetrics has no form for it; the series ends here as it does in promtool.
                break;
            }
            self.buffer.extend_from_slice(&self.prefix);
            self.buffer.push(b' ');
            match histogram {
                None => push_g(&mut self.buffer, *v),
                Some((_, HistogramValue::Int(histogram))) => push_histogram(&mut self.buffer, histogram),
                Some((_, HistogramValue::Float(histogram))) => {
                    push_float_histogram(&mut self.buffer, histogram);
                }
            }
            if self.form == Form::OpenMetrics {
                writeln!(self.buffer, " {:.3}", *t as f64 / 1000.0)?;
            } else {
                writeln!(self.buffer, " {t}")?;
            }
            self.flush_if_full()?;
        }
        self.samples = samples;
        Ok(())
    }

    fn flush_if_full(&mut self) -> Result<(), Stop> {
        if self.buffer.len() >= BUFFER - 4096 { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Stop> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<(), Stop> {
        if self.form == Form::OpenMetrics {
            self.buffer.extend_from_slice(b"# EOF\n");
        }
        self.flush()?;
        Ok(self.out.flush()?)
    }
}

/// The labels as a JSON object, escaped as Go does it (`<`, `>` and `&` too).
fn push_json(out: &mut Vec<u8>, labels: &Labels) {
    let text = |text: &str| {
        let quoted = serde_json::Value::from(text).to_string();
        let quoted = quoted.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
        quoted.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
    };
    let pairs: Vec<String> =
        labels.iter().map(|(name, value)| format!("{}:{}", text(name), text(value))).collect();
    out.extend_from_slice(format!("{{{}}}\n", pairs.join(",")).as_bytes());
}
