//! Scraping a well-behaved target: samples, report, staleness, labels, reloads.

mod support;

use std::sync::Arc;
use std::time::Duration;

use narthex_discovery::{DiscoveryConfig, TargetGroup};
use narthex_exposition::Protocol;
use narthex_model::relabel::{Action, RuleSpec};
use narthex_model::{Labels, MetricType};
use narthex_scrape::{ApplyError, Health, Options, ScrapeConfig, ScrapeManager};
use support::storage::Memory;
use support::target::{Answer, Target};
use support::{job, options, until};

fn start(memory: &Arc<Memory>, options: Options, jobs: Vec<ScrapeConfig>) -> ScrapeManager {
    let manager = ScrapeManager::new(Arc::clone(memory) as Arc<dyn narthex_storage::Storage>, options);
    manager.apply(jobs).expect("good jobs");
    manager
}

fn pages(pages: &[&str]) -> Vec<Answer> {
    pages.iter().map(|page| Answer::Page((*page).to_owned())).collect()
}

#[tokio::test]
async fn samples_and_report() {
    let page = "# HELP a What a is.\n# TYPE a counter\na{x=\"y\"} 1\na{x=\"z\"} 2\nb 3\n";
    let target = Target::start(pages(&[page])).await;
    let memory = Memory::new();
    let manager = start(&memory, options(), vec![job("j", &[&target.address])]);
    until("three scrapes", || memory.values("up").len() >= 3).await;
    assert_eq!(memory.last("up").as_deref(), Some("1"));
    assert_eq!(memory.last("scrape_samples_scraped").as_deref(), Some("3"));
    assert_eq!(memory.last("scrape_samples_post_metric_relabeling").as_deref(), Some("3"));
    assert_eq!(memory.values("scrape_series_added")[..2], ["3", "0"]);
    assert_eq!(memory.values("scrape_sample_limit"), [""; 0], "only with extra metrics");
    let expected = [("__name__", "a"), ("instance", target.address.as_str()), ("job", "j"), ("x", "y")];
    assert_eq!(memory.label_sets("a")[0], Labels::from_pairs(expected));
    assert_eq!(target.connections(), 1, "kept alive");
    let request = target.requests()[0].to_lowercase();
    assert!(request.starts_with("get /metrics http/1.1\r\n"), "{request}");
    assert!(request.contains("x-prometheus-scrape-timeout-seconds: 0.25\r\n"), "{request}");
    let snapshot = &manager.active_targets(Some("j"))[0];
    assert_eq!((snapshot.health, snapshot.last_error.as_deref()), (Health::Up, None));
    assert_eq!(snapshot.scrape_url.as_str(), format!("http://{}/metrics", target.address));
    let global = snapshot.global_url(&"http://outside:9090/".parse().unwrap(), None);
    assert_eq!(global.host_str(), Some("outside"));
    let metadata = manager.target_metadata(Some("a"), |_| true);
    assert_eq!(metadata[0].metadata.metric_type, MetricType::Counter);
    assert_eq!(metadata[0].metadata.help, "What a is.");
    manager.stop().await;
    let metrics = manager.metrics();
    assert!(metrics.intervals.values().map(|lengths| lengths.all.count).sum::<u64>() >= 2);
}

#[tokio::test]
async fn series_that_go_become_stale_once() {
    let target =
        Target::start(pages(&["a 1\nb 1\nc 1\n", "a 2\nc 2\n", "a 3\nc 3\n", "a 4\nb 4\nc 4\n"])).await;
    let memory = Memory::new();
    let manager = start(&memory, options(), vec![job("j", &[&target.address])]);
    until("b is back", || memory.last("b").as_deref() == Some("4")).await;
    assert_eq!(memory.values("b")[..3], ["1", "stale", "4"]);
    assert_eq!(memory.values("c")[..3], ["1", "2", "3"]);
    assert_eq!(memory.values("scrape_series_added")[..4], ["3", "0", "0", "1"]);
    manager.stop().await;
    assert_ne!(memory.last("a").as_deref(), Some("stale"), "a stopping server writes no markers");
}

