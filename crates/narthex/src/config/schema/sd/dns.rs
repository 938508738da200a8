//! `dns_sd_configs`: names resolved by DNS.

use super::super::{Field, Kind, Section, checked, def, opt, pos_of, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("names", Kind::List(&Kind::Str)),
    def("refresh_interval", Kind::Duration, "30s"),
    def("type", Kind::AnyCase(&["SRV", "A", "AAAA", "MX", "NS"]), "SRV"),
    opt("port", Kind::Uint),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Dns discovery config", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "names", "the names to resolve", cx);
    if node.str("type") != "SRV" && node.int("port") == 0 {
        let message = format!("must be set for {} records, which carry no port", node.str("type"));
        cx.problem_in("port", pos_of(node, "port"), message);
    }
}
