//! From the configuration's tree to the options of the rooms: jobs, their HTTP clients, their discovery, their rules; and the web configuration
//! of a front.
//!
//! Invariant: the tree has been checked, so nothing here is surprised; what a room refuses all the same is an error that
//! names the job.

mod aws;
mod clouds;
mod discovery;
mod http;
mod jobs;
mod kubernetes;
mod platforms;
mod rules;
mod services;
mod web;

pub(crate) use http::http_file;
pub(crate) use jobs::jobs;
pub(crate) use web::{secure, web_config};

#[cfg(test)]
mod tests;