#[tokio::test]
async fn a_full_storage_costs_only_the_new_series() {
    let mut answers = pages(&["a 1\nb 1\n", "a 2\nnew 2\nb 2\n"]);
    answers.extend(vec![Answer::Page("a 3\nnew 3\nb 3\n".to_owned()); 2]);
    let target = Target::start(answers).await;
    let memory = Memory::new();
    let manager = start(&memory, options(), vec![job("j", &[&target.address])]);
    until("the first scrape", || memory.last("up").is_some()).await;
    memory.set_full(true);
    until("known series go on", || memory.last("b").as_deref() >= Some("2")).await;
    until("the refusal is told", || manager.active_targets(None)[0].last_error.is_some()).await;
    let snapshot = &manager.active_targets(None)[0];
    let told = snapshot.last_error.as_deref().unwrap_or_default();
    assert!(
        told.contains("1 samples of new series left out") && told.contains("the storage is full"),
        "{told}"
    );
    assert_eq!(snapshot.health, Health::Up, "the target is well");
    assert_eq!(memory.values("new"), [""; 0]);
    assert!(manager.metrics().counts.refused >= 1);
    memory.set_full(false);
    until("there is room", || memory.last("new").is_some()).await;
    until("all is well", || manager.active_targets(None)[0].last_error.is_none()).await;
    assert_eq!(memory.values("a").iter().filter(|value| *value == "stale").count(), 0);
    manager.stop().await;
}

#[tokio::test]
async fn a_failed_scrape_makes_all_stale_once() {
    let mut answers = pages(&["a 1\n", "a 2\n"]);
    answers.extend([Answer::Close, Answer::Close, Answer::Close, Answer::Close]);
    answers.extend(pages(&["a 3\n"]));
    let target = Target::start(answers).await;
    let memory = Memory::new();
    let manager = start(&memory, options(), vec![job("j", &[&target.address])]);
    until("a is back", || memory.last("a").as_deref() == Some("3")).await;
    assert_eq!(memory.values("a")[..4], ["1", "2", "stale", "3"]);
    assert!(memory.values("up").contains(&"0".to_owned()));
    assert!(!memory.values("up").contains(&"stale".to_owned()));
    manager.stop().await;
}

#[tokio::test]
async fn a_target_that_goes_ends_with_markers() {
    let target = Target::start(pages(&["a 1\n"])).await;
    let memory = Memory::new();
    let manager = start(&memory, options(), vec![job("j", &[&target.address])]);
    until("scraped", || memory.last("a").is_some()).await;
    let empty = ScrapeConfig { discovery: Vec::new(), ..job("j", &[]) };
    manager.apply(vec![empty]).unwrap();
    assert!(manager.active_targets(None).is_empty());
    until("stale", || memory.last("a").as_deref() == Some("stale")).await;
    assert_eq!(memory.last("up").as_deref(), Some("stale"));
    manager.stop().await;
}

#[tokio::test]
async fn a_job_that_goes_ends_with_markers() {
    let target = Target::start(pages(&["a 1\n"])).await;
    let memory = Memory::new();
    let manager = start(&memory, options(), vec![job("j", &[&target.address])]);
    until("scraped", || memory.last("a").is_some()).await;
    manager.apply(Vec::new()).unwrap();
    assert!(manager.pool_names().is_empty());
    until("stale", || memory.last("up").as_deref() == Some("stale")).await;
    manager.stop().await;
}

#[tokio::test]
async fn a_target_that_comes_back_goes_on() {
    let target = Target::start(pages(&["a 1\n", "a 2\n"])).await;
    let memory = Memory::new();
    let slow = ScrapeConfig { interval: Duration::from_millis(400), ..job("j", &[&target.address]) };
    let manager = start(&memory, options(), vec![slow.clone()]);
    until("scraped", || memory.last("a").is_some()).await;
    manager.apply(vec![ScrapeConfig { discovery: Vec::new(), ..slow.clone() }]).unwrap();
    manager.apply(vec![slow]).unwrap();
    until("scraped again", || memory.values("a").len() >= 3).await;
    assert!(!memory.values("a").contains(&"stale".to_owned()));
    assert_eq!(memory.values("scrape_series_added")[1], "0", "the cache was kept");
    manager.stop().await;
}

#[tokio::test]
async fn a_reload_with_other_rules_changes_the_series() {
    let target = Target::start(pages(&["a{x=\"1\"} 1\nb 1\n"])).await;
    let memory = Memory::new();
    let config = job("j", &[&target.address]);
    let manager = start(&memory, options(), vec![config.clone()]);
    until("scraped", || memory.last("b").is_some()).await;
    let rule = RuleSpec {
        action: Action::Drop,
        source_labels: vec!["__name__".to_owned()],
        regex: "b".to_owned(),
        ..RuleSpec::default()
    };
    let changed = ScrapeConfig { metric_relabel: vec![rule.compile().unwrap()], ..config };
    manager.apply(vec![changed]).unwrap();
    until("b stale", || memory.last("b").as_deref() == Some("stale")).await;
    until("dropped", || memory.last("scrape_samples_post_metric_relabeling").as_deref() == Some("1")).await;
    assert_eq!(memory.last("scrape_samples_scraped").as_deref(), Some("2"));
    assert_eq!(memory.last("a").as_deref(), Some("1"));
    assert_eq!(target.connections(), 1);
    manager.stop().await;
}

