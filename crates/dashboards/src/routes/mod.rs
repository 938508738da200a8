//! The routes; one file each, put together here.

mod dashboards;
mod health;
mod sources;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, OriginalUri};
use axum::http::Uri;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use http::{HeaderMap, StatusCode};
use narthex_web::Ui;

use crate::Options;
use crate::library::{FILE_SIZE_MAX, Library};
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

/// Dashboards may be larger than queries.
fn file_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(FILE_SIZE_MAX as usize)
}

/// All routes below the prefix.
pub(crate) fn router(options: Options) -> Router {
    let prefix = narthex_web::prefix::normalise(&options.route_prefix);
    let ui = Arc::new(Ui::new("dash.html"));
    let strip = format!("{prefix}/");
    let shared = Shared {
        library: Arc::new(Library::new(options.roots)),
        sources: options.sources.into_iter().map(OpenSource::new).collect(),
    };
    let below = strip.clone();
    let page = move |OriginalUri(asked): OriginalUri, uri: Uri, headers: HeaderMap| {
        // Relative to the mount point without its slash, the page would look for its files one level too high.
        let mount = asked.path().rsplit('/').next().filter(|name| uri.path() == "/" && !name.is_empty());
        let slash = mount.map(|name| format!("{name}/"));
        // `nest` has cut the prefix off already, and the route of the start page has not.
        let path =
            uri.path().strip_prefix(&below).unwrap_or_else(|| uri.path().trim_start_matches('/')).to_owned();
        let ui = Arc::clone(&ui);
        async move {
            match slash {
                Some(slash) => (StatusCode::MOVED_PERMANENTLY, [(LOCATION, slash)]).into_response(),
                None => ui.respond(&path, &headers) as Response,
            }
        }
    };
    let routes = Router::new()
        .route("/api/dashboards", get(dashboards::list).post(dashboards::create).layer(file_limit()))
        .route("/api/dashboards/problems", get(dashboards::problems))
        .route("/api/dashboards/{uid}", get(dashboards::show).put(dashboards::save).layer(file_limit()))
        .route("/api/datasources", get(sources::list))
        .route("/api/datasources/{uid}/proxy/api/v1/{*path}", any(proxy))
        .route("/-/healthy", get(health::healthy))
        .route("/-/ready", get(health::healthy))
        .with_state(shared)
        .fallback(page.clone())
        .layer(DefaultBodyLimit::max(REQUEST_SIZE_MAX));
    let routes = if prefix.is_empty() {
        routes
    } else {
        // `nest` leaves out the prefix with nothing behind its slash, and that is the start page.
        Router::new().route(&strip, get(page)).nest(&prefix, routes)
    };
    routes
        .layer(axum::middleware::from_fn(narthex_web::compress::compress))
        .layer(axum::middleware::map_response(narthex_web::headers::secure))
}
