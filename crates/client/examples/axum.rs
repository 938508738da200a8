//! An axum service with a typed metric of its own: `cargo run -p narthex-client --features axum --example axum`.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::{Router, routing::get};
use narthex_client::{Counter, LabelValue, Labels};

#[derive(LabelValue)]
enum Parity {
    Even,
    Odd,
}

#[derive(Labels)]
struct Number {
    parity: Parity,
}

static NUMBERS: LazyLock<Counter<Number>> =
    LazyLock::new(|| Counter::new("numbers", "Numbers asked about.").labelled().register());

async fn number(Path(number): Path<u64>) -> &'static str {
    let (parity, answer) =
        if number.is_multiple_of(2) { (Parity::Even, "even") } else { (Parity::Odd, "odd") };
    NUMBERS.with(Number { parity }).inc();
    answer
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app: Router = Router::new()
        .route("/numbers/{number}", get(number))
        .layer(narthex_client::axum::layer())
        .route("/metrics", get(narthex_client::axum::handler));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    axum::serve(listener, app).await
}
