//! Properties: what is written is read again, whatever the names and values; no input makes a parser panic; the shortcut
//! for known lines never differs from the long way.

use narthex_exposition::encode::{
    Bucket, Encoder, HistogramValue, Metric, MetricFamily, MetricValue, NativeValue, Quantile, SummaryValue,
};
use narthex_exposition::{
    Entry, EscapingScheme, Parser, ParserOptions, Protocol, escape_name, read_families, series_hash,
};
use narthex_model::{Exemplar, Histogram, Labels, MetricType, Span};
use proptest::prelude::*;

const TYPES: [MetricType; 5] =
    [MetricType::Unknown, MetricType::Gauge, MetricType::Counter, MetricType::Summary, MetricType::Histogram];

/// Pieces of pages, to be put together at random.
const PIECES: [&[u8]; 8] =
    [b"# TYPE ", b"# HELP ", b"# EOF\n", b"a{b=\"c\"} 1\n", b" # {", b"histogram\n", b"le=\"1\"", b"\n"];

/// Names of all kinds, never one of the reserved labels.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_:][a-z0-9_:]{0,8}", "[a-z]{1,3}\\.[a-z]{1,3}", "[^\0]{1,6}"]
}

fn labels() -> impl Strategy<Value = Labels> {
    prop::collection::vec(("[a-z]{2}|[^\0]{1,4}", "[^\0]{0,6}"), 0..4).prop_map(|pairs| {
        let reserved = ["__name__", "le", "quantile"];
        let pairs = pairs.iter().filter(|(name, _)| !reserved.contains(&name.as_str()));
        Labels::from_pairs(pairs.map(|(name, value)| (name.as_str(), value.as_str())))
    })
}

fn exemplar() -> impl Strategy<Value = Option<Exemplar>> {
    prop::option::of((labels(), -1e9..1e9, prop::option::of(time())))
        .prop_map(|exemplar| exemplar.map(|(labels, value, timestamp)| Exemplar { labels, value, timestamp }))
}

/// Milliseconds as they occur: OpenMetrics' seconds as floats keep them.
fn time() -> impl Strategy<Value = i64> {
    1_100_000_000_000_i64..2_000_000_000_000
}

fn value(metric_type: MetricType) -> BoxedStrategy<MetricValue> {
    let number = prop_oneof![Just(0.0), 0.0..1e12, (0_u32..1_000_000).prop_map(f64::from)];
    match metric_type {
        MetricType::Counter => (number, exemplar())
            .prop_map(|(value, exemplar)| MetricValue::Counter { value, exemplar })
            .boxed(),
        MetricType::Summary => (prop::collection::btree_set(0_u8..100, 0..3), number, 0_u32..100)
            .prop_map(|(quantiles, sum, count)| {
                let quantiles = quantiles.into_iter().map(|percent| {
                    let quantile = f64::from(percent) / 100.0;
                    Quantile { quantile, value: quantile * sum }
                });
                let (sum, count) = (Some(sum), Some(f64::from(count)));
                MetricValue::Summary(SummaryValue { quantiles: quantiles.collect(), sum, count })
            })
            .boxed(),
        MetricType::Histogram => (prop::collection::vec((0_u32..9, exemplar()), 0..4), number)
            .prop_map(|(counts, sum)| {
                let mut count = 0.0;
                let mut buckets: Vec<_> = counts
                    .into_iter()
                    .enumerate()
                    .map(|(index, (more, exemplar))| {
                        count += f64::from(more);
                        Bucket { upper_bound: index as f64 / 4.0, cumulative_count: count, exemplar }
                    })
                    .collect();
                buckets.push(Bucket { upper_bound: f64::INFINITY, cumulative_count: count, exemplar: None });
                let (sum, count) = (Some(sum), Some(count));
                MetricValue::Histogram(Box::new(HistogramValue {
                    buckets,
                    sum,
                    count,
                    ..HistogramValue::default()
                }))
            })
            .boxed(),
        _ => prop_oneof![any::<f64>().prop_filter("equality", |value| !value.is_nan()), Just(f64::INFINITY)]
            .prop_map(MetricValue::Single)
            .boxed(),
    }
}

fn family() -> impl Strategy<Value = MetricFamily> {
    (name(), prop::option::of("(x[^\0]{0,8})?"), prop::sample::select(&TYPES[..])).prop_flat_map(
        |(name, help, metric_type)| {
            let start = match metric_type {
                MetricType::Counter | MetricType::Summary | MetricType::Histogram => {
                    prop::option::of(time()).boxed()
                }
                _ => Just(None).boxed(),
            };
            let metric = (labels(), value(metric_type), prop::option::of(time()), start);
            prop::collection::vec(metric, 1..4).prop_map(move |metrics| {
                let mut seen = std::collections::HashSet::new();
                let metrics = metrics.into_iter().filter(|(labels, ..)| seen.insert(labels.clone()));
                let metrics = metrics.map(|(labels, value, timestamp, created)| Metric {
                    labels,
                    value,
                    timestamp,
                    created,
                });
                let suffix = if metric_type == MetricType::Counter { "_total" } else { "" };
                MetricFamily {
                    name: format!("{name}{suffix}"),
                    help: help.clone(),
                    metric_type,
                    unit: String::new(),
                    metrics: metrics.collect(),
                }
            })
        },
    )
}

