//! `triton_sd_configs`: containers or nodes of Triton.

use super::super::tls::TLS;
use super::super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("account", Kind::Str),
    opt("dns_suffix", Kind::Str),
    opt("endpoint", Kind::Str),
    opt("groups", Kind::List(&Kind::Str)),
    def("port", Kind::Uint, "9163"),
    def("refresh_interval", Kind::Duration, "60s"),
    opt("tls_config", Kind::Section(&TLS)),
    def("role", Kind::Enum(&["container", "cn"]), "container"),
    def("version", Kind::Uint, "1"),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Triton discovery config", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    for field in ["account", "dns_suffix", "endpoint"] {
        require(node, field, "Triton discovery needs it", cx);
    }
}
