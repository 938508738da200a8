//! Thanos over our data directory (`make interop`): its sidecar accepts our running server and uploads our blocks, its tools find
//! nothing wrong with them, its store gateway and querier answer from them what our server answers, its compactor puts them
//! together, and we read what it made. Without `thanos` in `NARTHEX_PEERS_BIN` the test says SKIPPED.
//!
//! Not here: queries through the sidecar itself, which need remote read.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use narthex_model::{Histogram, Labels, Matcher, STALE_NAN, Span};
use narthex_storage::{Queryable, SampleValue, Samples, SelectHints, Storage, collect_series};
use narthex_tests::{Process, binary, free_port, get, wait_until};
use narthex_tsdb::{Db, Options};
use serde_json::Value;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Long enough that the compactor finds a whole range of eight hours.
const HOURS: i64 = 21;
const COUNTERS: i64 = 8;

fn thanos() -> Option<PathBuf> {
    let folder = std::env::var_os("NARTHEX_PEERS_BIN");
    let thanos = folder.map(|folder| Path::new(&folder).join("thanos")).filter(|path| path.is_file());
    if thanos.is_none() {
        eprintln!(
            "SKIPPED: no thanos in NARTHEX_PEERS_BIN (run `make interop`, which builds it where Go can)"
        );
    }
    thanos
}

fn options() -> Options {
    Options {
        min_block_duration: 2 * HOUR,
        max_block_duration: 2 * HOUR,
        overlapping_compaction: false,
        out_of_order_window: HOUR,
        ..Options::default()
    }
}

fn histogram(n: i64) -> Histogram {
    let n = n as u64;
    Histogram {
        schema: 1,
        count: 6 * n,
        sum: 10.0 * n as f64,
        zero_threshold: 1e-6,
        zero_count: n,
        positive_spans: vec![Span { offset: -1, length: 2 }, Span { offset: 1, length: 1 }],
        positive_buckets: vec![n as i64, n as i64, -(n as i64)],
        negative_spans: vec![Span { offset: 0, length: 1 }],
        negative_buckets: vec![n as i64],
        ..Histogram::default()
    }
}

/// Counters, some of which restart, gauges with gaps and late samples, a native histogram, and series that end, in blocks of two
/// hours.
fn fill(dir: &Path, from: i64) {
    let db = Db::open(dir, options()).unwrap();
    for n in 0..HOURS * 60 {
        let t = from + n * MINUTE;
        let mut appender = db.appender();
        let mut append = |name: &str, id: i64, t: i64, value: SampleValue<'_>| {
            let id = id.to_string();
            let labels = Labels::from_pairs([("__name__", name), ("id", id.as_str()), ("job", "app")]);
            let series = appender.series(&labels).unwrap();
            appender.append(series, 0, t, value).unwrap();
        };
        for id in 0..COUNTERS {
            append("requests_total", id, t + id, SampleValue::Float((1_000_000 + n * (id + 1)) as f64));
            // Thanos takes the restarts out for functions of counters, so none is asked for of these.
            append("restarts_total", id, t + id, SampleValue::Float((n % (300 + id * 17)) as f64));
        }
        if n % 50 < 40 {
            append("level", 0, t, SampleValue::Float((n as f64 / 7.0).sin()));
        }
        // What came late stands between what came in order.
        append("late", 0, t, SampleValue::Float(n as f64));
        if n > 60 && n % 5 == 0 {
            append("late", 0, t - 30 * MINUTE + 20_000, SampleValue::Float(-1.0));
        }
        append("latency_seconds", 0, t, SampleValue::Histogram(&histogram(n % 400 + 1)));
        let end = n % 100 == 99;
        append("mortal", n / 100, t, SampleValue::Float(if end { STALE_NAN } else { 1.0 }));
        appender.commit().unwrap();
    }
    let done = db.maintain().unwrap();
    assert!(done.head_blocks.len() as i64 > HOURS / 2, "{done:?}");
    db.close().unwrap();
}

/// The blocks in a directory with their descriptions.
fn blocks(dir: &Path) -> BTreeMap<String, Value> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap());
    let read = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().ok().filter(|name| name.len() == 26)?;
        let meta = std::fs::read(entry.path().join("meta.json")).ok()?;
        Some((name, serde_json::from_slice(&meta).ok()?))
    };
    entries.filter_map(read).collect()
}

/// A process of Thanos, with its port for HTTP and for gRPC.
fn start(thanos: &Path, folder: &Path, verb: &str, arguments: &[&str]) -> (Process, u16, u16) {
    let (http, grpc) = (free_port(), free_port());
    let (http_address, grpc_address) =
        (format!("--http-address=127.0.0.1:{http}"), format!("--grpc-address=127.0.0.1:{grpc}"));
    let mut all = vec![verb, &http_address, &grpc_address];
    all.extend(arguments);
    (Process::start_program(thanos, &all, folder, http, "/-/ready"), http, grpc)
}

/// A tool of Thanos, to its end; what it printed.
fn run(thanos: &Path, folder: &Path, arguments: &[&str]) -> (String, String) {
    let output = Command::new(thanos).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, complaints) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {out}\n{complaints}");
    (out, complaints)
}

