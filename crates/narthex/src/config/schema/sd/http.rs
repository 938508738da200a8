//! `http_sd_configs`: target groups fetched from a URL.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[opt("url", Kind::HttpUrl), def("refresh_interval", Kind::Duration, "60s")];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Http discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "url", "where the target groups are fetched", cx);
    check_http_client(node, cx);
}
