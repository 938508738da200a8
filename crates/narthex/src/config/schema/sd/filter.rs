//! `filters` of the Docker and AWS mechanisms.

use super::super::{Field, Kind, Section, checked, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[opt("name", Kind::Str), opt("values", Kind::List(&Kind::Str))];

/// One filter.
pub(super) static FILTER: Section = checked("filter", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "values", "a filter without values matches nothing", cx);
}
