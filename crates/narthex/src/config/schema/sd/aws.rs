//! `aws_sd_configs`: instances and services of Amazon Web Services.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt, require};
use super::filter::FILTER;
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("role", Kind::Enum(&["ec2", "lightsail", "ecs", "msk", "rds", "elasticache"])),
    opt("endpoint", Kind::Str),
    opt("region", Kind::Str),
    opt("access_key", Kind::Str),
    opt("secret_key", Kind::Secret),
    opt("profile", Kind::Str),
    opt("role_arn", Kind::Str),
    opt("external_id", Kind::Str),
    opt("clusters", Kind::List(&Kind::Str)),
    def("refresh_interval", Kind::Duration, "60s"),
    def("request_concurrency", Kind::Uint, "20"),
    def("port", Kind::Uint, "80"),
    opt("filters", Kind::Sections(&FILTER)),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Aws discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "role", "which kind of service to list: ec2, lightsail, ecs, …", cx);
    check_http_client(node, cx);
}
