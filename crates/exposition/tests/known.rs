//! The shortcut for known pages reads the same as the long way.

use narthex_exposition::{Entry, Parser, ParserOptions, Protocol, series_hash};

#[test]
fn known_lines_are_read_without_labels() {
    let first = b"# TYPE a counter\na{x=\"1\"} 1\na{x=\"2\"} 2 1000\nb 3\n";
    let second = b"# TYPE a counter\na{x=\"1\"} 10\na{x=\"3\"} 2 1000\nb 30.5 77\n";
    let options = ParserOptions::default();
    let mut known = Vec::new();
    let mut parser = Parser::new(first, Protocol::Text004, options);
    while let Some(entry) = parser.next() {
        if let Entry::Series(sample) = entry.unwrap() {
            known.push((sample.series().len(), series_hash(sample.series())));
        }
    }
    let mut parser = Parser::new(second, Protocol::Text004, options);
    let mut read = Vec::new();
    let mut position = 0;
    loop {
        if let Some(sample) = known.get(position).and_then(|(len, hash)| parser.try_known(*len, *hash)) {
            read.push((true, sample.value, sample.timestamp));
            position += 1;
            continue;
        }
        match parser.next() {
            None => break,
            Some(Ok(Entry::Series(sample))) => {
                read.push((false, sample.value, sample.timestamp));
                position += 1;
            }
            Some(entry) => drop(entry.unwrap()),
        }
    }
    assert_eq!(read, [(true, 10.0, None), (false, 2.0, Some(1000)), (true, 30.5, Some(77))]);
}

#[test]
fn known_metadata_is_passed_over_where_nothing_depends_on_it() {
    let text = b"# HELP a first\n# TYPE a counter\na 1\n# TYPE b gauge\nb 2\n# EOF\n";
    let block = b"# HELP a first\n# TYPE a counter\n";
    let (len, hash) = (block.len(), series_hash(block));
    let plain = ParserOptions::default();
    let labels = ParserOptions { type_and_unit_labels: true, ..plain };
    let created = ParserOptions { skip_created: true, ..plain };
    for (protocol, options, passed) in [
        (Protocol::Text004, plain, true),
        (Protocol::OpenMetrics100, plain, true),
        (Protocol::Text004, labels, false),
        (Protocol::OpenMetrics100, labels, false),
        (Protocol::OpenMetrics100, created, false),
        (Protocol::PrometheusProto, plain, false),
    ] {
        let mut parser = Parser::new(text, protocol, options);
        assert!(!parser.try_metadata(len, hash ^ 1) && !parser.try_metadata(len - 1, hash));
        assert!(!parser.try_metadata(usize::MAX, hash));
        assert_eq!(parser.try_metadata(len, hash), passed, "{protocol} {options:?}");
        if passed {
            assert!(!parser.is_at_metadata());
            let Some(Ok(Entry::Series(series))) = parser.next() else { panic!("a series") };
            assert_eq!((series.series(), series.value), (&b"a"[..], 1.0));
            assert!(parser.is_at_metadata() && !parser.try_metadata(len, hash));
        }
    }
}
