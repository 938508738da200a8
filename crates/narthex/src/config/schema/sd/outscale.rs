//! `outscale_sd_configs`: virtual machines of Outscale.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, at_most_one, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("endpoint", Kind::Str),
    opt("region", Kind::Str),
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
    at_most_one(node, &["secret_key", "secret_key_file"], cx);
    check_http_client(node, cx);
}
