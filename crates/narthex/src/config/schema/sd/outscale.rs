//! `outscale_sd_configs`: virtual machines of Outscale.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, at_most_one, check_url, checked, def, opt, pos_of, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("endpoint", Kind::Str),
    def("region", Kind::Str, "eu-west-2"),
    opt("access_key", Kind::Str),
    opt("secret_key", Kind::Secret),
    opt("secret_key_file", Kind::Path),
    def("refresh_interval", Kind::Duration, "60s"),
    def("port", Kind::Uint, "80"),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Outscale discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "region", "the region whose machines are listed", cx);
    require(node, "access_key", "the access key of the API", cx);
    at_most_one(node, &["secret_key", "secret_key_file"], cx);
    if !node.has("secret_key") && !node.has("secret_key_file") {
        cx.problem_in("secret_key", pos_of(node, "secret_key"), "must be set, or secret_key_file");
    }
    check_url(node, "endpoint", "https://api.eu-west-2.outscale.com/api/v1", cx);
    check_http_client(node, cx);
}
