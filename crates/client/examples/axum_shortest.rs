//! A whole axum program, fully instrumented: `cargo run -p narthex-client --features axum --example axum_shortest`.

use axum::{Router, routing::get};
use narthex_client::axum::{handler, layer};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new().route("/", get("hello")).layer(layer()).route("/metrics", get(handler));
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8000").await?, app).await
}
