//! HTTP servers of any kind: a tower layer that measures requests, and the page as an `http::Response`.
//!
//! For axum, [`crate::axum`] has both ready-made. Everything else that speaks tower or hyper uses this:
//!
//! ```
//! use http::{Request, Response};
//! use narthex_client::{Registry, http::{Route, layer_for, respond}};
//! use tower_layer::Layer as _;
//!
//! let registry = Registry::new();
//! let service = layer_for(&registry).layer(tower::service_fn({
//!     let registry = registry.clone();
//!     move |request: Request<String>| {
//!         let mut response = match request.uri().path() {
//!             "/metrics" => respond(&registry, request.headers()).map(|page| String::from_utf8_lossy(&page).into_owned()),
//!             _ => Response::new("hello".to_owned()),
//!         };
//!         // Tells the layer which route it was; without it the request counts as unmatched.
//!         response.extensions_mut().insert(Route::new("/"));
//!         async { Ok::<_, std::convert::Infallible>(response) }
//!     }
//! }));
//! ```
//!
//! `layer` is the service, `body` counts the bytes of answers, `metrics` has what they count in, with `known` and `in_flight`; `page` makes
//! the page.

mod body;
mod in_flight;
mod known;
mod layer;
mod metrics;
mod page;

pub use body::MeasuredBody;
pub use in_flight::Answering;
pub use layer::{Measure, MeasureFuture};
pub use metrics::{HttpMetrics, LayerOptions, Route, layer, layer_for};
pub use page::respond;
