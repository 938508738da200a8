//! The heart-disease prediction service: model, training and HTTP routes; `main` and the tests call it.

pub mod model;
pub mod patient;
#[cfg(feature = "train")]
pub mod train;
