//! `tracing`: where the server's own traces go.

use super::tls::TLS;
use super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    def("client_type", Kind::Enum(&["grpc", "http"]), "grpc"),
    opt("endpoint", Kind::Str),
    opt("sampling_fraction", Kind::Float),
    opt("insecure", Kind::Bool),
    opt("tls_config", Kind::Section(&TLS)),
    opt("headers", Kind::Map(&Kind::Str)),
    opt("compression", Kind::Enum(&["gzip"])),
    opt("timeout", Kind::Duration),
];

/// The section.
pub(crate) static TRACING: Section = checked("tracing config", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "endpoint", "the address of the collector, for example \"localhost:4317\"", cx);
    if let Some(headers) = node.get("headers") {
        for entry in headers.entries() {
            if entry.key.eq_ignore_ascii_case("authorization") {
                cx.enter("headers");
                cx.problem_in(&entry.key, entry.pos, "a custom authorization header is not supported");
                cx.leave();
            }
        }
    }
}
