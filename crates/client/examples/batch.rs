//! A batch job that ends before anybody scrapes it: pushes to a Pushgateway, or writes a file for node_exporter.
//! `cargo run -p narthex-client --example batch -- http://127.0.0.1:9091`, or `-- /var/lib/node_exporter/import.prom`.

use narthex_client::{Counter, Gauge, Push, Registry, metrics, write_textfile};

#[metrics(prefix = "import")]
struct Import {
    /// Records imported.
    records: Counter,
    /// When the import last succeeded.
    #[metric(unit = "seconds")]
    last_success_timestamp: Gauge,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:9091".to_owned());
    // A registry of its own: the metrics of the process are of no use when it has ended.
    let registry = Registry::new();
    let import = Import::register_in(&registry);
    (0..1000).for_each(|_| import.records.inc());
    import.last_success_timestamp.set_to_current_time();
    if target.starts_with("http://") {
        // `add` keeps the time of the last success when a later run fails before it comes here.
        Push::new(&target, "nightly_import").add(&registry)?;
    } else {
        write_textfile(&registry, &target)?;
    }
    Ok(())
}
