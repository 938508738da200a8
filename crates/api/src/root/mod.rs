//! What is not below `/api/v1`: health, lifecycle, metrics, federation, version, pages.

pub(crate) mod federate;
pub(crate) mod health;
pub(crate) mod lifecycle;
pub(crate) mod metrics;
pub(crate) mod pages;
pub(crate) mod version;
