//! Writing what was read means the same: real pages in their own protocol, in the others, and families made at random.

mod common;

use narthex_exposition::encode::{Encoder, MetricFamily, MetricValue};
use narthex_exposition::{Entry, EscapingScheme, Parser, ParserOptions, Protocol, read_families};
use narthex_model::{LabelsBuilder, MetricType};

/// Everything a page says, in an order of its own.
fn meaning(page: &[u8], protocol: Protocol) -> Vec<String> {
    let options = ParserOptions {
        keep_classic: true,
        start_timestamps: true,
        skip_created: true,
        ..ParserOptions::default()
    };
    let mut parser = Parser::new(page, protocol, options);
    let mut builder = LabelsBuilder::new();
    let mut said = Vec::new();
    while let Some(entry) = parser.next() {
        builder.clear();
        said.push(match entry.expect("a good page") {
            Entry::Series(series) => {
                series.labels_into(&mut builder);
                let exemplar = series.exemplar.as_ref().map(|exemplar| {
                    let mut builder = LabelsBuilder::new();
                    exemplar.labels_into(&mut builder);
                    format!("{} {:?} {:?}", builder.build(), exemplar.value, exemplar.timestamp)
                });
                let value =
                    if series.value.is_nan() { "NaN".to_owned() } else { format!("{:?}", series.value) };
                let times = (series.timestamp, series.start_timestamp);
                format!("{} {value} {times:?} {exemplar:?}", builder.build())
            }
            Entry::Histogram(histogram) => {
                histogram.labels_into(&mut builder);
                let times = (histogram.timestamp, histogram.start_timestamp);
                let exemplars: Vec<_> =
                    histogram.exemplars.iter().map(|e| (e.value.to_bits(), e.timestamp)).collect();
                format!("{} {:?} {times:?} {exemplars:?}", builder.build(), histogram.value)
            }
            Entry::Type(entry) if entry.metric_type == MetricType::Unknown => continue,
            Entry::Type(entry) => format!("TYPE {} {}", entry.name(), entry.metric_type),
            Entry::Help(entry) if entry.help().is_empty() => continue,
            Entry::Help(entry) => format!("HELP {} {}", entry.name(), entry.help()),
            Entry::Unit(entry) if entry.unit().is_empty() => continue,
            Entry::Unit(entry) => format!("UNIT {} {}", entry.name(), entry.unit()),
            Entry::Comment(_) => continue,
        });
    }
    said.sort();
    said.dedup();
    said
}

#[track_caller]
fn assert_same(name: &str, expected: &[String], found: &[String]) {
    let missing: Vec<_> = expected.iter().filter(|line| found.binary_search(line).is_err()).take(5).collect();
    let more: Vec<_> = found.iter().filter(|line| expected.binary_search(line).is_err()).take(5).collect();
    assert!(missing.is_empty() && more.is_empty(), "{name}\nmissing: {missing:#?}\nmore: {more:#?}");
}

#[test]
fn real_pages_mean_the_same() {
    for (name, protocol, page) in common::real_pages() {
        let families = read_families(&page, protocol).unwrap();
        let written = Encoder::new(protocol, EscapingScheme::AllowUtf8).page(&families);
        assert_same(&name, &meaning(&page, protocol), &meaning(&written, protocol));
    }
}

/// Samples and values, without what not every protocol can say.
fn samples(families: &[MetricFamily], protocol: Protocol, scheme: EscapingScheme) -> Vec<String> {
    let page = Encoder::new(protocol, scheme).page(families);
    let options = ParserOptions { skip_created: true, ignore_native: true, ..ParserOptions::default() };
    let mut parser = Parser::new(&page, protocol, options);
    let mut builder = LabelsBuilder::new();
    let mut samples = Vec::new();
    while let Some(entry) = parser.next() {
        if let Entry::Series(series) = entry.expect("a good page") {
            builder.clear();
            series.labels_into(&mut builder);
            // OpenMetrics has its own suffixes for the parts of a gauge histogram.
            let labels =
                builder.build().to_string().replace("_gsum\"", "_sum\"").replace("_gcount\"", "_count\"");
            samples.push(format!("{labels} {:?}", series.value));
        }
    }
    samples.sort();
    samples
}

#[test]
fn every_protocol_and_scheme_has_the_same_samples() {
    for (name, protocol, page) in common::real_pages() {
        // Histograms without sum or count have them as 0 in protobuf.
        let families: Vec<_> = read_families(&page, protocol).unwrap();
        let complete = families.iter().flat_map(|family| &family.metrics).all(|metric| match &metric.value {
            MetricValue::Histogram(histogram) => histogram.sum.is_some() && histogram.count.is_some(),
            MetricValue::Summary(summary) => summary.sum.is_some() && summary.count.is_some(),
            _ => true,
        });
        for scheme in EscapingScheme::ALL {
            let expected = samples(&families, Protocol::Text100, scheme);
            for other in [Protocol::Text004, Protocol::OpenMetrics100, Protocol::PrometheusProto] {
                if complete || other != Protocol::PrometheusProto {
                    assert_same(
                        &format!("{name} as {other}, {scheme}"),
                        &expected,
                        &samples(&families, other, scheme),
                    );
                }
            }
        }
    }
}

/// Pages that contradict themselves: labels that come twice or where they do not belong. What is made of them is as many
/// samples, however often it is written.
#[test]
fn contradictions_stay_as_they_are() {
    let pages = [
        "# TYPE a histogram\na_bucket{x=\"y\",le=\"120\",le=\"0.4\"} 38\n",
        "# TYPE a histogram\na_count{le=\"1\"} 3\na_sum{le=\"1\"} 3\na_bucket{le=\"1\"} 3\na_bucket{le=\"+Inf\"} 4\n",
        "# TYPE a summary\na{quantile=\"0.5\"} 38\na_count{quantile=\"0.5\"} 1\na_sum 2\n",
    ];
    for page in pages {
        let families = read_families(page.as_bytes(), Protocol::Text004).unwrap();
        for protocol in [Protocol::Text004, Protocol::OpenMetrics100, Protocol::PrometheusProto] {
            for scheme in EscapingScheme::ALL {
                let first = samples(&families, protocol, scheme);
                let written = Encoder::new(protocol, scheme).page(&families);
                let again = read_families(&written, protocol).unwrap();
                assert_eq!(
                    first,
                    samples(&again, protocol, EscapingScheme::AllowUtf8),
                    "{protocol} {scheme} {page}"
                );
                assert!(!first.is_empty());
            }
        }
    }
}

/// Samples in front of the type that their family gets are not of that type.
#[test]
fn a_type_behind_samples_leaves_them_alone() {
    let page = b"a{quantile=\"0.5\"} 3\n# TYPE a summary\na{quantile=\"0.5\"} 4\na_sum 5\n";
    let families = read_families(page, Protocol::Text004).unwrap();
    let kinds: Vec<_> = families
        .iter()
        .map(|family| (family.name.as_str(), family.metric_type, family.metrics.len()))
        .collect();
    assert_eq!(kinds, [("a", MetricType::Summary, 1), ("a", MetricType::Unknown, 1)]);
}
