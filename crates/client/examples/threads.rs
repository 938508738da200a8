//! Plain threads and the stand-alone server: `cargo run -p narthex-client --example threads`, then open the address.

use std::io;
use std::time::Duration;

use narthex_client::{Counter, Gauge, default_registry, serve};

fn main() -> io::Result<()> {
    let jobs = Counter::new("jobs", "Jobs done.").with_labels(["worker"]).register();
    let running = Gauge::new("workers_running", "Workers at work.").register();
    let server = serve("127.0.0.1:9100", default_registry())?;
    let mut stdout = io::stdout().lock();
    io::Write::write_all(&mut stdout, format!("http://{}/metrics\n", server.address()).as_bytes())?;
    std::thread::scope(|scope| {
        for worker in ["a", "b"] {
            let (jobs, running) = (&jobs, &running);
            scope.spawn(move || {
                let _running = running.track();
                let mine = jobs.with([worker]);
                for _ in 0..600 {
                    mine.inc();
                    std::thread::sleep(Duration::from_millis(100));
                }
            });
        }
    });
    Ok(())
}
