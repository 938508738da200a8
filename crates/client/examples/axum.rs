//! An axum service with typed metrics of its own: `cargo run -p narthex-client --features axum,gzip --example axum`, then
//! open <http://127.0.0.1:8000/numbers/7> and <http://127.0.0.1:8000/metrics>.

use axum::extract::Path;
use axum::{Router, routing::get};
use narthex_client::axum::{handler, layer};
use narthex_client::{BuildInfo, Counter, Histogram, LabelValue, Labels, default_registry, metrics};

#[derive(LabelValue, Clone, Copy)]
enum Parity {
    Even,
    Odd,
}

#[derive(Labels)]
struct Number<'a> {
    parity: Parity,
    /// The last digit: from outside, but of ten values only.
    digit: &'a str,
}

#[metrics(prefix = "numbers", static = NUMBERS)]
struct Numbers {
    /// Numbers asked about.
    asked: Counter<Number<'static>>,
    /// Digits of the numbers asked about.
    #[metric(buckets = [1, 2, 4, 8, 16])]
    digits: Histogram,
}

async fn number(Path(number): Path<u64>) -> &'static str {
    let parity = if number.is_multiple_of(2) { Parity::Even } else { Parity::Odd };
    let text = number.to_string();
    let (_, digit) = text.split_at(text.len() - 1);
    NUMBERS.asked.with(Number { parity, digit }).inc();
    NUMBERS.digits.observe(text.len() as f64);
    match parity {
        Parity::Even => "even\n",
        Parity::Odd => "odd\n",
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    default_registry().collect_with(BuildInfo::new("numbers", env!("CARGO_PKG_VERSION")));
    let app: Router =
        Router::new().route("/numbers/{number}", get(number)).layer(layer()).route("/metrics", get(handler));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    axum::serve(listener, app).await
}
