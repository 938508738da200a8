//! [`router`]: every route of the server.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use narthex_web::{compress, headers};

use crate::context::{Context, Shared, State as ApiState};
use crate::cors::cors;
use crate::error::{ApiError, ErrorKind};
use crate::observe::observe;
use crate::respond::found;
use crate::{methods, root, v1};

/// All routes, below the route prefix.
pub fn router(context: Context) -> Router {
    let prefix = context.settings.route_prefix.clone();
    let origins = context.settings.cors.clone();
    let state = Arc::new(ApiState::new(context));
    let outside = Arc::clone(&state);
    let ready = from_fn_with_state(Arc::clone(&state), require_ready);
    let api = v1_routes().layer(ready.clone()).layer(from_fn_with_state(origins, cors));
    let inner = Router::new()
        .nest("/api/v1", api.fallback(v1_not_found))
        .route("/federate", get(root::federate::federate).layer(ready))
        .route("/metrics", get(root::metrics::metrics))
        .route("/version", get(root::version::version))
        .route("/-/healthy", get(root::health::healthy))
        .route("/-/ready", get(root::health::ready))
        .route(
            "/-/reload",
            post(root::lifecycle::reload).put(root::lifecycle::reload).get(root::lifecycle::only_post),
        )
        .route(
            "/-/quit",
            post(root::lifecycle::quit).put(root::lifecycle::quit).get(root::lifecycle::only_post),
        )
        .fallback(get(root::pages::page))
        .layer(from_fn(methods::refuse_others))
        .layer(from_fn(compress::compress))
        .layer(map_response(headers::secure))
        .layer(from_fn_with_state(Arc::clone(&state), observe))
        .with_state(state);
    if prefix.is_empty() {
        return inner;
    }
    let home = format!("{prefix}/");
    // `nest` leaves out the prefix with nothing behind its slash, and that is where the pages are.
    let outside = Router::new()
        .fallback(get(root::pages::home))
        .layer(map_response(headers::secure))
        .with_state(outside);
    Router::new()
        .route("/", get(move || async move { found(&home) }))
        .nest(&prefix, inner)
        .fallback_service(outside)
}

fn v1_routes() -> Router<Arc<ApiState>> {
    Router::new()
        .route("/query", get(v1::query::query).post(v1::query::query))
        .route("/query_range", get(v1::query_range::query_range).post(v1::query_range::query_range))
        .route("/query_exemplars", get(v1::query_exemplars::exemplars).post(v1::query_exemplars::exemplars))
        .route("/format_query", get(v1::format_query::format_query).post(v1::format_query::format_query))
        .route("/parse_query", get(v1::parse_query::parse_query).post(v1::parse_query::parse_query))
        .route("/explain", get(v1::explain::explain).post(v1::explain::explain))
        .route("/labels", get(v1::labels::labels).post(v1::labels::labels))
        .route("/write", post(v1::write::write))
        .route("/label/{name}/values", get(v1::label_values::label_values))
        .route("/series", get(v1::series::series).post(v1::series::series))
        .route("/scrape_pools", get(v1::scrape_pools::scrape_pools))
        .route("/targets", get(v1::targets::targets))
        .route("/targets/relabel_steps", get(v1::relabel_steps::relabel_steps))
        .route("/targets/metadata", get(v1::targets_metadata::targets_metadata))
        .route("/metadata", get(v1::metadata::metadata))
        .route("/rules", get(v1::rules::rules))
        .route("/alerts", get(v1::alerts::alerts))
        .route("/alertmanagers", get(v1::alertmanagers::alertmanagers))
        .route("/status/config", get(v1::status_config::config))
        .route("/status/flags", get(v1::status_flags::flags))
        .route("/status/runtimeinfo", get(v1::status_runtimeinfo::runtimeinfo))
        .route("/status/buildinfo", get(v1::status_buildinfo::buildinfo))
        .route("/status/queries", get(v1::status_queries::queries))
        .route("/status/tsdb", get(v1::status_tsdb::tsdb))
        .route("/status/tsdb/blocks", get(v1::status_tsdb::blocks))
        .route("/status/walreplay", get(v1::status_walreplay::walreplay))
        .route("/features", get(v1::features::features))
        .route("/notifications", get(v1::notifications::notifications))
        .route("/notifications/live", get(v1::notifications_live::live))
        .route("/openapi.yaml", get(v1::openapi::openapi))
        .route("/admin/tsdb/delete_series", post(v1::admin::delete_series).put(v1::admin::delete_series))
        .route(
            "/admin/tsdb/clean_tombstones",
            post(v1::admin::clean_tombstones).put(v1::admin::clean_tombstones),
        )
        .route("/admin/tsdb/snapshot", post(v1::admin::snapshot).put(v1::admin::snapshot))
}

/// While the log is replayed, only what tells about the replay is answered.
async fn require_ready(State(state): Shared, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let always =
        ["/status/walreplay", "/notifications", "/notifications/live"].iter().any(|end| path.ends_with(end));
    if state.server.is_ready() || always {
        return next.run(request).await;
    }
    root::health::not_ready()
}

async fn v1_not_found(request: Request) -> Response {
    let message = format!("there is no endpoint {} {} below /api/v1", request.method(), request.uri().path());
    ApiError::new(ErrorKind::NotFound, message).into_response()
}