fn encode(query: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let encode = |byte: u8| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") };
    query.bytes().map(encode).collect()
}

/// Series of a range query by their labels without the external ones.
fn ask(port: u16, query: &str, range: (i64, i64)) -> BTreeMap<String, Value> {
    let (start, end) = (range.0 / 1000, range.1 / 1000);
    let path = format!("/api/v1/query_range?query={}&start={start}&end={end}&step=60", encode(query));
    let answer = get(port, &path).unwrap().json();
    assert_eq!(answer["status"], "success", "{query}: {answer}");
    let series = answer["data"]["result"].as_array().unwrap().iter().map(|series| {
        let mut labels = series["metric"].as_object().unwrap().clone();
        labels.retain(|name, _| name != "cluster" && name != "replica");
        let points = ["values", "histograms"].map(|kind| series[kind].clone());
        (serde_json::to_string(&labels).unwrap(), Value::from(points.to_vec()))
    });
    series.collect()
}

const QUERIES: [&str; 10] = [
    "requests_total",
    "restarts_total",
    "changes(restarts_total[1h])",
    "rate(requests_total[5m])",
    "sum by (id) (increase(requests_total[1h]))",
    "level",
    "sum_over_time(level[7m]) + on (id) level",
    "histogram_quantile(0.9, rate(latency_seconds[10m]))",
    "latency_seconds",
    "count by (id) (mortal)",
];

/// These only when the compactor has put the blocks together: before, the querier takes overlapping chunks for copies.
const LATE: [&str; 2] = ["late", "count_over_time(late[10m])"];

/// The querier answers from the bucket what our server answers.
fn answers_are_alike(thanos: &Path, folder: &Path, ours: u16, range: (i64, i64), stage: &str) {
    let data = format!("--data-dir=store-{stage}");
    let store = [&*data, "--objstore.config-file=bucket.yml", "--ignore-deletion-marks-delay=0s"];
    let (store, store_http, store_grpc) = start(thanos, folder, "store", &store);
    let endpoint = format!("--endpoint=127.0.0.1:{store_grpc}");
    // Without deduplication, which would change counters that restart.
    let (query, theirs, _) = start(thanos, folder, "query", &[&*endpoint, "--query.timeout=1m"]);
    let sees = || !ask(theirs, "requests_total", (range.1 - 10 * MINUTE, range.1)).is_empty();
    let seen = wait_until(Duration::from_secs(60), sees);
    assert!(seen, "{stage}: nothing in the store on {store_http}:\n{}\n{}", store.output(), query.output());
    let mut points = 0;
    let queries = QUERIES.into_iter().chain(LATE.into_iter().filter(|_| stage == "compacted"));
    for text in queries {
        let (a, b) = (ask(ours, text, range), ask(theirs, text, range));
        assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{stage}: {text}");
        for (labels, want) in &a {
            for kind in [0, 1] {
                let list = |value: &Value| value[kind].as_array().cloned().unwrap_or_default();
                let (want, got) = (list(want), list(&b[labels]));
                let differs = want.iter().zip(&got).find(|(want, got)| want != got);
                let lengths = (want.len(), got.len());
                assert!(want == got, "{stage}: {text}: {labels}: {lengths:?} points, {differs:?}");
                points += want.len();
            }
        }
    }
    eprintln!("{stage}: {points} points alike");
    assert!(points > 10_000, "{points}");
}

/// Every sample up to `maxt` of a directory of blocks, by labels and time.
fn content(dir: &Path, maxt: i64) -> BTreeMap<String, Vec<(i64, String)>> {
    let db = Db::open(dir, options()).unwrap();
    let any = Matcher::new(narthex_model::MatchOp::NotEqual, "id", "").unwrap();
    let mint = i64::MIN;
    let querier = db.querier(mint, maxt).unwrap();
    let all = collect_series(querier.select(&SelectHints::default(), &[any]).unwrap()).unwrap();
    let read = |series: Box<dyn narthex_storage::Series>| {
        let mut samples = Samples::default();
        series.read(mint, maxt, &mut samples).unwrap();
        let mut rows: Vec<_> =
            samples.timestamps.iter().zip(&samples.values).map(|(t, v)| (*t, format!("{v}"))).collect();
        for (at, histogram) in &samples.histograms {
            let narthex_storage::HistogramValue::Int(histogram) = histogram else { panic!("a float one") };
            rows[*at as usize].1 = format!("{} {}", histogram.count, histogram.sum);
        }
        (series.labels().to_string(), rows)
    };
    all.into_iter().map(read).collect()
}

fn copy_dir(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-r").args([from, to]).status();
    assert!(status.is_ok_and(|status| status.success()), "{} → {}", from.display(), to.display());
}

