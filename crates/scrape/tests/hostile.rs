//! Targets that mean no good: each is DOWN with a reason, and the good one beside it does not notice.

mod support;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use narthex_http_client::HttpOptions;
use narthex_scrape::{Health, Options, ScrapeConfig, ScrapeManager};
use support::storage::Memory;
use support::target::{Answer, Target, raw};
use support::{job, options, until};

/// Scrapes a target that answers so, beside a good one; gives the last error and the storage.
async fn scrape(answers: Vec<Answer>, change: impl FnOnce(&mut ScrapeConfig)) -> (String, Arc<Memory>) {
    let bad = Target::start(answers).await;
    let good = Target::start(vec![Answer::Page("good_metric 1\n".to_owned())]).await;
    let mut bad_job = job("bad", &[&bad.address]);
    change(&mut bad_job);
    let memory = Memory::new();
    let options = Options { page_bytes_max: 4 << 20, extra_metrics: true, ..options() };
    let manager = ScrapeManager::new(Arc::clone(&memory) as Arc<dyn narthex_storage::Storage>, options);
    manager.apply(vec![bad_job, job("good", &[&good.address])]).expect("good jobs");
    let bad_target = || manager.active_targets(Some("bad")).remove(0);
    until("the bad target is down", || bad_target().health == Health::Down).await;
    let good_scrapes =
        || memory.samples("up", &[("job", "good")]).iter().filter(|(_, up)| *up == 1.0).count();
    let before = good_scrapes();
    until("the good target goes on", || good_scrapes() >= before + 2).await;
    let error = bad_target().last_error.expect("an error").to_string();
    manager.stop().await;
    (error, memory)
}

fn page(text: &str) -> Answer {
    Answer::Page(text.to_owned())
}

#[tokio::test]
async fn garbage_names_line_and_text_and_keeps_nothing() {
    let (error, memory) = scrape(vec![page("a 1\nb 2\nthis is {{ garbage\nc 3\n")], |_| {}).await;
    assert!(error.contains("line 3") && error.contains("is {{"), "{error}");
    assert!(memory.samples("a", &[]).is_empty());
    assert_eq!(memory.samples("scrape_samples_scraped", &[("job", "bad")])[0].1, 2.0);
}

#[tokio::test]
async fn html_is_not_metrics() {
    let (error, _) = scrape(vec![Answer::Typed("text/html", "<html>".to_owned())], |_| {}).await;
    assert!(error.contains("text/html"), "{error}");
}

#[tokio::test]
async fn an_error_status_is_named() {
    let (error, _) = scrape(vec![raw("503 Service Unavailable", &[], b"no")], |_| {}).await;
    assert_eq!(error, "server returned HTTP status 503 Service Unavailable");
}

#[tokio::test]
async fn a_silent_target_times_out() {
    let (error, _) = scrape(vec![Answer::Hang], |_| {}).await;
    assert!(error.contains("context deadline exceeded"), "{error}");
}

#[tokio::test]
async fn a_closing_target_is_down() {
    let (error, _) = scrape(vec![Answer::Close], |_| {}).await;
    assert!(error.starts_with("Get \"http://127.0.0.1:"), "{error}");
}

#[tokio::test]
async fn nobody_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let memory = Memory::new();
    let manager = ScrapeManager::new(Arc::clone(&memory) as Arc<dyn narthex_storage::Storage>, options());
    manager.apply(vec![job("j", &[&address])]).unwrap();
    until("down", || memory.last("up").as_deref() == Some("0")).await;
    let error = manager.active_targets(None)[0].last_error.clone().unwrap();
    assert!(error.contains("cannot connect to 127.0.0.1:"), "{error}");
    manager.stop().await;
}

#[tokio::test]
async fn an_endless_page_is_cut_off() {
    let (error, memory) = scrape(vec![Answer::Endless], |job| job.limits.body_bytes = 100_000).await;
    assert!(error.contains("body size limit exceeded"), "{error}");
    assert_eq!(memory.samples("scrape_body_size_bytes", &[("job", "bad")])[0].1, -1.0);
}

#[tokio::test]
async fn a_gzip_bomb_is_cut_off() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&b"a 1\n".repeat(4 << 20)).unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 100_000);
    let answer = raw("200 OK", &[("Content-Type", "text/plain"), ("Content-Encoding", "gzip")], &bomb);
    let (error, _) = scrape(vec![answer], |job| {
        job.interval = Duration::from_secs(2);
        job.timeout = Duration::from_secs(2);
    })
    .await;
    assert!(error.contains("body size limit exceeded"), "{error}");
}

