//! hyper without a framework, measured by the layer: `cargo run -p narthex-client --features tower --example hyper`.

use std::convert::Infallible;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use narthex_client::default_registry;
use narthex_client::http::{Route, layer, respond};
use tower_layer::Layer as _;

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (route, mut response) = match request.uri().path() {
        "/metrics" => ("/metrics", respond(default_registry(), request.headers()).map(Full::from)),
        path if path.starts_with("/hello/") => ("/hello/{name}", Response::new(Full::from("hello\n"))),
        _ => {
            let mut nothing = Response::new(Full::from("nothing here\n"));
            *nothing.status_mut() = hyper::StatusCode::NOT_FOUND;
            return Ok(nothing);
        }
    };
    response.extensions_mut().insert(Route::new(route));
    Ok(response)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let service = layer().layer(tower::service_fn(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            // A connection that breaks concerns nobody else.
            let _broken =
                Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
