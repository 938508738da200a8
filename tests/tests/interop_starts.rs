//! Start timestamps in both directions (`make interop`): what we store, Prometheus answers `start_timestamp()` with, from the log,
//! from head chunks and from blocks; what it stores, we read. Without `NARTHEX_PEERS_BIN` both say SKIPPED.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use narthex_model::{Histogram, Labels, Matcher, Span};
use narthex_storage::{Queryable, SampleValue, Samples, SelectHints, Storage, collect_series};
use narthex_tests::{Process, free_port, get, wait_until};
use narthex_tsdb::{Db, FloatEncoding, Options};

const FEATURES: &str = "--enable-feature=st-storage,xor2-encoding,histograms-st-encoding,use-start-timestamps,\
                        promql-experimental-functions";

fn prometheus() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("NARTHEX_PEERS_BIN") else {
        eprintln!(
            "SKIPPED: NARTHEX_PEERS_BIN is not set, no Prometheus to compare with (run `make interop`)"
        );
        return None;
    };
    Some(Path::new(&folder).join("prometheus"))
}

/// A Prometheus on the directory `data` of `dir`.
fn start(prometheus: &Path, dir: &Path, config: &str) -> (Process, u16) {
    std::fs::write(dir.join("prometheus.yml"), config).unwrap();
    let port = free_port();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let arguments =
        ["--config.file=prometheus.yml", "--storage.tsdb.path=data", FEATURES, &listen, "--log.level=warn"];
    (Process::start_program(prometheus, &arguments, dir, port, "/-/ready"), port)
}

fn options() -> Options {
    Options {
        start_timestamps: true,
        float_encoding: FloatEncoding::Xor2,
        histogram_starts: true,
        out_of_order_window: 600_000,
        ..Options::default()
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() as i64
}

/// What a query answers: for each series, by its label `id`, the numbers.
fn ask(port: u16, query: &str, time: i64) -> BTreeMap<String, Vec<(i64, f64)>> {
    let seconds = format!("{}.{:03}", time / 1000, time % 1000);
    let query = query.replace('[', "%5B").replace(']', "%5D").replace('{', "%7B").replace('}', "%7D");
    let answer = get(port, &format!("/api/v1/query?query={query}&time={seconds}")).unwrap().json();
    assert_eq!(answer["status"], "success", "{answer}");
    let point = |pair: &serde_json::Value| {
        let t = (pair[0].as_f64().unwrap() * 1000.0).round() as i64;
        (t, pair[1].as_str().unwrap().parse::<f64>().unwrap())
    };
    let series = answer["data"]["result"].as_array().unwrap().iter().map(|series| {
        let points = match series["values"].as_array() {
            Some(list) => list.iter().map(point).collect(),
            None => vec![point(&series["value"])],
        };
        (series["metric"]["id"].as_str().unwrap_or_default().to_owned(), points)
    });
    series.collect()
}

/// Times and starts of all series by `id`, as we read them.
fn ours(db: &Db) -> BTreeMap<String, Vec<(i64, i64)>> {
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let mine = Matcher::new(narthex_model::MatchOp::NotEqual, "id", "").unwrap();
    let all = collect_series(querier.select(&SelectHints::default(), &[mine]).unwrap()).unwrap();
    let starts = |series: Box<dyn narthex_storage::Series>| {
        let mut samples = Samples::default();
        series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
        let starts = samples.start_timestamps.iter().copied().chain(std::iter::repeat(0));
        (series.labels().value("id").to_owned(), samples.timestamps.into_iter().zip(starts).collect())
    };
    all.into_iter().map(starts).collect()
}

fn append(db: &Db, id: &str, start: i64, t: i64, value: SampleValue<'_>) {
    let mut appender = db.appender();
    let series = appender.series(&Labels::from_pairs([("__name__", "m"), ("id", id)])).unwrap();
    appender.append(series, start, t, value).unwrap();
    appender.commit().unwrap();
}

fn histogram(n: u64) -> Histogram {
    Histogram {
        count: 2 * n,
        sum: n as f64,
        positive_spans: vec![Span { offset: 0, length: 2 }],
        positive_buckets: vec![n as i64, 0],
        ..Histogram::default()
    }
}

#[test]
fn they_read_the_starts_that_we_store() {
    let Some(prometheus) = prometheus() else { return };
    let dir = tempfile::tempdir().unwrap();
    let step = 20_000;
    let first = now() / step * step - 1200 * step;
    let db = Db::open(dir.path().join("data"), options()).unwrap();
    // Six hours and a half: blocks, full head chunks and the log.
    for n in 0..1200 {
        let (t, restart) = (first + n * step, first + n / 300 * 300 * step - 5);
        append(&db, "restarts", restart, t, SampleValue::Float(n as f64));
        append(&db, "late", if n > 700 { first } else { 0 }, t + 7, SampleValue::Float((n % 13) as f64));
        append(&db, "none", 0, t, SampleValue::Float(1.0));
        append(&db, "histogram", restart, t + 3, SampleValue::Histogram(&histogram(n as u64 + 1)));
        if n % 100 == 50 {
            append(&db, "restarts", 77, t - 9000, SampleValue::Float(0.5));
        }
    }
    let made = db.maintain().unwrap();
    assert!(made.head_blocks.len() >= 2, "{made:?}");
    let want = ours(&db);
    assert_eq!(want["restarts"].len(), 1212);
    assert!(want["late"][1100].1 == first && want["restarts"].iter().filter(|s| s.1 == 77).count() == 12);
    drop(db);
    let (mut server, port) = start(&prometheus, dir.path(), "");
    for (id, samples) in &want {
        for (t, start) in samples.iter().step_by(7).chain(samples.last()) {
            let got = ask(port, &format!("start_timestamp(m{{id=\"{id}\"}})"), *t);
            let got = got.get(id).map(|points| (points[0].1 * 1000.0).round() as i64);
            assert_eq!(got.unwrap_or_default(), *start, "{id} at {t}:\n{}", server.output());
        }
    }
    server.kill();
}

/// Answers every connection with a page of two counters, one of which starts anew now and then.
fn serve_pages(created: Arc<AtomicI64>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (n, connection) in listener.incoming().enumerate() {
            let Ok(mut connection) = connection else { return };
            let mut request = [0; 4096];
            let _ = connection.read(&mut request);
            let start = created.load(Ordering::Relaxed) as f64 / 1000.0;
            let page = format!(
                "# TYPE hits counter\nhits_total{{id=\"a\"}} {n}\nhits_created{{id=\"a\"}} {start}\n\
                 hits_total{{id=\"b\"}} 1\n# EOF\n"
            );
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/openmetrics-text; version=1.0.0";
            let _ = write!(connection, "{head}\r\nContent-Length: {}\r\n\r\n{page}", page.len());
        }
    });
    port
}

