//! Every page of the corpora parses in its own protocol; the fuzz corpus is refused where it should be.

mod common;

use narthex_exposition::{Entry, ParseError, Parser, ParserOptions, Protocol};
use narthex_model::LabelsBuilder;

/// How many samples a page has; decodes everything on the way.
fn samples(page: &[u8], protocol: Protocol, options: ParserOptions) -> Result<usize, ParseError> {
    let mut parser = Parser::new(page, protocol, options);
    let mut builder = LabelsBuilder::new();
    let mut count = 0;
    while let Some(entry) = parser.next() {
        builder.clear();
        match entry? {
            Entry::Series(series) => {
                series.labels_into(&mut builder);
                count += 1;
            }
            Entry::Histogram(histogram) => {
                histogram.labels_into(&mut builder);
                count += 1;
            }
            Entry::Help(help) => assert!(!help.name().is_empty()),
            _ => continue,
        }
        builder.build();
    }
    Ok(count)
}

#[test]
fn real_pages() {
    for (name, protocol, page) in common::real_pages() {
        let count = samples(&page, protocol, ParserOptions::default());
        assert!(count.as_ref().is_ok_and(|count| *count > 3), "{name}: {count:?}");
        for options in [
            ParserOptions { convert_classic: true, ..ParserOptions::default() },
            ParserOptions { convert_classic: true, keep_classic: true, ..ParserOptions::default() },
            ParserOptions { start_timestamps: true, skip_created: true, ..ParserOptions::default() },
        ] {
            let count = samples(&page, protocol, options);
            assert!(count.is_ok(), "{name} with {options:?}: {count:?}");
        }
    }
}

#[test]
fn textparse_pages() {
    let Some(folder) = common::corpus("textparse") else { return };
    for path in common::entries(&folder) {
        let page = std::fs::read(&path).unwrap();
        let protocol = if path.to_string_lossy().contains(".om.") {
            Protocol::OpenMetrics100
        } else {
            Protocol::Text004
        };
        let count = samples(&page, protocol, ParserOptions::default()).unwrap();
        assert!(count > 10, "{}: {count}", path.display());
    }
}

#[test]
fn expfmt_pages() {
    let Some(folder) = common::corpus("expfmt/testdata") else { return };
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let options = ParserOptions::default();
    assert!(samples(&read("text"), Protocol::Text004, options).unwrap() > 40);
    assert!(samples(&read("protobuf"), Protocol::PrometheusProto, options).unwrap() > 40);
    assert!(samples(&read("protobuf-multimessage"), Protocol::PrometheusProto, options).unwrap() > 2);
    assert!(samples(&read("protobuf.gz"), Protocol::PrometheusProto, options).is_err());
    assert!(samples(&read("json2"), Protocol::Text004, options).is_err());
}

/// The inputs are those of another parser's fuzzing: nothing may panic, whatever the protocol takes them for.
#[test]
fn expfmt_fuzz_corpus() {
    let Some(folder) = common::corpus("expfmt/fuzz/corpus") else { return };
    let inputs = common::entries(&folder);
    assert!(inputs.len() > 20);
    for path in inputs {
        let page = std::fs::read(&path).unwrap();
        for protocol in Protocol::ALL {
            for strict in [false, true] {
                let _ = samples(&page, protocol, ParserOptions { strict, ..ParserOptions::default() });
            }
        }
    }
}
