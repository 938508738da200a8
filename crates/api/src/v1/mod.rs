//! `/api/v1`: one endpoint per file; `evaluate` and `select` are what several of them share.

pub(crate) mod admin;
pub(crate) mod alertmanagers;
pub(crate) mod alerts;
mod evaluate;
pub(crate) mod explain;
pub(crate) mod features;
pub(crate) mod format_query;
pub(crate) mod label_values;
pub(crate) mod labels;
pub(crate) mod metadata;
pub(crate) mod notifications;
pub(crate) mod notifications_live;
pub(crate) mod openapi;
pub(crate) mod parse_query;
pub(crate) mod query;
pub(crate) mod query_exemplars;
pub(crate) mod query_range;
pub(crate) mod relabel_steps;
pub(crate) mod rules;
pub(crate) mod scrape_pools;
mod select;
pub(crate) mod series;
pub(crate) mod status_buildinfo;
pub(crate) mod status_config;
pub(crate) mod status_flags;
pub(crate) mod status_queries;
pub(crate) mod status_runtimeinfo;
pub(crate) mod status_tsdb;
pub(crate) mod status_walreplay;
pub(crate) mod targets;
pub(crate) mod targets_metadata;
pub(crate) mod tree;
mod tree_duration;
pub(crate) mod write;

pub(crate) use evaluate::write_stats;
pub(crate) use select::select_series;
