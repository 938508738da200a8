//! `ec2_sd_configs`: instances of Amazon EC2.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt, pos_of};
use super::filter::FILTER;
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("endpoint", Kind::Str),
    opt("region", Kind::Str),
    opt("access_key", Kind::Str),
    opt("secret_key", Kind::Secret),
    opt("profile", Kind::Str),
    opt("role_arn", Kind::Str),
    opt("external_id", Kind::Str),
    def("refresh_interval", Kind::Duration, "60s"),
    def("port", Kind::Uint, "80"),
    opt("filters", Kind::Sections(&FILTER)),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Ec2 discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    if node.has("access_key") != node.has("secret_key") {
        cx.problem_in(
            "access_key",
            pos_of(node, "access_key"),
            "access_key and secret_key must be set together",
        );
    }
    check_http_client(node, cx);
}