/// What is left of a family in a protocol that has neither exemplars nor start times.
fn classic(mut family: MetricFamily) -> MetricFamily {
    for metric in &mut family.metrics {
        metric.created = None;
        match &mut metric.value {
            MetricValue::Counter { exemplar, .. } => *exemplar = None,
            MetricValue::Histogram(histogram) => {
                histogram.buckets.iter_mut().for_each(|bucket| bucket.exemplar = None);
            }
            _ => {}
        }
    }
    family
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn families_come_back(family in family()) {
        for protocol in [Protocol::Text004, Protocol::OpenMetrics100, Protocol::PrometheusProto] {
            let page = Encoder::new(protocol, EscapingScheme::AllowUtf8).page([&family]);
            let back = read_families(&page, protocol);
            let mut expected = if protocol == Protocol::Text004 { classic(family.clone()) } else { family.clone() };
            if protocol == Protocol::PrometheusProto {
                expected.help.get_or_insert_default();
            }
            prop_assert_eq!(back, Ok(vec![expected]), "{} {}", protocol, String::from_utf8_lossy(&page));
        }
    }

    #[test]
    fn what_is_written_is_openmetrics(family in family()) {
        for scheme in EscapingScheme::ALL {
            let page = Encoder::new(Protocol::OpenMetrics100, scheme).page([&family]);
            let options = ParserOptions { strict: true, ..ParserOptions::default() };
            let mut parser = Parser::new(&page, Protocol::OpenMetrics100, options);
            while let Some(entry) = parser.next() {
                // Escaping may make two labels one; everything else has to hold.
                if let Err(error) = entry {
                    let merged = error.expected().contains("label") || error.expected().contains("metric in a row");
                    prop_assert!(scheme != EscapingScheme::AllowUtf8 && merged, "{}\n{}", error, String::from_utf8_lossy(&page));
                }
            }
        }
    }

    #[test]
    fn escaped_names_are_classic(family in family()) {
        let page = Encoder::new(Protocol::Text004, EscapingScheme::Values).page([&family]);
        let families = read_families(&page, Protocol::Text004);
        prop_assert_eq!(&families.unwrap()[0].name, &escape_name(&family.name, EscapingScheme::Values));
        prop_assert!(!page.starts_with(b"# TYPE \""));
    }

    #[test]
    fn native_histograms_come_back(
        deltas in prop::collection::vec(1_i64..50, 1..12), schema in -4..=8, offset in -50..50, sum in -1e9..1e9,
    ) {
        let count = deltas.iter().scan(0, |bucket, delta| { *bucket += delta; Some(*bucket) }).sum::<i64>() as u64;
        let native = Histogram {
            schema,
            zero_threshold: 1e-128,
            zero_count: 3,
            count: count + 3,
            sum,
            positive_spans: vec![Span { offset, length: deltas.len() as u32 }],
            positive_buckets: deltas,
            ..Histogram::default()
        };
        let value = HistogramValue { native: Some(NativeValue::Int(native)), ..HistogramValue::default() };
        let family = MetricFamily {
            name: "latency".into(),
            help: Some(String::new()),
            metric_type: MetricType::Histogram,
            metrics: vec![Metric::new(Labels::from_pairs([("a", "b")]), MetricValue::Histogram(Box::new(value)))],
            ..MetricFamily::default()
        };
        let page = Encoder::new(Protocol::PrometheusProto, EscapingScheme::AllowUtf8).page([&family]);
        prop_assert_eq!(read_families(&page, Protocol::PrometheusProto), Ok(vec![family]));
    }

    #[test]
    fn nothing_panics(
        page in prop::collection::vec(prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            prop::sample::select(&PIECES[..]).prop_map(<[u8]>::to_vec),
        ], 0..40),
    ) {
        let page = page.concat();
        for protocol in Protocol::ALL {
            for bits in 0..8 {
                let options = ParserOptions {
                    strict: bits & 1 != 0,
                    start_timestamps: bits & 2 != 0,
                    convert_classic: bits & 4 != 0,
                    ..ParserOptions::default()
                };
                let mut parser = Parser::new(&page, protocol, options);
                while let Some(entry) = parser.next() {
                    if let Err(error) = entry {
                        prop_assert!(error.offset() <= page.len() && !error.to_string().is_empty());
                    }
                }
            }
        }
    }

    #[test]
    fn known_lines_read_the_same(family in family()) {
        for protocol in [Protocol::Text004, Protocol::OpenMetrics100] {
            let page = Encoder::new(protocol, EscapingScheme::AllowUtf8).page([&family]);
            let mut long = Vec::new();
            let mut parser = Parser::new(&page, protocol, ParserOptions::default());
            while let Some(entry) = parser.next() {
                if let Ok(Entry::Series(series)) = entry {
                    let hash = series_hash(series.series());
                    long.push((series.series().len(), hash, series.value.to_bits(), series.timestamp));
                }
            }
            let mut parser = Parser::new(&page, protocol, ParserOptions::default());
            for (len, hash, value, timestamp) in long {
                loop {
                    prop_assert!(parser.try_known(len, hash ^ 1).is_none());
                    if let Some(sample) = parser.try_known(len, hash) {
                        prop_assert_eq!((sample.value.to_bits(), sample.timestamp), (value, timestamp));
                        break;
                    }
                    let metadata = matches!(parser.next(), Some(Ok(Entry::Type(_) | Entry::Help(_))));
                    prop_assert!(metadata);
                }
            }
        }
    }
}
