//! Pages on which Prometheus' own parser was asked (3.16, thousands of mutated pages in all protocols and options) and
//! where this crate once answered otherwise.

use std::fmt::Write as _;

use narthex_exposition::{Entry, NativeHistogram, Parser, ParserOptions, Protocol};
use narthex_model::LabelsBuilder;

/// What a page gives: samples as `labels value @time st=start`, everything else by a letter, `refused` at the end if so.
fn read(page: &[u8], protocol: Protocol, options: ParserOptions) -> String {
    let mut parser = Parser::new(page, protocol, options);
    let mut builder = LabelsBuilder::new();
    let mut said = String::new();
    while let Some(entry) = parser.next() {
        builder.clear();
        match entry {
            Err(_) => said.push_str("refused"),
            Ok(Entry::Type(_)) => said.push_str("T "),
            Ok(Entry::Help(_)) => said.push_str("H "),
            Ok(Entry::Unit(_)) => said.push_str("U "),
            Ok(Entry::Comment(_)) => said.push_str("C "),
            Ok(Entry::Series(series)) => {
                series.labels_into(&mut builder);
                write!(said, "{} {}", builder.build(), series.value).expect("a string takes everything");
                if let Some(time) = series.timestamp {
                    write!(said, " @{time}").expect("a string takes everything");
                }
                if let Some(start) = series.start_timestamp {
                    write!(said, " st={start}").expect("a string takes everything");
                }
                said.push_str("; ");
            }
            Ok(Entry::Histogram(histogram)) => {
                histogram.labels_into(&mut builder);
                let count = match histogram.value {
                    NativeHistogram::Int(histogram) => histogram.count as f64,
                    NativeHistogram::Float(histogram) => histogram.count,
                };
                write!(said, "{} histogram of {count}; ", builder.build())
                    .expect("a string takes everything");
            }
        }
    }
    said.trim_end().to_owned()
}

const TEXT: Protocol = Protocol::Text004;
const OPENMETRICS: Protocol = Protocol::OpenMetrics100;
const PLAIN: ParserOptions = ParserOptions {
    strict: false,
    start_timestamps: false,
    skip_created: false,
    ignore_native: false,
    convert_classic: false,
    keep_classic: false,
    type_and_unit_labels: false,
};
const STARTS: ParserOptions = ParserOptions { start_timestamps: true, skip_created: true, ..PLAIN };
const CONVERT: ParserOptions = ParserOptions { convert_classic: true, ..PLAIN };
const LABELS: ParserOptions = ParserOptions { type_and_unit_labels: true, ..PLAIN };

