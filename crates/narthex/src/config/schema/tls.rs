//! `tls_config` of every HTTP client.

use super::{Field, Kind, Section, at_most_one, checked, opt, pos_of};
use crate::config::error::Cx;
use crate::config::node::Node;

/// Versions in ascending order.
pub(super) const VERSIONS: &[&str] = &["TLS10", "TLS11", "TLS12", "TLS13"];

const FIELDS: &[Field] = &[
    opt("ca", Kind::Str),
    opt("cert", Kind::Str),
    opt("key", Kind::Secret),
    opt("ca_file", Kind::Path),
    opt("cert_file", Kind::Path),
    opt("key_file", Kind::Path),
    opt("ca_ref", Kind::Str),
    opt("cert_ref", Kind::Str),
    opt("key_ref", Kind::Str),
    opt("server_name", Kind::Str),
    super::def("insecure_skip_verify", Kind::Bool, "false"),
    opt("min_version", Kind::Enum(VERSIONS)),
    opt("max_version", Kind::Enum(VERSIONS)),
];

/// The section.
pub(crate) static TLS: Section = checked("TLS config", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    for name in ["ca", "cert", "key"] {
        at_most_one(node, &[name, &format!("{name}_file"), &format!("{name}_ref")], cx);
    }
    let has = |name: &str| ["", "_file", "_ref"].iter().any(|form| node.has(&format!("{name}{form}")));
    if has("cert") && !has("key") {
        cx.problem(node.pos, "a client certificate (cert) needs its key: set key or key_file");
    }
    if has("key") && !has("cert") {
        cx.problem(node.pos, "a client key needs its certificate: set cert or cert_file");
    }
    let rank = |field| VERSIONS.iter().position(|version| *version == node.str(field));
    if let (Some(min), Some(max)) = (rank("min_version"), rank("max_version"))
        && min > max
    {
        cx.problem_in("min_version", pos_of(node, "min_version"), "is newer than max_version");
    }
}
