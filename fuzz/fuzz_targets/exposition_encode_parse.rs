//! A page that can be read can be written, and what was written can be read and has as many samples as when it is written
//! once more. The first byte chooses protocols and escaping scheme.
#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use narthex_exposition::encode::Encoder;
use narthex_exposition::{EscapingScheme, Protocol, read_families};

fuzz_target!(|input: &[u8]| {
    let Some((choice, page)) = input.split_first() else { return };
    let choice = usize::from(*choice);
    let from = Protocol::ALL[choice % 5];
    let to = Protocol::ALL[choice / 5 % 5];
    let scheme = EscapingScheme::ALL[choice / 25 % 4];
    let Ok(families) = read_families(page, from) else { return };
    let mut names = HashSet::new();
    if !families.iter().all(|family| names.insert(&family.name)) {
        // A page that contradicts itself: two kinds of metric under one name.
        return;
    }
    let written = Encoder::new(to, scheme).page(&families);
    if to != Protocol::PrometheusProto && written.contains(&0) {
        // A NUL in a name: the text formats cannot say it.
        return;
    }
    let again = match read_families(&written, to) {
        Ok(again) => again,
        Err(error) => panic!("{from} to {to}: {error}\n{}", String::from_utf8_lossy(&written)),
    };
    let rewritten = Encoder::new(to, EscapingScheme::AllowUtf8).page(&again);
    let options = narthex_fuzz::options(0);
    assert_eq!(narthex_fuzz::read(&written, to, options), narthex_fuzz::read(&rewritten, to, options));
});
