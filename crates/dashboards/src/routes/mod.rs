//! The routes; one file each, put together here.

mod dashboards;
mod health;
mod sources;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::{any, get};
use http::HeaderMap;
use narthex_web::Ui;

use crate::Options;
use crate::library::Library;
use crate::proxy::proxy;
use crate::source::OpenSource;

/// The largest request body, in bytes: a query, not more.
const REQUEST_SIZE_MAX: usize = 1 << 20;

/// What the routes share.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    library: Arc<Library>,
    sources: Arc<[OpenSource]>,
}

impl Shared {
    /// The data source with this uid or name; `default` and the empty uid are the first one.
    pub(crate) fn source(&self, uid: &str) -> Option<&OpenSource> {
        match uid {
            "default" => self.sources.first(),
            _ => self.sources.iter().find(|open| open.source.uid == uid || open.source.name == uid),
        }
    }
}

/// All routes below the prefix.
pub(crate) fn router(options: Options) -> Router {
    let prefix = narthex_web::prefix::normalise(&options.route_prefix);
    let ui = Arc::new(Ui::new("dash.html", &prefix));
    let strip = format!("{prefix}/");
    let shared = Shared {
        library: Arc::new(Library::new(options.paths)),
        sources: options.sources.into_iter().map(OpenSource::new).collect(),
    };
    let page = move |uri: Uri, headers: HeaderMap| {
        let path = uri.path().strip_prefix(&strip).unwrap_or_default().to_owned();
        let ui = Arc::clone(&ui);
        async move { ui.respond(&path, &headers) as Response }
    };
    let routes = Router::new()
        .route("/api/dashboards", get(dashboards::list))
        .route("/api/dashboards/problems", get(dashboards::problems))
        .route("/api/dashboards/{uid}", get(dashboards::show))
        .route("/api/datasources", get(sources::list))
        .route("/api/datasources/{uid}/proxy/api/v1/{*path}", any(proxy))
        .route("/-/healthy", get(health::healthy))
        .route("/-/ready", get(health::healthy))
        .with_state(shared)
        .fallback(page)
        .layer(DefaultBodyLimit::max(REQUEST_SIZE_MAX));
    let routes = if prefix.is_empty() { routes } else { Router::new().nest(&prefix, routes) };
    routes
        .layer(axum::middleware::from_fn(narthex_web::compress::compress))
        .layer(axum::middleware::map_response(narthex_web::headers::secure))
}
