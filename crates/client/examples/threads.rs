//! Plain threads and the stand-alone server: `cargo run -p narthex-client --example threads`, then open
//! <http://127.0.0.1:9100/metrics>.

use std::io;
use std::time::Duration;

use narthex_client::{Counter, Gauge, Plain, default_registry, metrics, serve};

#[metrics(static = METRICS)]
struct Metrics {
    /// Jobs done.
    #[metric(labels = ["worker"])]
    jobs: Counter<Plain<1>>,
    /// Workers at work.
    workers_running: Gauge,
}

fn work(worker: &str) {
    let _running = METRICS.workers_running.track();
    let mine = METRICS.jobs.with([worker]);
    for _ in 0..600 {
        mine.inc();
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn main() -> io::Result<()> {
    let _server = serve("127.0.0.1:9100", default_registry())?;
    std::thread::scope(|scope| {
        for worker in ["a", "b"] {
            scope.spawn(move || work(worker));
        }
    });
    Ok(())
}
