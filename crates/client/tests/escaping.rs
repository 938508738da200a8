//! Names on text pages are escaped as the scheme says, also those that other schemes leave alone.

use narthex_client::{Counter, EscapingScheme, Protocol, Registry};

#[test]
fn every_scheme_on_text_pages() {
    let registry = Registry::new();
    Counter::new("a_b_total", "").with_labels(["c_d"]).register_in(&registry).with(["e"]).inc();
    let cases = [
        (EscapingScheme::AllowUtf8, "a_b_total{c_d=\"e\"} 1\n"),
        (EscapingScheme::Underscores, "a_b_total{c_d=\"e\"} 1\n"),
        (EscapingScheme::Dots, "a__b__total{c__d=\"e\"} 1\n"),
        (EscapingScheme::Values, "a_b_total{c_d=\"e\"} 1\n"),
    ];
    for (scheme, expected) in cases {
        for protocol in [Protocol::Text004, Protocol::Text100] {
            let page = String::from_utf8(registry.encode(protocol, scheme)).unwrap();
            assert!(page.ends_with(expected), "{protocol} {scheme}: {page}");
        }
    }
}