#[tokio::test]
async fn forgotten_series_are_made_anew() {
    let target = Target::start(pages(&["a 1\nb 1\n"])).await;
    let memory = Memory::new();
    let manager = start(&memory, options(), vec![job("j", &[&target.address])]);
    until("scraped", || memory.values("b").len() >= 2).await;
    memory.forget_refs();
    let before = memory.values("b").len();
    until("scraped again", || memory.values("b").len() > before + 2).await;
    assert!(!memory.values("up").contains(&"0".to_owned()));
    assert!(!memory.values("a").contains(&"stale".to_owned()));
    manager.stop().await;
}

#[tokio::test]
async fn timestamps_are_honoured_or_not() {
    let target = Target::start(pages(&["a 1 1000\nb 1\na 2 2000\nfar 1 99999999999999\n"])).await;
    let memory = Memory::new();
    let honest = job("honest", &[&target.address]);
    let own = ScrapeConfig { honor_timestamps: false, ..job("own", &[&target.address]) };
    let manager = start(&memory, options(), vec![honest, own]);
    until("both scraped", || {
        memory.samples("up", &[("job", "honest")]).len() > 1
            && memory.samples("up", &[("job", "own")]).len() > 1
    })
    .await;
    assert_eq!(memory.samples("a", &[("job", "honest")]), [(1000, 1.0), (2000, 2.0)]);
    assert!(memory.samples("a", &[("job", "own")])[0].0 > 1_000_000_000_000);
    assert!(memory.samples("far", &[("job", "honest")]).is_empty(), "too far ahead");
    manager.stop().await;
    let counts = manager.metrics().counts;
    assert!(counts.out_of_bounds >= 1 && counts.out_of_order >= 1 && counts.duplicates >= 1, "{counts:?}");
}

#[tokio::test]
async fn exemplars_and_metadata() {
    let page = "# TYPE a counter\n# HELP a Help.\na_total 1 # {trace_id=\"t\"} 0.5\n# EOF\n";
    let target = Target::start(vec![Answer::Typed(
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
        page.to_owned(),
    )])
    .await;
    let memory = Memory::new();
    let options = Options { append_metadata: true, extra_metrics: true, ..options() };
    let manager = start(&memory, options, vec![job("j", &[&target.address])]);
    until("scraped", || memory.last("scrape_body_size_bytes").is_some()).await;
    let exemplar = memory.exemplars("a_total").remove(0);
    assert_eq!((exemplar.labels.value("trace_id"), exemplar.value), ("t", 0.5));
    assert_eq!(exemplar.timestamp, Some(memory.samples("a_total", &[])[0].0));
    assert_eq!(memory.metadata("a_total").unwrap().help, "Help.");
    assert_eq!(memory.last("scrape_body_size_bytes"), Some(page.len().to_string()));
    assert_eq!(memory.last("scrape_timeout_seconds").as_deref(), Some("0.25"));
    manager.stop().await;
}

#[tokio::test]
async fn dropped_and_duplicate_targets() {
    let target = Target::start(pages(&["a 1\n"])).await;
    let memory = Memory::new();
    let rule = RuleSpec {
        action: Action::Drop,
        source_labels: vec!["__address__".to_owned()],
        regex: "gone.*".to_owned(),
        ..RuleSpec::default()
    };
    let addresses = [target.address.as_str(), target.address.as_str(), "gone:1", "gone:2", "not/good"];
    let mut config = ScrapeConfig { relabel: vec![rule.compile().unwrap()], ..job("j", &addresses) };
    config.limits.keep_dropped_targets = 1;
    let manager = start(&memory, options(), vec![config]);
    assert_eq!(manager.active_targets(None).len(), 1);
    assert_eq!(manager.dropped_targets(Some("j")).len(), 1);
    assert_eq!(manager.dropped_target_counts()["j"], 2);
    assert_eq!(manager.relabel_rules("j").unwrap().len(), 1);
    assert_eq!(manager.relabel_rules("nobody"), None);
    assert_eq!(manager.metrics().pools["j"].syncs_failed, 1);
    manager.stop().await;
}

#[tokio::test]
async fn a_bad_configuration_changes_nothing() {
    let memory = Memory::new();
    let manager = start(&memory, options(), vec![job("j", &["h:1"])]);
    let twice = vec![job("k", &[]), job("k", &[])];
    assert_eq!(manager.apply(twice), Err(ApplyError::DuplicateJob("k".to_owned())));
    let zero = ScrapeConfig { interval: Duration::ZERO, ..job("z", &[]) };
    assert_eq!(manager.apply(vec![zero]), Err(ApplyError::ZeroInterval("z".to_owned())));
    assert_eq!(manager.pool_names(), ["j"]);
    manager.stop().await;
}

