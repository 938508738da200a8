//! `lightsail_sd_configs`: instances of Amazon Lightsail.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt};
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
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Lightsail discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    check_http_client(node, cx);
}