#[test]
fn it_takes_our_blocks_all_the_way() {
    let Some(thanos) = thanos() else { return };
    let (version, _) = run(&thanos, Path::new("/"), &["--version"]);
    eprintln!("{}", version.lines().next().unwrap_or_default());
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() as i64;
    fill(&folder.join("data"), (now - HOURS * HOUR) / MINUTE * MINUTE);
    let bucket = folder.join("bucket");
    std::fs::create_dir(&bucket).unwrap();
    std::fs::write(folder.join("bucket.yml"), "type: FILESYSTEM\nconfig:\n  directory: bucket\n").unwrap();
    let config = "global:\n  external_labels:\n    cluster: test\n    replica: a\n\
                  storage:\n  tsdb:\n    out_of_order_time_window: 1h\n";
    std::fs::write(folder.join("prometheus.yml"), config).unwrap();
    let port = free_port();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let arguments = [
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        "--storage.tsdb.min-block-duration=2h",
        "--storage.tsdb.max-block-duration=2h",
        "--storage.tsdb.allow-overlapping-compaction=false",
        &*listen,
    ];
    let server = Process::start_program(&binary("narthex"), &arguments, folder, port, "/-/ready");
    let ours = blocks(&folder.join("data"));
    let late = ours.values().filter(|meta| meta["compaction"]["hints"][0] == "from-out-of-order").count();
    assert!(late > 3 && ours.len() > late + 5, "{} blocks, {late} of late samples", ours.len());

    // The sidecar accepts the server and uploads every block.
    let url = format!("--prometheus.url=http://127.0.0.1:{port}");
    let sidecar_arguments = ["--tsdb.path=data", "--objstore.config-file=bucket.yml", &*url];
    let (mut sidecar, sidecar_http, _) = start(&thanos, folder, "sidecar", &sidecar_arguments);
    let uploaded = wait_until(Duration::from_secs(90), || blocks(&bucket).len() == ours.len());
    assert!(uploaded, "{} of {}:\n{}", blocks(&bucket).len(), ours.len(), sidecar.output());
    let metrics = get(sidecar_http, "/metrics").unwrap().text();
    assert!(metrics.contains("\nthanos_sidecar_prometheus_up 1\n"), "{}", sidecar.output());
    for (name, meta) in blocks(&bucket) {
        let labels = serde_json::json!({"cluster": "test", "replica": "a"});
        assert_eq!(meta["thanos"]["labels"], labels, "{name}");
        assert_eq!(meta["stats"], ours[&name]["stats"], "{name}");
    }
    assert_eq!(sidecar.stop(), Some(0), "{}", sidecar.output());
    // Its list of uploads in our directory bothers nobody.
    assert!(folder.join("data/thanos.shipper.json").is_file());

    // Its tools find nothing wrong.
    let objstore = "--objstore.config-file=bucket.yml";
    let (_, complaints) =
        run(&thanos, folder, &["tools", "bucket", "verify", objstore, "--issues=index_known_issues"]);
    assert!(!complaints.contains("level=warn") && !complaints.contains("level=error"), "{complaints}");
    let (listed, _) = run(&thanos, folder, &["tools", "bucket", "ls", objstore]);
    let listed: BTreeSet<&str> = listed.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(listed, ours.keys().map(String::as_str).collect());

    // Store gateway and querier answer the same.
    let in_order = ours.values().filter(|meta| meta["compaction"]["hints"].is_null());
    let ends: Vec<i64> = in_order.map(|meta| meta["maxTime"].as_i64().unwrap()).collect();
    let end = ends.iter().max().unwrap() / MINUTE * MINUTE - MINUTE;
    let range = (end - 12 * HOUR, end);
    answers_are_alike(&thanos, folder, port, range, "uploaded");

    // The compactor puts them together, late samples too.
    let compact = ["compact", objstore, "--data-dir=compact", "--consistency-delay=0s", "--delete-delay=0s"];
    let http = format!("--http-address=127.0.0.1:{}", free_port());
    let compact: Vec<&str> =
        compact.into_iter().chain([&*http, "--compact.enable-vertical-compaction"]).collect();
    let (_, complaints) = run(&thanos, folder, &compact);
    let deleted = |name: &str| bucket.join(name).join("deletion-mark.json").exists();
    let after: BTreeMap<_, _> = blocks(&bucket).into_iter().filter(|(name, _)| !deleted(name)).collect();
    let levels: Vec<i64> = after.values().filter_map(|meta| meta["compaction"]["level"].as_i64()).collect();
    assert!(
        levels.iter().any(|level| *level > 2) && after.len() < ours.len() - late,
        "{levels:?}: {complaints}"
    );
    answers_are_alike(&thanos, folder, port, range, "compacted");

    // We read what it made.
    let copies =
        [(folder.join("data"), "ours", &ours), (bucket, "theirs", &after)].map(|(from, to, names)| {
            std::fs::create_dir(folder.join(to)).unwrap();
            names.keys().for_each(|name| copy_dir(&from.join(name), &folder.join(to).join(name)));
            content(&folder.join(to), end)
        });
    assert!(copies[0].len() > 20, "{:?}", copies[0].keys());
    assert!(copies[0] == copies[1], "{} series, {} of theirs", copies[0].len(), copies[1].len());
    drop(server);
}
