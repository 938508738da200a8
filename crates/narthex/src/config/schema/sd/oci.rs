//! `oci_sd_configs`: instances of Oracle Cloud.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, at_most_one, checked, def, opt, pos_of, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const API_KEY: &[Field] = &[
    opt("tenancy", Kind::Str),
    opt("user", Kind::Str),
    opt("fingerprint", Kind::Str),
    opt("key_file", Kind::Path),
    opt("key_passphrase", Kind::Secret),
    opt("key_passphrase_file", Kind::Path),
];
const AUTH: &[Field] = &[def("auth", Kind::Enum(&["api_key", "instance_principal"]), "api_key")];
const FIELDS: &[Field] = &[opt("region", Kind::Str), opt("compartments", Kind::List(&Kind::Str))];
const POLL: &[Field] = &[def("port", Kind::Uint, "80"), def("refresh_interval", Kind::Duration, "60s")];

/// The mechanism's section.
pub(super) static SECTION: Section =
    checked("OCI discovery config", &[AUTH, API_KEY, FIELDS, HTTP_CLIENT, POLL], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "region", "the region whose instances are listed", cx);
    if node.str("auth") == "instance_principal" {
        for field in API_KEY.iter().filter(|field| node.has(field.name)) {
            let message =
                "cannot be set with auth: instance_principal, which takes the machine's own identity";
            cx.problem_in(field.name, pos_of(node, field.name), message);
        }
    } else {
        for field in ["tenancy", "user", "fingerprint", "key_file"] {
            require(node, field, "auth: api_key needs it", cx);
        }
        at_most_one(node, &["key_passphrase", "key_passphrase_file"], cx);
    }
    for (index, compartment) in node.list("compartments").iter().enumerate() {
        if compartment.as_str().is_empty() {
            cx.problem_in(&format!("compartments[{index}]"), compartment.pos, "must not be empty");
        }
    }
    check_http_client(node, cx);
}
