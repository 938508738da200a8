//! The data that both servers open: two and a half hours of everything that makes queries hard.
//!
//! Counters that reset, gauges with NaN and infinities, series that come and go with stale markers, jittered timestamps
//! and gaps, classic histograms, native histograms with changing resolution, with float counts and with custom bounds,
//! series that switch between floats and histograms, labels beyond ASCII, info series.

use std::path::Path;

use narthex_model::{CounterResetHint, FloatHistogram, Histogram, Labels, STALE_NAN, Span};
use narthex_storage::{SampleValue, SeriesRef, Storage};
use narthex_tsdb::{Db, Options};

use crate::random::Random;

/// The time of the first sample, milliseconds.
pub(crate) const START: i64 = 1_700_000_000_000;
/// How long the data lasts, milliseconds.
pub(crate) const LENGTH: i64 = 9_000_000;
const STEP: i64 = 15_000;

enum Value {
    Float(f64),
    Int(Histogram),
    FloatHistogram(FloatHistogram),
}

/// What a stream writes at each of its scrapes.
enum Kind {
    Counter { rate: f64, value: f64 },
    Gauge { scale: f64 },
    Odd,
    Constant(f64),
    Classic { bounds: Vec<&'static str>, counts: Vec<f64>, sum: f64 },
    Native(Native),
    Custom { bounds: Vec<f64>, counts: Vec<i64>, float: bool },
    Mixed(Native),
}

/// A native histogram that grows.
struct Native {
    schema: i32,
    threshold: f64,
    zero: u64,
    /// Counts of the buckets from `first` on.
    positive: Vec<i64>,
    negative: Vec<i64>,
    first: i32,
    float: bool,
    gauge: bool,
}

struct Stream {
    labels: Vec<Labels>,
    kind: Kind,
    phase: i64,
    jitter: i64,
    /// One scrape in so many is missing.
    gaps: u64,
    /// When it lives: step numbers.
    life: Vec<(i64, i64)>,
}

impl Native {
    fn new(random: &mut Random, float: bool, gauge: bool) -> Self {
        let schema = random.between(-1, 3) as i32;
        let threshold = *random.pick(&[&0.001, &1e-128, &0.5]);
        // No bucket begins within the zero bucket; later ones may, when neighbours become one.
        let lowest = if threshold == 0.5 { -(1 << schema.max(0)) + 1 } else { -3 };
        Self {
            schema,
            threshold,
            zero: random.below(5),
            positive: (0..random.between(1, 8)).map(|_| random.between(0, 4)).collect(),
            negative: (0..random.between(0, 4)).map(|_| random.between(0, 4)).collect(),
            first: random.between(i64::from(lowest), 4) as i32,
            float,
            gauge,
        }
    }

    fn advance(&mut self, random: &mut Random) {
        if random.one_in(90) {
            *self = Self::new(random, self.float, self.gauge);
        } else if random.one_in(60) && self.schema > -2 {
            // Two neighbours become one bucket.
            let merge = |counts: &[i64], first: i32| {
                let to = |index: i32| (index - 1).div_euclid(2) + 1;
                let mut merged =
                    vec![0; (to(first + counts.len() as i32) - to(first) + 1).unsigned_abs() as usize];
                for (i, count) in counts.iter().enumerate() {
                    merged[(to(first + i as i32) - to(first)).unsigned_abs() as usize] += count;
                }
                merged
            };
            self.positive = merge(&self.positive, self.first);
            self.negative = merge(&self.negative, self.first);
            self.first = (self.first - 1).div_euclid(2) + 1;
            self.schema -= 1;
        }
        for counts in [&mut self.positive, &mut self.negative] {
            for count in counts.iter_mut() {
                *count += random.between(0, 6) - if self.gauge { 3 } else { 0 };
                *count = (*count).max(0);
            }
        }
        if random.one_in(20) && self.positive.len() < 12 {
            self.positive.push(random.between(1, 9));
        }
        self.zero += random.below(3);
    }

