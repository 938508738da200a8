//! The heart-disease prediction service: model, training, HTTP routes, traffic; `main` and the tests call it.

pub mod metrics;
pub mod model;
pub mod patient;
pub mod probe;
pub mod request;
pub mod routes;
pub mod serve;
pub mod traffic;
#[cfg(feature = "train")]
pub mod train;
