//! `stackit_sd_configs`: servers of STACKIT.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("project", Kind::Str),
    def("region", Kind::Str, "eu01"),
    opt("endpoint", Kind::HttpUrl),
    def("refresh_interval", Kind::Duration, "60s"),
    def("port", Kind::Uint, "80"),
    opt("service_account_key", Kind::Secret),
    opt("private_key", Kind::Secret),
    opt("service_account_key_path", Kind::Str),
    opt("private_key_path", Kind::Str),
    opt("credentials_file_path", Kind::Str),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Stackit discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "project", "the project whose servers are listed", cx);
    check_http_client(node, cx);
}