    fn value(&self, random: &mut Random) -> Value {
        let spans = |counts: &[i64]| match counts.len() {
            0 => Vec::new(),
            // Two spans where there is room for a hole between them.
            n if n > 3 => {
                vec![Span { offset: self.first, length: 2 }, Span { offset: 1, length: n as u32 - 2 }]
            }
            n => vec![Span { offset: self.first, length: n as u32 }],
        };
        let hint = if self.gauge { CounterResetHint::Gauge } else { CounterResetHint::Unknown };
        let total = self.positive.iter().chain(&self.negative).sum::<i64>().unsigned_abs() + self.zero;
        let sum = total as f64 * 1.5 - random.unit();
        let integer = Histogram {
            counter_reset_hint: hint,
            schema: self.schema,
            zero_threshold: self.threshold,
            zero_count: self.zero,
            count: total,
            sum,
            positive_spans: spans(&self.positive),
            negative_spans: spans(&self.negative),
            positive_buckets: deltas(&self.positive),
            negative_buckets: deltas(&self.negative),
            custom_values: Vec::new(),
        };
        if self.float {
            let mut float = integer.to_float();
            float.count *= 0.5;
            float.zero_count *= 0.5;
            float.positive_buckets.iter_mut().chain(&mut float.negative_buckets).for_each(|b| *b *= 0.5);
            return Value::FloatHistogram(float);
        }
        Value::Int(integer)
    }
}

fn deltas(counts: &[i64]) -> Vec<i64> {
    let mut last = 0;
    counts.iter().map(|count| count - std::mem::replace(&mut last, *count)).collect()
}

impl Kind {
    fn values(&mut self, random: &mut Random) -> Vec<Value> {
        match self {
            Self::Counter { rate, value } => {
                if random.one_in(50) {
                    *value = random.unit() * *rate;
                } else if !random.one_in(5) {
                    *value += (random.unit() * *rate * 4.0).round() / 4.0;
                }
                vec![Value::Float(*value)]
            }
            Self::Gauge { scale } => vec![Value::Float((random.unit() - 0.4) * *scale)],
            Self::Odd => {
                // No subnormal numbers: of their logarithms Go for x86 gives other values than mathematics does.
                let values =
                    [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1.7e308, -1.7e308, 2.3e-308];
                let at = random.below(24) as usize;
                vec![Value::Float(values.get(at).copied().unwrap_or((at as f64 - 12.0) * 1.25))]
            }
            Self::Constant(value) => vec![Value::Float(*value)],
            Self::Classic { bounds, counts, sum } => {
                if random.one_in(80) {
                    counts.iter_mut().for_each(|count| *count = 0.0);
                    *sum = 0.0;
                }
                for _ in 0..random.below(12) {
                    let at = random.below(bounds.len() as u64) as usize;
                    counts[at..].iter_mut().for_each(|count| *count += 1.0);
                    *sum += random.unit() * at as f64;
                }
                let last = counts.last().copied().unwrap_or_default();
                counts.iter().copied().chain([*sum, last]).map(Value::Float).collect()
            }
            Self::Native(native) => {
                native.advance(random);
                vec![native.value(random)]
            }
            Self::Custom { bounds, counts, float } => {
                if random.one_in(70) {
                    *bounds = custom_bounds(random);
                    counts.resize(bounds.len() + 1, 1);
                }
                if random.one_in(70) {
                    counts.iter_mut().for_each(|count| *count = 0);
                }
                counts.iter_mut().for_each(|count| *count += random.between(0, 5));
                let total: i64 = counts.iter().sum();
                let integer = Histogram {
                    schema: narthex_model::histogram::CUSTOM_BUCKETS_SCHEMA,
                    count: total.unsigned_abs(),
                    sum: total as f64 * 0.75,
                    positive_spans: vec![Span { offset: 0, length: counts.len() as u32 }],
                    positive_buckets: deltas(counts),
                    custom_values: bounds.clone(),
                    ..Histogram::default()
                };
                vec![if *float { Value::FloatHistogram(integer.to_float()) } else { Value::Int(integer) }]
            }
            Self::Mixed(native) => {
                native.advance(random);
                vec![if random.one_in(4) { Value::Float(random.unit() * 10.0) } else { native.value(random) }]
            }
        }
    }
}

fn custom_bounds(random: &mut Random) -> Vec<f64> {
    match random.below(4) {
        0 => vec![1.0, 5.0, 10.0],
        1 => vec![1.0, 2.0, 5.0, 10.0, 20.0],
        2 => vec![-2.0, 0.0, 5.0],
        _ => vec![5.0],
    }
}

fn streams(random: &mut Random) -> Vec<Stream> {
    let steps = LENGTH / STEP;
    let mut all = Vec::new();
    let mut add = |random: &mut Random, labels: Vec<Labels>, kind: Kind, churns: bool| {
        let mut life = vec![(0, steps)];
        if churns {
            let (a, b) = (random.between(0, steps / 2), random.between(steps / 2, steps));
            life = vec![(a, a + random.between(1, 60)), (b, b + random.between(1, 90))];
        }
        let jitter = *random.pick(&[&0, &0, &40, &2_000]);
        let gaps = *random.pick(&[&u64::MAX, &50, &7]);
        all.push(Stream { labels, kind, phase: random.between(0, STEP - 1), jitter, gaps, life });
    };
    let one = |pairs: &[(&str, &str)]| vec![Labels::from_pairs(pairs.iter().copied())];
    for job in ["a", "b", "c"] {
        for instance in ["0", "1", "2"] {
            let at = [("job", job), ("instance", instance)];
            let with = |more: &[(&str, &str)]| {
                let pairs: Vec<_> = at.iter().chain(more).copied().collect();
                vec![Labels::from_pairs(pairs)]
            };
            for code in ["200", "404", "500"] {
                let kind = Kind::Counter { rate: 10.0, value: random.unit() * 100.0 };
                add(random, with(&[("__name__", "c_total"), ("code", code)]), kind, false);
            }
            add(random, with(&[("__name__", "g")]), Kind::Gauge { scale: 100.0 }, false);
            add(random, with(&[("__name__", "churn")]), Kind::Gauge { scale: 3.0 }, true);
            add(random, with(&[("__name__", "odd")]), Kind::Odd, false);
            add(random, with(&[("__name__", "up")]), Kind::Constant(1.0), instance == "2");
            let version = if job == "a" { "1.0" } else { "2.0" };
            let info = [("__name__", "target_info"), ("version", version), ("os", instance)];
            add(random, with(&info), Kind::Constant(1.0), job == "c");
            if instance == "0" {
                let info = [("__name__", "build_info"), ("branch", "x"), ("g", "y")];
                add(random, with(&info), Kind::Constant(1.0), false);
            }
            let (float, gauge) = (instance == "1", instance == "2");
            let native = Native::new(random, float, gauge);
            add(random, with(&[("__name__", "nh")]), Kind::Native(native), false);
            let native = Native::new(random, false, false);
            add(random, with(&[("__name__", "mixed")]), Kind::Mixed(native), instance == "2");
            let bounds = custom_bounds(random);
            let kind = Kind::Custom { counts: vec![0; bounds.len() + 1], bounds, float };
            add(random, with(&[("__name__", "nhcb")]), kind, false);
            if instance != "2" {
                let bounds: Vec<&str> = match job {
                    "a" => vec!["0.1", "1", "10", "+Inf"],
                    "b" => vec!["-1", "0", "1", "1.0", "10", "+Inf"],
                    _ => vec!["0.5", "5", "x"],
                };
                let mut labels: Vec<Labels> =
                    bounds.iter().flat_map(|le| with(&[("__name__", "h_bucket"), ("le", *le)])).collect();
                labels.extend(with(&[("__name__", "h_sum")]));
                labels.extend(with(&[("__name__", "h_count")]));
                let kind = Kind::Classic { counts: vec![0.0; bounds.len()], bounds, sum: 0.0 };
                add(random, labels, kind, false);
            }
        }
    }
    for (l, dotted) in [("é\n\"\\", "1"), ("", "2"), ("<x>", ""), ("10", "é"), ("9", "b a")] {
        let labels = one(&[("__name__", "my.metric"), ("l", l), ("dotted.name", dotted)]);
        add(random, labels, Kind::Gauge { scale: 1e-3 }, false);
    }
    add(random, one(&[("__name__", "huge"), ("x", "1")]), Kind::Gauge { scale: 1.7e308 }, false);
    add(random, one(&[("__name__", "huge"), ("x", "2")]), Kind::Gauge { scale: 1.7e308 }, false);
    add(random, one(&[("__name__", "seconds")]), Kind::Constant(1.7e9 + 0.5), false);
    all
}

/// Writes the data of `seed` as a database in `dir`.
pub(crate) fn write(dir: &Path, seed: u64) {
    let random = &mut Random::new(seed);
    let db = Db::open(dir, Options::default()).unwrap();
    let mut streams = streams(random);
    let refs: Vec<Vec<SeriesRef>> = {
        let mut appender = db.appender();
        let refs =
            streams.iter().map(|s| s.labels.iter().map(|labels| appender.series(labels).unwrap()).collect());
        refs.collect()
    };
    drop(refs);
    for step in 0..LENGTH / STEP {
        let mut appender = db.appender();
        for stream in &mut streams {
            let is_alive = stream.life.iter().any(|(from, to)| (*from..*to).contains(&step));
            let has_ended = stream.life.iter().any(|(_, to)| *to == step);
            if !is_alive && !has_ended || random.one_in(stream.gaps) {
                continue;
            }
            let t = START + step * STEP + stream.phase + random.between(-stream.jitter, stream.jitter);
            let mut values = stream.kind.values(random);
            if has_ended {
                values.iter_mut().for_each(|value| *value = Value::Float(STALE_NAN));
            }
            for (labels, value) in stream.labels.iter().zip(&values) {
                let series = appender.series(labels).unwrap();
                let value = match value {
                    Value::Float(value) => SampleValue::Float(*value),
                    Value::Int(histogram) => SampleValue::Histogram(histogram),
                    Value::FloatHistogram(histogram) => SampleValue::FloatHistogram(histogram),
                };
                appender.append(series, 0, t, value).unwrap();
            }
        }
        appender.commit().unwrap();
    }
    db.sync().unwrap();
}
