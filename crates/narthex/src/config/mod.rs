//! `prometheus.yml` (the format of Prometheus 3.14): read, checked, completed with defaults, printed, mapped.
//!
//! * [`yaml`] reads text into [`node`]s with positions; [`schema`] says what may stand where; [`apply`] brings both
//!   together; [`emit`] prints the result; [`load`] does it for a file and the files that it names.
//! * `server::announce` lists what is accepted but not executed.
//!
//! Invariants: a configuration with a problem is never used, not even in part; a secret never reaches [`emit`]'s text
//! or a message.

mod apply;
mod emit;
mod error;
mod load;
mod node;
mod schema;
mod yaml;

pub(crate) use apply::{format_size, read_size};
pub(crate) use error::ConfigError;
pub(crate) use load::{Config, expand_pattern, read};
pub(crate) use node::{Node, Value};
pub(crate) use schema::{HTTP_FILE, JWT_BEARER, SD_FIELDS, WEB, name_validation, rule};

#[cfg(test)]
mod tests;
