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
