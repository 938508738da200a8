//! Many targets on one machine: how late scrapes start and what they cost.
//!
//! `cargo run --profile fast -p narthex-scrape --example many_targets -- [targets] [interval seconds] [seconds]`
//! serves the pages from a second process of itself, so that the CPU time printed is that of scraping alone.

use std::fmt::Write as _;
use std::io::BufRead as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use narthex_discovery::{DiscoveryConfig, TargetGroup};
use narthex_model::{Exemplar, Labels, Metadata, Timestamp};
use narthex_scrape::{Health, Options, ScrapeConfig, ScrapeManager};
use narthex_storage::{AppendError, Appender, CommitError, SampleValue, SeriesRef, Storage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Counts samples and keeps none.
#[derive(Default)]
struct Null {
    series: AtomicU64,
    samples: AtomicU64,
}

struct Transaction<'s>(&'s Null, u64);

impl Storage for Null {
    fn appender(&self) -> Box<dyn Appender + '_> {
        Box::new(Transaction(self, 0))
    }
}

impl Appender for Transaction<'_> {
    fn series(&mut self, _: &Labels) -> Result<SeriesRef, AppendError> {
        Ok(SeriesRef(self.0.series.fetch_add(1, Ordering::Relaxed) + 1))
    }

    fn append(
        &mut self,
        _: SeriesRef,
        _: Timestamp,
        _: Timestamp,
        _: SampleValue<'_>,
    ) -> Result<(), AppendError> {
        self.1 += 1;
        Ok(())
    }

    fn append_exemplar(&mut self, _: SeriesRef, _: &Exemplar) -> Result<(), AppendError> {
        Ok(())
    }

    fn update_metadata(&mut self, _: SeriesRef, _: &Metadata) -> Result<(), AppendError> {
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), CommitError> {
        self.0.samples.fetch_add(self.1, Ordering::Relaxed);
        Ok(())
    }

    fn rollback(self: Box<Self>) {}
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|argument| argument == "serve") {
        serve().await;
        return;
    }
    let number = |index: usize, default: u64| {
        arguments.get(index).and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    measure(number(0, 10_000), Duration::from_secs(number(1, 15)), Duration::from_secs(number(2, 45))).await;
}

/// Serves the same page of 100 series to everyone.
async fn serve() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    eprintln!("{}", listener.local_addr().expect("an address"));
    let mut page = String::from("# HELP work_total What was done.\n# TYPE work_total counter\n");
    for series in 0..100 {
        let _ =
            writeln!(page, "work_total{{kind=\"kind-{series}\",method=\"GET\",status=\"200\"}} {series}.5");
    }
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\n\r\n",
        page.len()
    );
    let answer: Arc<[u8]> = (head + &page).into_bytes().into();
    while let Ok((mut stream, _)) = listener.accept().await {
        let answer = Arc::clone(&answer);
        tokio::spawn(async move {
            let mut request = [0; 2048];
            // A scrape's request is one packet.
            while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                if stream.write_all(&answer).await.is_err() {
                    return;
                }
            }
        });
    }
}

async fn measure(targets: u64, interval: Duration, length: Duration) {
    let program = std::env::current_exe().expect("the program's path");
    let mut server = Command::new(program).arg("serve").stderr(Stdio::piped()).spawn().expect("a server");
    let mut address = String::new();
    let output = server.stderr.take().expect("its output");
    std::io::BufReader::new(output).read_line(&mut address).expect("its address");
    let address = address.trim().to_owned();

    let storage = Arc::new(Null::default());
    let manager = ScrapeManager::new(Arc::clone(&storage) as Arc<dyn Storage>, Options::default());
    let start = Instant::now();
    manager.apply(vec![job(targets, interval, &address, 1)]).expect("a good job");
    eprintln!("apply: {:?}", start.elapsed());
    tokio::time::sleep(interval + Duration::from_secs(2)).await;
    let up = manager.active_targets(None).iter().filter(|target| target.health == Health::Up).count();
    eprintln!("up: {up} of {targets}");

    let (cpu, samples, start) = (cpu_seconds(), storage.samples.load(Ordering::Relaxed), Instant::now());
    tokio::time::sleep(length).await;
    let seconds = start.elapsed().as_secs_f64();
    let cpu = cpu_seconds() - cpu;
    let samples = storage.samples.load(Ordering::Relaxed) - samples;
    eprintln!("samples per second: {:.0}", samples as f64 / seconds);
    eprintln!(
        "CPU: {:.1} % of one core, {:.1} µs a scrape",
        100.0 * cpu / seconds,
        1e6 * cpu / (samples as f64 / 105.0)
    );
    let metrics = manager.metrics();
    for (interval, lengths) in &metrics.intervals {
        let late = |q| (lengths.quantile(q) - interval.as_secs_f64()) * 1e3;
        eprintln!(
            "interval off by: p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
            late(0.5),
            late(0.99),
            late(1.0)
        );
    }
    eprintln!("cache: {:.1} bytes a series", metrics.cache_bytes as f64 / (targets * 100) as f64);
    let start = Instant::now();
    manager.apply(vec![job(targets, interval, &address, 2)]).expect("a good job");
    eprintln!("reload with another rule: {:?}", start.elapsed());
    let start = Instant::now();
    let count = manager.active_targets(None).len();
    eprintln!("snapshot of {count} targets: {:?}", start.elapsed());
    manager.stop().await;
    let _ = server.kill();
    let _ = server.wait();
}

/// `generation` only makes the job differ.
fn job(targets: u64, interval: Duration, address: &str, generation: u64) -> ScrapeConfig {
    let target = |n: u64| Labels::from_pairs([("__address__", address), ("n", n.to_string().as_str())]);
    let group = TargetGroup {
        source: "0".to_owned(),
        targets: (0..targets).map(target).collect(),
        labels: Labels::EMPTY,
    };
    let mut config = ScrapeConfig {
        interval,
        discovery: vec![DiscoveryConfig::Static(vec![group])],
        ..ScrapeConfig::new("many")
    };
    config.limits.samples = 1000 * generation;
    config
}

/// CPU time of this process.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |index: usize| fields.get(index).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}
