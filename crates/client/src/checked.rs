//! The checks of names, labels, units and buckets that are made when a program is compiled. Called by the macros in
//! constants, so that a mistake is a compile error; what they cannot see is checked at registration (`desc`).

/// Refuses names that nobody means: empty, or with blanks, quotes, commas or braces.
pub const fn name(name: &str) {
    let bytes = name.as_bytes();
    assert!(!bytes.is_empty(), "the name of a metric is empty");
    let mut at = 0;
    while at < bytes.len() {
        let odd = bytes[at] <= b' ' || matches!(bytes[at], 0x7f | b'{' | b'}' | b'"' | b',' | b'=' | b'\\');
        assert!(!odd, "the name of a metric holds a blank, a quote, a comma or a brace");
        at += 1;
    }
}

/// Refuses label names that are empty, reserved or given twice.
pub const fn labels(names: &[&str]) {
    let mut at = 0;
    while at < names.len() {
        let name = names[at].as_bytes();
        assert!(!name.is_empty(), "the name of a label is empty");
        assert!(!starts_with(name, b"__"), "the name of a label starts with __, which is reserved");
        assert!(
            !equal(name, b"le") && !equal(name, b"quantile"),
            "the labels le and quantile are reserved for histograms and summaries"
        );
        let mut earlier = 0;
        while earlier < at {
            assert!(!equal(name, names[earlier].as_bytes()), "a label is given twice");
            earlier += 1;
        }
        at += 1;
    }
}

/// Refuses bounds that do not ascend or are no numbers.
pub const fn buckets(bounds: &[f64]) {
    let mut at = 0;
    while at < bounds.len() {
        assert!(!bounds[at].is_nan(), "the bound of a bucket is not a number");
        assert!(at == 0 || bounds[at - 1] < bounds[at], "the bounds of buckets must ascend");
        at += 1;
    }
}

/// Refuses a unit that is not at the end of the name (or before its `_total`), where OpenMetrics wants it.
pub const fn unit(name: &str, unit: &str) {
    let (name, unit) = (name.as_bytes(), unit.as_bytes());
    assert!(!unit.is_empty(), "the unit is empty; leave it out");
    let end = if ends_with(name, b"_total") { name.len() - b"_total".len() } else { name.len() };
    let (stem, _) = name.split_at(end);
    assert!(ends_with(stem, unit), "the name of a metric with a unit ends in the unit");
}

/// The same for what is only known when the program runs.
pub(crate) fn ends_in_unit(stem: &str, unit: &str) -> bool {
    stem.strip_suffix(unit).is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric()))
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && starts_with(a, b)
}

const fn starts_with(text: &[u8], start: &[u8]) -> bool {
    let mut at = 0;
    while at < start.len() {
        if at >= text.len() || text[at] != start[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn ends_with(text: &[u8], end: &[u8]) -> bool {
    if text.len() < end.len() {
        return false;
    }
    let (_, last) = text.split_at(text.len() - end.len());
    equal(last, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a check refuses.
    fn refuses(check: impl FnOnce() + std::panic::UnwindSafe) -> bool {
        std::panic::catch_unwind(check).is_err()
    }

    #[test]
    fn names_labels_buckets_and_units() {
        for good in ["a", "http_requests_total", "http.requests", "job:rate:sum", "größe"] {
            name(good);
        }
        for bad in ["", "a b", "a{b}", "a\n", "a\"", "a,b"] {
            assert!(refuses(|| name(bad)), "{bad:?}");
        }
        labels(&["a", "b", "_c"]);
        let wrong: [&[&str]; 5] = [&[""], &["__a"], &["a", "b", "a"], &["le"], &["quantile"]];
        for bad in wrong {
            assert!(refuses(|| labels(bad)), "{bad:?}");
        }
        buckets(&[]);
        buckets(&[-1.0, 0.0, f64::INFINITY]);
        let wrong: [&[f64]; 3] = [&[1.0, 1.0], &[2.0, 1.0], &[f64::NAN]];
        for bad in wrong {
            assert!(refuses(|| buckets(bad)), "{bad:?}");
        }
        unit("a_seconds", "seconds");
        unit("a_seconds_total", "seconds");
        assert!(refuses(|| unit("a_seconds", "bytes")));
        assert!(refuses(|| unit("a", "")));
        assert!(ends_in_unit("a_seconds", "seconds") && ends_in_unit("seconds", "seconds"));
        assert!(!ends_in_unit("milliseconds", "seconds") && !ends_in_unit("a_bytes", "seconds"));
    }
}