#[tokio::test]
async fn a_zstd_bomb_is_cut_off() {
    let bomb = zstd::encode_all(&*b"a 1\n".repeat(4 << 20), 19).unwrap();
    assert!(bomb.len() < 100_000);
    let answer = raw("200 OK", &[("Content-Type", "text/plain"), ("Content-Encoding", "zstd")], &bomb);
    let (error, _) = scrape(vec![answer], |_| {}).await;
    assert!(error.contains("body size limit exceeded"), "{error}");
}

#[tokio::test]
async fn a_page_without_end_and_without_a_limit_of_its_job_meets_that_of_the_server() {
    let (error, _) = scrape(vec![Answer::Endless], |job| {
        job.interval = Duration::from_secs(2);
        job.timeout = Duration::from_secs(2);
    })
    .await;
    assert!(error.contains("body size limit exceeded"), "{error}");
}

#[tokio::test]
async fn a_page_that_drips_is_not_waited_for() {
    let (error, memory) = scrape(vec![Answer::Drip], |_| {}).await;
    assert!(error.contains("context deadline exceeded"), "{error}");
    assert!(memory.samples("slow_metric", &[]).is_empty());
}

#[tokio::test]
async fn a_line_or_a_head_without_end_is_cut_off() {
    let line = Answer::Repeat(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nlong{l=\"", b"x");
    let (error, _) = scrape(vec![line], |job| job.limits.body_bytes = 1 << 20).await;
    assert!(error.contains("body size limit exceeded"), "{error}");
    for (head, expected) in [
        (Answer::Repeat(b"HTTP/1.1 200 OK\r\nA: ", b"x"), "head is longer than"),
        (Answer::Repeat(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), "Get \"http"),
        (Answer::Repeat(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"), "Get \"http"),
    ] {
        let (error, _) = scrape(vec![head], |_| {}).await;
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn bodies_that_are_not_what_their_heads_say() {
    let text = "Content-Type: text/plain\r\n";
    let chunked = format!("HTTP/1.1 200 OK\r\n{text}Transfer-Encoding: chunked\r\n\r\n");
    for answer in [
        format!("{chunked}zz\r\na 1\n\r\n0\r\n\r\n"),
        format!("{chunked}ffffffffffffffff\r\na 1\n\r\n"),
        format!("HTTP/1.1 200 OK\r\n{text}Content-Length: -1\r\n\r\na 1\n"),
        format!("HTTP/1.1 200 OK\r\n{text}Content-Length: 4\r\nContent-Length: 9\r\n\r\na 1\n"),
        "HTTP/1.1 99999 OK\r\n\r\n".to_owned(),
    ] {
        let (error, memory) = scrape(vec![Answer::Raw(answer.clone().into_bytes())], |_| {}).await;
        assert!(error.contains("Get \"http"), "{answer}: {error}");
        assert!(memory.samples("a", &[]).is_empty(), "{answer}");
    }
}

#[tokio::test]
async fn pages_that_are_not_of_their_type() {
    const PROTOBUF: &str =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
    const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0";
    for (kind, body) in [
        // A length beyond everything, one beyond the end, a field that goes beyond its message, bytes of nothing.
        (PROTOBUF, "\u{7f}\u{7f}\u{7f}"),
        (PROTOBUF, "\u{9}\n\u{1}a"),
        (PROTOBUF, "\u{3}\n\u{70}a"),
        (PROTOBUF, "a 1\n"),
        (OPENMETRICS, "a 1\n"),
        (OPENMETRICS, "# TYPE a counter\na_total 1\n# EOF\nb 1\n"),
        (OPENMETRICS, "# EOF\n# EOF\n"),
    ] {
        let (error, memory) = scrape(vec![Answer::Typed(kind, body.to_owned())], |_| {}).await;
        assert!(!error.is_empty() && !error.contains("deadline"), "{kind} {body:?}: {error}");
        assert!(memory.samples("a", &[]).is_empty() && memory.samples("a_total", &[]).is_empty(), "{body:?}");
    }
}

/// Everybody at once, several times over: the good one still keeps its schedule.
#[tokio::test]
async fn a_crowd_of_them_does_not_disturb_the_good_one() {
    let answers = [
        Answer::Hang,
        Answer::Drip,
        Answer::Endless,
        Answer::Close,
        Answer::Repeat(b"HTTP/1.1 200 OK\r\nA: ", b"x"),
        Answer::Raw(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()),
        raw("302 Found", &[("Location", "/metrics")], b""),
        page("{{{{{{\n"),
    ];
    let mut bad = Vec::new();
    for _ in 0..5 {
        for answer in &answers {
            bad.push(Target::start(vec![answer.clone()]).await);
        }
    }
    let good = Target::start(vec![page("good_metric 1\n")]).await;
    let addresses: Vec<_> = bad.iter().map(|target| target.address.as_str()).collect();
    let memory = Memory::new();
    let limited = Options { page_bytes_max: 64 << 10, ..options() };
    let manager = ScrapeManager::new(Arc::clone(&memory) as Arc<dyn narthex_storage::Storage>, limited);
    // On a busy machine a good answer takes its time, too.
    let second = Duration::from_secs(1);
    let good_job = ScrapeConfig { interval: second, timeout: second, ..job("good", &[&good.address]) };
    manager.apply(vec![job("bad", &addresses), good_job]).expect("good jobs");
    let is_down = |job| manager.active_targets(Some(job)).iter().all(|target| target.health == Health::Down);
    until("all of them are down", || is_down("bad")).await;
    let ups = || memory.samples("up", &[("job", "good")]);
    let before = ups().len();
    until("the good one goes on", || ups().len() >= before + 3).await;
    assert!(ups().iter().all(|(_, up)| *up == 1.0), "{:?}", ups());
    manager.stop().await;
}

#[tokio::test]
async fn damaged_gzip_is_named() {
    let headers = [("Content-Type", "text/plain"), ("Content-Encoding", "gzip")];
    let (error, _) = scrape(vec![raw("200 OK", &headers, b"no gzip at all")], |_| {}).await;
    assert!(error.contains("gzip"), "{error}");
}

#[tokio::test]
async fn a_redirect_loop_ends() {
    let (error, _) = scrape(vec![raw("302 Found", &[("Location", "/metrics")], b"")], |_| {}).await;
    assert!(error.contains("stopped after 10 redirects"), "{error}");
}

#[tokio::test]
async fn redirects_can_be_refused() {
    let answer = raw("302 Found", &[("Location", "/other")], b"");
    let (error, _) = scrape(vec![answer], |job| {
        job.http = HttpOptions { follow_redirects: false, ..HttpOptions::default() }
    })
    .await;
    assert_eq!(error, "server returned HTTP status 302 Found");
}

#[tokio::test]
async fn not_http_at_all() {
    let (error, _) = scrape(vec![Answer::Raw(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec())], |_| {}).await;
    assert!(error.contains("Get \"http"), "{error}");
}

#[tokio::test]
async fn limits_fail_the_whole_page() {
    let (error, memory) = scrape(vec![page("a 1\nb 1\nc 1\n")], |job| job.limits.samples = 2).await;
    assert_eq!(error, "sample limit exceeded (limit: 2)");
    assert!(memory.samples("a", &[]).is_empty());
    assert_eq!(memory.samples("scrape_samples_scraped", &[("job", "bad")])[0].1, 3.0);
    let (error, _) = scrape(vec![page("a{b=\"c\",d=\"e\"} 1\n")], |job| job.limits.labels = 4).await;
    assert!(error.starts_with("label_limit exceeded"), "{error}");
    let (error, _) = scrape(vec![page("a{b=\"too long a value\"} 1\n")], |job| {
        job.limits.label_value_length = 15;
    })
    .await;
    assert!(error.contains("label_value_length_limit exceeded"), "{error}");
    let (error, _) = scrape(vec![page("a{b=\"1\",b=\"2\"} 1\n")], |_| {}).await;
    assert!(error.contains("label name \"b\" is not unique"), "{error}");
}

#[tokio::test]
async fn too_many_targets_all_fail() {
    let target = Target::start(vec![page("a 1\n")]).await;
    let mut config = job("j", &[&target.address, "127.0.0.1:1"]);
    config.limits.targets = 1;
    let memory = Memory::new();
    let manager = ScrapeManager::new(Arc::clone(&memory) as Arc<dyn narthex_storage::Storage>, options());
    manager.apply(vec![config]).unwrap();
    until("both down", || manager.active_targets(None).iter().all(|target| target.health == Health::Down))
        .await;
    let error = manager.active_targets(None)[0].last_error.clone().unwrap();
    assert_eq!(&*error, "target_limit exceeded (number of targets: 2, limit: 1)");
    assert!(target.requests().is_empty());
    assert_eq!(manager.metrics().counts.exceeded_target_limit, 1);
    manager.stop().await;
}
