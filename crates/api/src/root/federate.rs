//! `/federate`: the newest sample of each selected series, as a page that another server can scrape.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use narthex_exposition::encode::{Encoder, HistogramValue, Metric, MetricFamily, MetricValue, NativeValue};
use narthex_exposition::{Protocol, negotiate};
use narthex_model::{Labels, Matcher, MetricType, names};
use narthex_promql::CancelToken;
use narthex_storage::{HistogramValue as Stored, Samples, SelectHints, Series, collect_series};

use crate::context::{Shared, State as ApiState};
use crate::error::{ApiError, ErrorKind};
use crate::params::{Params, parse_matchers};
use crate::respond::text_response;
use crate::v1::query::now_ms;

/// The endpoint. Parameter: `match[]`. Without any there is nothing to show, which is not an error.
pub(crate) async fn federate(State(state): Shared, params: Params) -> Response {
    let errors = Arc::clone(&state);
    match page(state, params).await {
        Ok(response) => response,
        Err(error) => {
            errors.http.federation_errors.inc();
            text_response(error.kind.status(), format!("{}\n", error.message))
        }
    }
}

async fn page(state: Arc<ApiState>, params: Params) -> Result<Response, ApiError> {
    let selectors = parse_matchers(&params)?;
    let accept = params.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (asked, scheme) = negotiate(accept);
    // Federated samples have no type, which is more than OpenMetrics can say: whoever prefers it gets the plain text.
    let protocol = if asked.is_openmetrics() { Protocol::Text004 } else { asked };
    let native = protocol == Protocol::PrometheusProto;
    let encoder = Encoder::new(protocol, scheme);
    let shared = Arc::clone(&state);
    let write = move |cancel: CancelToken| {
        let families = collect(&shared, &selectors, native, &cancel)?;
        Ok(encoder.page(families.values()))
    };
    let body = state.lookups.run(state.engine.options().timeout, write).await?;
    let mut response = (StatusCode::OK, Body::from(body)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(encoder.content_type()));
    Ok(response)
}

/// The newest samples by metric name; native histograms only where the page can show them.
fn collect(
    state: &ApiState,
    selectors: &[Vec<Matcher>],
    native: bool,
    cancel: &CancelToken,
) -> Result<BTreeMap<String, MetricFamily>, ApiError> {
    let maxt = now_ms();
    let mint = maxt - state.engine.options().lookback_ms;
    let external = state.server.external_labels();
    let querier = state.storage.querier(mint, maxt)?;
    let hints = SelectHints { start: mint, end: maxt, sorted: true, ..SelectHints::default() };
    let mut newest: BTreeMap<Labels, Metric> = BTreeMap::new();
    let mut samples = Samples::default();
    for matchers in selectors {
        for series in collect_series(querier.select(&hints, matchers)?)? {
            if cancel.is_cancelled() {
                return Err(ApiError::new(ErrorKind::Canceled, "the client went away"));
            }
            samples.clear();
            series.read(mint, maxt, &mut samples)?;
            if let Some(metric) = newest_metric(&*series, &samples, &external)
                && (native || !matches!(metric.value, MetricValue::Histogram(_)))
            {
                newest.insert(series.labels(), metric);
            }
        }
    }
    let mut families: BTreeMap<String, MetricFamily> = BTreeMap::new();
    for (labels, metric) in newest {
        let name = labels.metric_name().to_owned();
        let native = matches!(metric.value, MetricValue::Histogram(_));
        let metric_type = if native { MetricType::Histogram } else { MetricType::Unknown };
        let family = families.entry(name.clone()).or_insert_with(|| MetricFamily {
            name,
            metric_type,
            ..MetricFamily::default()
        });
        // A name with floats and histograms: the page can show one of them, and the first decides.
        if family.metric_type == metric_type {
            family.metrics.push(metric);
        }
    }
    Ok(families)
}

/// The last sample with the labels that another server shall see; `None` when the series has ended or has no name.
fn newest_metric(series: &dyn Series, samples: &Samples, external: &[(String, String)]) -> Option<Metric> {
    let (&t, &value) = (samples.timestamps.last()?, samples.values.last()?);
    let labels = series.labels();
    if labels.metric_name().is_empty() {
        return None;
    }
    let histogram = samples.histograms.last().filter(|(index, _)| *index as usize + 1 == samples.len());
    let stale = histogram.map_or(value, |(_, histogram)| histogram.sum());
    if narthex_model::is_stale(stale) {
        return None;
    }
    let mut builder = labels.without_metric_name().to_builder();
    for (name, value) in external {
        if builder.get(name).is_none() {
            builder.set(name, value);
        }
    }
    let value = match histogram {
        None => MetricValue::Single(value),
        Some((_, stored)) => MetricValue::Histogram(Box::new(HistogramValue {
            native: Some(match stored {
                Stored::Int(histogram) => NativeValue::Int(histogram.as_ref().clone()),
                Stored::Float(histogram) => NativeValue::Float(histogram.as_ref().clone()),
            }),
            ..HistogramValue::default()
        })),
    };
    debug_assert!(builder.get(names::METRIC_NAME).is_none(), "the family carries the name");
    Some(Metric { labels: builder.build(), value, timestamp: Some(t), created: None })
}