#[tokio::test]
async fn a_file_brings_targets() {
    let target = Target::start(pages(&["a 1\n"])).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.json");
    std::fs::write(&path, "[]").unwrap();
    let file = narthex_discovery::FileConfig {
        files: vec![path.clone()],
        refresh_interval: Duration::from_millis(10),
    };
    let config = ScrapeConfig { discovery: vec![DiscoveryConfig::File(file)], ..job("j", &[]) };
    let memory = Memory::new();
    let manager = start(&memory, options(), vec![config]);
    std::fs::write(&path, format!("[{{\"targets\": [\"{}\"]}}]", target.address)).unwrap();
    until("scraped", || memory.last("a").is_some()).await;
    std::fs::write(&path, "[]").unwrap();
    until("gone", || memory.last("a").as_deref() == Some("stale")).await;
    manager.stop().await;
}

#[tokio::test]
async fn the_fallback_protocol_reads_what_has_no_type() {
    let answer = support::target::raw("200 OK", &[], b"a 1\n");
    let target = Target::start(vec![answer]).await;
    let memory = Memory::new();
    let config = ScrapeConfig { fallback_protocol: Some(Protocol::Text004), ..job("j", &[&target.address]) };
    let strict = job("strict", &[&target.address]);
    let manager = start(&memory, options(), vec![config, strict]);
    until("both scraped", || {
        memory.samples("up", &[("job", "strict")]).last().is_some_and(|(_, up)| *up == 0.0)
            && memory.samples("a", &[("job", "j")]).len() > 1
    })
    .await;
    let error = manager.active_targets(Some("strict"))[0].last_error.clone().unwrap();
    assert!(error.contains("fallback_scrape_protocol"), "{error}");
    manager.stop().await;
}

#[tokio::test]
async fn many_targets_share_the_work() {
    let target = Target::start(pages(&["a 1\n"])).await;
    let names: Vec<String> = (0..200).map(|n| n.to_string()).collect();
    let with_name =
        |name: &String| Labels::from_pairs([("__address__", target.address.as_str()), ("n", name.as_str())]);
    let group = TargetGroup {
        source: "s".to_owned(),
        targets: names.iter().map(with_name).collect(),
        labels: Labels::EMPTY,
    };
    let config = ScrapeConfig {
        interval: Duration::from_secs(1),
        timeout: Duration::from_secs(1),
        discovery: vec![DiscoveryConfig::Static(vec![group])],
        ..ScrapeConfig::new("j")
    };
    let memory = Memory::new();
    let manager = start(&memory, options(), vec![config]);
    until("all scraped", || memory.label_sets("a").len() == 200).await;
    manager.stop().await;
}

#[tokio::test]
async fn classic_histograms_become_native_ones() {
    let page =
        "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 3\nh_sum 4.5\nh_count 3\nb 1\n";
    let target = Target::start(pages(&[page])).await;
    let memory = Memory::new();
    let converted = ScrapeConfig { convert_classic_histograms: true, ..job("converted", &[&target.address]) };
    let mut limited = ScrapeConfig { job_name: "limited".to_owned(), ..converted.clone() };
    limited.limits.histogram_buckets = 1;
    let manager = start(&memory, options(), vec![converted, limited]);
    until("both scraped twice", || {
        let ups = |job| memory.samples("up", &[("job", job)]).len();
        ups("converted") > 1 && ups("limited") > 1
    })
    .await;
    assert_eq!(memory.samples("h", &[("job", "converted")])[0].1, 4.5, "the fake storage keeps the sum");
    assert!(memory.label_sets("h_bucket").is_empty());
    let error = manager.active_targets(Some("limited"))[0].last_error.clone().unwrap();
    assert_eq!(&*error, "histogram bucket limit exceeded (limit: 1)");
    manager.stop().await;
    assert!(manager.metrics().counts.exceeded_bucket_limit > 0);
}

#[tokio::test]
async fn failures_are_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("failures.log");
    let target = Target::start(vec![support::target::raw("500 Oh", &[], b"")]).await;
    let memory = Memory::new();
    let config = ScrapeConfig { failure_log: Some(path.clone()), ..job("j", &[&target.address]) };
    let manager = start(&memory, options(), vec![config]);
    until("written", || std::fs::read_to_string(&path).is_ok_and(|text| text.contains("HTTP status 500")))
        .await;
    manager.stop().await;
}
