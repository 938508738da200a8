//! `digitalocean_sd_configs`: droplets of DigitalOcean.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    def("refresh_interval", Kind::Duration, "60s"),
    def("port", Kind::Uint, "80"),
    def("role", Kind::Enum(&["droplets", "databases"]), "droplets"),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Digitalocean discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    check_http_client(node, cx);
}