#[test]
fn text_pages() {
    let cases: [(Protocol, ParserOptions, &[u8], &str); 20] = [
        // A bucket whose bound is no number passes through and ends nothing.
        (
            OPENMETRICS,
            CONVERT,
            b"# TYPE a histogram\na_count 2\na_bucket{le=\"x\"} 1\na_bucket{le=\"1\"} 1\na 7\nb 1\n# EOF",
            r#"T {__name__="a_bucket", le="x"} 1; {__name__="a"} 7; {__name__="a"} histogram of 2; {__name__="b"} 1;"#,
        ),
        (
            TEXT,
            CONVERT,
            b"# TYPE a histogram\na_bucket{le=\"Inf\",le=\"x\"} 3\n",
            r#"T {__name__="a"} histogram of 3;"#,
        ),
        // A family that is called like a part of a histogram.
        (
            TEXT,
            CONVERT,
            b"# TYPE a_sum histogram\na_sum_count 3\na_sum 1\n",
            r#"T {__name__="a_sum"} histogram of 3; {__name__="a_sum"} 1;"#,
        ),
        // Numbers in labels are Go's, minus zero is zero.
        (TEXT, PLAIN, b"# TYPE a histogram\na{le=\"1_0\"} 1\n", r#"T {__name__="a", le="10.0"} 1;"#),
        (TEXT, PLAIN, b"# TYPE a histogram\na{le=\"0x1p-2\"} 1\n", r#"T {__name__="a", le="0.25"} 1;"#),
        (TEXT, PLAIN, b"# TYPE a histogram\na{le=\"-0\"} 1\n", r#"T {__name__="a", le="0.0"} 1;"#),
        (TEXT, PLAIN, b"# TYPE a histogram\na{le=\"1000000.0\"} 1\n", r#"T {__name__="a", le="1e+06"} 1;"#),
        (TEXT, PLAIN, b"# TYPE a summary\na{quantile=\"0.50\"} 1\n", r#"T {__name__="a", quantile="0.5"} 1;"#),
        (TEXT, PLAIN, b"a 1_0\n", "refused"),
        // UTF-8 is checked behind a backslash, too.
        (TEXT, PLAIN, b"a{l=\"\\\xd3\"} 1\n", "refused"),
        // A NUL ends a page behind `#`, but not in a comment behind `# `.
        (TEXT, PLAIN, b"a 1\n#\0\nb 2\n", r#"{__name__="a"} 1;"#),
        (TEXT, PLAIN, b"a 1\n# \0\nb 2\n", r#"{__name__="a"} 1;"#),
        (TEXT, PLAIN, b"a 1\n# x\0\nb 2\n", r#"{__name__="a"} 1; C {__name__="b"} 2;"#),
        (OPENMETRICS, PLAIN, b"a 1 # {a=\"\0\"} 1\n# EOF", "refused"),
        // Times beyond all times.
        (OPENMETRICS, PLAIN, b"a 0 9999999999999990\n# EOF", r#"{__name__="a"} 0 @-9223372036854775808;"#),
        (OPENMETRICS, PLAIN, b"a 0 Inf\n# EOF", "refused"),
        // The family of a start time is that of the last metadata line, whichever that is.
        (
            OPENMETRICS,
            STARTS,
            b"# TYPE a counter\n# UNIT c_seconds seconds\nc_seconds 0\nc_seconds_created 1\n# EOF",
            r#"T U {__name__="c_seconds"} 0 st=1000;"#,
        ),
        // Type and unit as labels, instead of what the page says.
        (
            OPENMETRICS,
            LABELS,
            b"# TYPE a_s counter\n# UNIT a_s s\na_s_total{__unit__=\"x\",__type__=\"y\",__name__=\"z\"} 1\n# EOF",
            r#"T U {__name__="a_s_total", __type__="counter", __unit__="s"} 1;"#,
        ),
        (
            OPENMETRICS,
            LABELS,
            b"# TYPE a unknown\na{__unit__=\"x\",__type__=\"y\"} 1\n# EOF",
            r#"T {__name__="a", __type__="y", __unit__="x"} 1;"#,
        ),
        (
            TEXT,
            ParserOptions { convert_classic: true, ..LABELS },
            b"# TYPE \"a.b\" histogram\n{\"a.b_bucket\",le=\"+Inf\"} 1\n{\"a.b_count\"} 1\n",
            r#"T {__name__="a.b", __type__="histogram"} histogram of 1;"#,
        ),
    ];
    for (protocol, options, page, expected) in cases {
        assert_eq!(read(page, protocol, options), expected, "{}", String::from_utf8_lossy(page));
    }
}

/// A family `a` of a type with one metric of these fields.
fn family(metric_type: &[u8], metric: &[u8]) -> Vec<u8> {
    let mut family = vec![0x0a, 1, b'a', 0x18];
    family.extend_from_slice(metric_type);
    family.extend_from_slice(&[0x22, metric.len() as u8]);
    family.extend_from_slice(metric);
    let mut page = vec![family.len() as u8];
    page.extend_from_slice(&family);
    page
}

#[test]
fn protobuf_pages() {
    let one = [0x12, 9, 9, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f];
    let with = |more: &[u8]| [&one[..], more].concat();
    let cases: [(&[u8], Vec<u8>, &str); 9] = [
        (&[1], one.to_vec(), r#"H T {__name__="a"} 1;"#),
        // Labels may stand behind the value, apart from each other.
        (
            &[1],
            [&[0x0a, 6, 0x0a, 1, b'x', 0x12, 1, b'1'], &one[..], &[0x0a, 6, 0x0a, 1, b'y', 0x12, 1, b'2']]
                .concat(),
            r#"H T {__name__="a", x="1", y="2"} 1;"#,
        ),
        (&[1], with(&[0x0a, 6, 0x12, 1, b'1', 0x0a, 1, b'x']), r#"H T {__name__="a", x="1"} 1;"#),
        // An enumeration has 32 bits.
        (&[0x81, 0x80, 0x80, 0x80, 0x10], one.to_vec(), r#"H T {__name__="a"} 1;"#),
        (&[9], one.to_vec(), "refused"),
        // What is not looked at has to be right all the same.
        (&[1], with(&[0x1a, 2, 0x08, 1]), "H T refused"),
        (&[1], with(&[0x28, 1]), "H T refused"),
        // A name or value that is not UTF-8, even if another replaces it.
        (&[1], with(&[0x0a, 6, 0x0a, 1, b'x', 0x12, 1, 0xff]), "H T refused"),
        (&[1], with(&[0x0a, 9, 0x0a, 1, b'x', 0x12, 1, 0xff, 0x12, 1, b'y']), "H T refused"),
    ];
    for (metric_type, metric, expected) in cases {
        let page = family(metric_type, &metric);
        assert_eq!(read(&page, Protocol::PrometheusProto, PLAIN), expected, "{page:x?}");
    }
    // The unit becomes a label; it comes behind the metrics.
    let mut page = family(&[1], &one);
    page[0] += 3;
    page.extend_from_slice(&[0x2a, 1, b's']);
    let expected = r#"H U T {__name__="a", __type__="gauge", __unit__="s"} 1;"#;
    assert_eq!(read(&page, Protocol::PrometheusProto, LABELS), expected);
}

#[test]
fn a_known_series_is_another_one_under_another_type() {
    let first = b"# TYPE a counter\na 1\n";
    let second = b"# TYPE a gauge\na 1\n";
    for (options, known) in [(PLAIN, true), (LABELS, false)] {
        let mut parser = Parser::new(first, TEXT, options);
        parser.next();
        let Some(Ok(Entry::Series(series))) = parser.next() else { panic!("a series") };
        let (len, hash) = (series.series().len(), series.hash());
        for (page, known) in [(first.as_slice(), true), (second, known)] {
            let mut parser = Parser::new(page, TEXT, options);
            parser.next();
            assert_eq!(parser.try_known(len, hash).is_some(), known);
        }
    }
}
