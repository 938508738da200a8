//! `alerting`: where alerts are sent.

use super::http_client::{HTTP_CLIENT, check_http_client};
use super::relabel::RELABEL;
use super::remote_write::{SIGV4, check_signing};
use super::sd::SD_FIELDS;
use super::static_config::check_addresses;
use super::{Field, Kind, Section, checked, def, opt, section};
use crate::config::error::Cx;
use crate::config::node::Node;

const ALERTMANAGER_FIELDS: &[Field] = &[
    def("scheme", Kind::Str, "http"),
    opt("path_prefix", Kind::Str),
    def("timeout", Kind::Duration, "10s"),
    def("api_version", Kind::Enum(&["v2"]), "v2"),
    opt("relabel_configs", Kind::Sections(&RELABEL)),
    opt("alert_relabel_configs", Kind::Sections(&RELABEL)),
    opt("sigv4", Kind::Section(&SIGV4)),
];

static ALERTMANAGER: Section =
    checked("Alertmanager config", &[HTTP_CLIENT, ALERTMANAGER_FIELDS, SD_FIELDS], check);

const FIELDS: &[Field] = &[
    opt("alert_relabel_configs", Kind::Sections(&RELABEL)),
    opt("alertmanagers", Kind::Sections(&ALERTMANAGER)),
];

/// The section.
pub(crate) static ALERTING: Section = section("alerting config", &[FIELDS]);

fn check(node: &mut Node, cx: &mut Cx) {
    check_http_client(node, cx);
    check_signing(node, &["sigv4"], cx);
    check_addresses(node, cx);
}
