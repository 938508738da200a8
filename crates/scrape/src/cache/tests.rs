//! The cache's table: pages as lists of series names, one after another, and who becomes stale.

use narthex_exposition::series_hash;
use narthex_storage::SeriesRef;

use super::{ScrapeCache, Slot};

/// Reads a page of series; a name's first byte is its series, so that `a1` and `a2` are two texts of one series. Gives
/// the stale series and how many texts were not in the cache.
fn page(cache: &mut ScrapeCache, names: &str) -> (String, usize) {
    let mut misses = 0;
    let mut scan = cache.scan();
    for name in names.split_whitespace() {
        let (hash, len) = (series_hash(name.as_bytes()), name.len());
        let placed = match scan.expected() {
            Some(slot) if slot.hash() == hash && slot.len() == len => scan.hit(slot),
            _ => scan.find(hash, len).unwrap_or_else(|| {
                misses += 1;
                scan.insert(hash, len, Some(SeriesRef(u64::from(name.as_bytes()[0]))))
            }),
        };
        assert_eq!(placed.series, Some(SeriesRef(u64::from(name.as_bytes()[0]))), "{name} in {names}");
        scan.track(placed, true);
    }
    (letters(&scan.finish()), misses)
}

fn letters(series: &[SeriesRef]) -> String {
    series.iter().map(|series| char::from(series.0 as u8)).collect()
}

#[test]
fn slots_are_small() {
    assert_eq!(size_of::<Slot>(), 24);
}

#[test]
fn pages_in_a_row() {
    /// A page, the series that become stale by it, and how many texts are new.
    type Step = (&'static str, &'static str, usize);
    let cases: [(&str, &[Step]); 9] = [
        ("the same", &[("a b c", "", 3), ("a b c", "", 0)]),
        ("gone at the end", &[("a b c", "", 3), ("a b", "c", 0), ("a b c", "", 1)]),
        ("gone in the middle", &[("a b c d", "", 4), ("a c d", "b", 0), ("a c d", "", 0)]),
        ("all gone", &[("a b", "", 2), ("", "ab", 0), ("", "", 0), ("a", "", 1)]),
        ("new in the middle", &[("a c", "", 2), ("a b c", "", 1), ("a b c", "", 0)]),
        ("order turned", &[("a b c d", "", 4), ("d c b a", "", 0), ("d c b a", "", 0)]),
        ("exchange", &[("a b c", "", 3), ("a x c", "b", 1)]),
        ("another text of the same series", &[("a1 b", "", 2), ("a2 b", "", 1), ("b", "a", 0)]),
        ("twice", &[("a b a", "", 2), ("a b", "", 0), ("a b a a", "", 0), ("b a", "", 0), ("b", "a", 0)]),
    ];
    for (what, pages) in cases {
        let mut cache = ScrapeCache::default();
        for (names, stale, misses) in pages {
            assert_eq!(page(&mut cache, names), ((*stale).to_owned(), *misses), "{what}: {names}");
        }
    }
}

#[test]
fn a_failed_page_changes_nothing() {
    let mut cache = ScrapeCache::default();
    page(&mut cache, "a b c");
    let mut scan = cache.scan();
    assert!(scan.find(series_hash(b"b"), 1).is_some());
    drop(scan);
    assert_eq!(page(&mut cache, "a b c"), (String::new(), 0));
}

#[test]
fn stale_only_once() {
    let mut cache = ScrapeCache::default();
    page(&mut cache, "a b c");
    assert_eq!(letters(&cache.take_all_stale()), "abc");
    assert_eq!(letters(&cache.take_all_stale()), "");
    assert_eq!(page(&mut cache, "a b"), (String::new(), 0), "c is stale already");
    assert_eq!(letters(&cache.take_all_stale()), "ab");
}

#[test]
fn forgotten_texts_keep_their_series() {
    let mut cache = ScrapeCache::default();
    page(&mut cache, "a b c");
    cache.forget_texts();
    assert_eq!(page(&mut cache, "a b"), ("c".to_owned(), 2));
}

#[test]
fn untracked_series_never_become_stale() {
    let mut cache = ScrapeCache::default();
    page(&mut cache, "a b");
    let mut scan = cache.scan();
    let slot = scan.expected().unwrap();
    let placed = scan.hit(slot);
    scan.track(placed, false);
    assert_eq!(letters(&scan.finish()), "b");
    assert_eq!(page(&mut cache, ""), (String::new(), 0));
}

#[test]
fn repeats_are_told() {
    let mut cache = ScrapeCache::default();
    for _ in 0..2 {
        let mut scan = cache.scan();
        let mut repeated = Vec::new();
        for name in ["a", "b", "a"] {
            let hash = series_hash(name.as_bytes());
            let placed = scan.find(hash, 1).unwrap_or_else(|| scan.insert(hash, 1, Some(SeriesRef(7))));
            repeated.push(placed.repeated);
        }
        assert_eq!(repeated, [false, false, true]);
        scan.finish();
    }
}
