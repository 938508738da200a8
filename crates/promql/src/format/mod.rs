//! Text as the reference prints it: floats (`%g`, shortest), quoted strings, timestamps. Used by annotations, label values
//! made from numbers, and error messages.

mod float;
mod histogram;
mod quote;
mod time;

pub(crate) use float::{
    go_compact, go_fixed_shortest, go_significant, go_six_decimals, open_metrics_float, parse_go_float,
};
pub(crate) use histogram::histogram_text;
pub(crate) use quote::{go_quote, go_quote_bytes, json_string};
pub(crate) use time::{Civil, rfc3339};