#[test]
fn we_read_the_starts_that_they_store() {
    let Some(prometheus) = prometheus() else { return };
    let dir = tempfile::tempdir().unwrap();
    let created = Arc::new(AtomicI64::new(now() - 5000));
    let target = serve_pages(Arc::clone(&created));
    let config = format!(
        "scrape_configs:\n- job_name: page\n  scrape_interval: 200ms\n  scrape_timeout: 200ms\n  \
         scrape_protocols: [OpenMetricsText1.0.0]\n  static_configs:\n  - targets: ['127.0.0.1:{target}']\n"
    );
    let (mut server, port) = start(&prometheus, dir.path(), &config);
    let mut seen = BTreeMap::new();
    let enough = wait_until(Duration::from_secs(60), || {
        let count = ask(port, "hits_total[5m]", now()).get("a").map_or(0, Vec::len);
        if count > 8 && seen.is_empty() {
            created.store(now(), Ordering::Relaxed);
            seen.insert("first", count);
        }
        count > 20
    });
    assert!(enough, "{}", server.output());
    let mut want = BTreeMap::new();
    for (id, samples) in ask(port, "hits_total[5m]", now()) {
        let start = |t: i64| {
            let got = ask(port, &format!("start_timestamp(hits_total{{id=\"{id}\"}})"), t);
            got.get(&id).map_or(0, |points| (points[0].1 * 1000.0).round() as i64)
        };
        let starts: Vec<(i64, i64)> = samples.iter().map(|(t, _)| (*t, start(*t))).collect();
        want.insert(id.clone(), starts);
    }
    server.kill();
    let distinct: std::collections::BTreeSet<i64> = want["a"].iter().map(|sample| sample.1).collect();
    assert!(distinct.len() == 2 && !distinct.contains(&0), "{want:?}");
    let db = Db::open(dir.path().join("data"), options()).unwrap();
    let got = ours(&db);
    for (id, samples) in want {
        assert_eq!(got[&id][..samples.len()], samples, "{id}");
    }
}
