//! Makes a data directory as a server would leave it behind that scraped for a while and was then killed: series of
//! nine labels, counters and gauges, nothing in blocks yet.
//!
//! `cargo run --profile fast -p narthex-tsdb --example fill -- DIR SERIES MINUTES INTERVAL_SECONDS`
//!
//! What it is for: how long a start takes and what a compaction costs, ours and Prometheus' on the same bytes.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for measuring fails by panicking and prints"
)]

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use narthex_model::Labels;
use narthex_storage::{SampleValue, SeriesRef, Storage};
use narthex_tsdb::{Db, Options};

/// Series of one target, as a scrape brings them.
const TARGET: usize = 1_000;

fn labels(target: usize, series: usize) -> Labels {
    let (instance, pod) =
        (format!("10.0.{}.{}:9100", target / 250, target % 250), format!("pod-{target:05}"));
    let (name, code) = (format!("metric_{}_total", series / 20), format!("{}", 200 + series % 5));
    let path = format!("/api/v1/path/{}", series % 20);
    Labels::from_pairs([
        ("__name__", name.as_str()),
        ("cluster", "eu-west-1"),
        ("code", &code),
        ("env", "production"),
        ("instance", &instance),
        ("job", "bench"),
        ("method", if series.is_multiple_of(2) { "GET" } else { "POST" }),
        ("path", &path),
        ("pod", &pod),
    ])
}

/// A repeatable sequence of numbers without order.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dir, series, minutes, interval] = args.as_slice() else {
        println!("usage: fill DIR SERIES MINUTES INTERVAL_SECONDS");
        return;
    };
    let number = |text: &String| text.parse::<usize>().unwrap();
    let (series, interval) = (number(series), number(interval) as i64 * 1000);
    let steps = number(minutes) as i64 * 60_000 / interval;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let db = Db::open(PathBuf::from(dir), Options::default()).unwrap();
    let targets = series.div_ceil(TARGET);
    let refs: Vec<Vec<SeriesRef>> = (0..targets)
        .map(|target| {
            let mut appender = db.appender();
            let of_target = TARGET.min(series - target * TARGET);
            let refs =
                (0..of_target).map(|series| appender.series(&labels(target, series)).unwrap()).collect();
            appender.commit().unwrap();
            refs
        })
        .collect();
    let mut values = vec![0_f64; series];
    let mut state = 1;
    for step in 0..steps {
        for (target, refs) in refs.iter().enumerate() {
            let t = now - (steps - step) * interval + target as i64 % interval;
            let mut appender = db.appender();
            for (index, (series, value)) in refs.iter().zip(&mut values[target * TARGET..]).enumerate() {
                match index % 4 {
                    // A counter of whole numbers, one of fractions, a gauge, one that stands still.
                    0 => *value += (next(&mut state) % 50) as f64,
                    1 => *value += (next(&mut state) % 1000) as f64 / 1000.0,
                    2 => *value = (next(&mut state) % 10_000) as f64 / 100.0,
                    _ => {}
                }
                appender.append(*series, 0, t, SampleValue::Float(*value)).unwrap();
            }
            appender.commit().unwrap();
        }
    }
    println!("{series} series, {} samples", steps * series as i64);
    // As if killed: no orderly end.
    std::process::exit(0);
}
