//! The parameters of a request: query string and form body, and how endpoints read them.

mod extract;
mod matchers;
mod multipart;
mod range;

pub(crate) use extract::{Params, Source};
pub(crate) use matchers::{optional_matchers, parse_matchers, required_matchers};
pub(crate) use range::TimeRange;
