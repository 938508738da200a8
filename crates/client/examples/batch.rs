//! A batch job that pushes what it did: `cargo run -p narthex-client --example batch -- http://127.0.0.1:9091`.

use narthex_client::{Counter, Gauge, Push, PushError, Registry};

fn main() -> Result<(), PushError> {
    let gateway = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:9091".to_owned());
    let registry = Registry::new();
    let imported = Counter::new("imported_records", "Records imported.").register_in(&registry);
    let finished = Gauge::new("last_success_timestamp_seconds", "When the import last succeeded.")
        .register_in(&registry);
    for _ in 0..1000 {
        imported.inc();
    }
    finished.set_to_current_time();
    Push::new(&gateway, "nightly_import").push(&registry)
}
