//! `oci_sd_configs`: instances of Oracle Cloud.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    def(
        "auth",
        Kind::Enum(&["api_key", "instance_principal", "resource_principal", "workload_identity"]),
        "api_key",
    ),
    opt("region", Kind::Str),
    opt("tenancy", Kind::Str),
    opt("user", Kind::Str),
    opt("fingerprint", Kind::Str),
    opt("key_file", Kind::Path),
    opt("key_passphrase", Kind::Secret),
    opt("compartments", Kind::List(&Kind::Str)),
    def("port", Kind::Uint, "80"),
    def("refresh_interval", Kind::Duration, "60s"),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Oci discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "region", "the region whose instances are listed", cx);
    check_http_client(node, cx);
}
