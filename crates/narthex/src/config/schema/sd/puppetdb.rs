//! `puppetdb_sd_configs`: resources in PuppetDB.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("url", Kind::HttpUrl),
    opt("query", Kind::Str),
    opt("include_parameters", Kind::Bool),
    def("refresh_interval", Kind::Duration, "60s"),
    def("port", Kind::Uint, "80"),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Puppetdb discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "url", "the URL of the PuppetDB", cx);
    require(node, "query", "the PQL query that lists the resources", cx);
    check_http_client(node, cx);
}
