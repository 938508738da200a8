//! No pattern panics, and the fast paths of a compiled one answer as its engine does. The first line is the pattern.
#![no_main]

use libfuzzer_sys::fuzz_target;
use narthex_model::matcher::{Regex, compile};

fuzz_target!(|input: &str| {
    let (pattern, text) = input.split_once('\n').unwrap_or((input, ""));
    let Ok(regex) = Regex::new(pattern) else { return };
    let Ok(engine) = compile(pattern) else { return };
    assert_eq!(regex.is_match(text), engine.is_match(text), "{pattern:?} on {text:?}");
    for string in regex.set_matches().unwrap_or_default() {
        assert!(engine.is_match(string.as_str()), "{pattern:?} lists {string:?}");
    }
    if let Some(prefix) = regex.prefix() {
        assert!(!regex.is_match(text) || text.starts_with(prefix), "{pattern:?} on {text:?}");
    }
});
