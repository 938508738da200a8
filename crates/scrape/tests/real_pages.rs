//! Pages of real exporters in every protocol, read twice: the second time nothing may be new.

mod support;

use narthex_exposition::ContentType;
use narthex_scrape::bench::PageBench;
use narthex_storage::Storage;
use support::storage::Memory;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora/exposition/real_pages");

#[test]
fn a_known_page_brings_nothing_new() {
    let Ok(index) = std::fs::read_to_string(format!("{FOLDER}/index.json")) else {
        println!("SKIPPED: no real pages");
        return;
    };
    let index: Vec<serde_json::Value> = serde_json::from_str(&index).unwrap();
    assert!(!index.is_empty());
    for entry in &index {
        let file = entry["file"].as_str().unwrap();
        // The one page without a recorded type is a protobuf one.
        let content_type = entry["content_type"].as_str().unwrap_or("application/vnd.google.protobuf");
        let page = std::fs::read(format!("{FOLDER}/{file}")).unwrap();
        let protocol = ContentType::parse(content_type).unwrap().protocol;
        let memory = Memory::new();
        let mut target = PageBench::new();
        let mut scrape = |time| {
            let mut appender = memory.appender();
            let scraped = target.read(&page, protocol, appender.as_mut(), time);
            appender.commit().unwrap();
            (scraped, target.cache_bytes())
        };
        let first = scrape(1_700_000_000_000);
        let series = memory.series_count();
        assert!(first.0 > 0 && series > 0, "{file}");
        assert_eq!(scrape(1_700_000_015_000), first, "{file}");
        assert_eq!(memory.series_count(), series, "{file}");
        // All series of these pages differ and bring no timestamps, but for a few of the federated kind.
        assert!(first.0 as usize >= series, "{file}: {} samples, {series} series", first.0);
        assert_eq!(memory.stale_count(), 0, "{file}");
    }
}
