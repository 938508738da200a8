//! `ovhcloud_sd_configs`: servers of OVHcloud.

use super::super::{Field, Kind, Section, check_url, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    def("endpoint", Kind::Str, "ovh-eu"),
    opt("application_key", Kind::Str),
    opt("application_secret", Kind::Secret),
    opt("consumer_key", Kind::Secret),
    def("refresh_interval", Kind::Duration, "60s"),
    opt("service", Kind::Enum(&["vps", "dedicated_server"])),
];

/// The APIs that have names.
const ENDPOINTS: &[&str] =
    &["ovh-eu", "ovh-ca", "ovh-us", "kimsufi-eu", "kimsufi-ca", "soyoustart-eu", "soyoustart-ca"];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Ovhcloud discovery config", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    for field in ["application_key", "application_secret", "consumer_key"] {
        require(node, field, "the OVHcloud API needs it", cx);
    }
    require(node, "service", "one of vps, dedicated_server", cx);
    require(node, "endpoint", "the API to ask, by name or by address", cx);
    if !ENDPOINTS.contains(&node.str("endpoint")) {
        let example = "https://eu.api.ovh.com/1.0, or one of the names ovh-eu, ovh-ca, ovh-us, kimsufi-eu, …";
        check_url(node, "endpoint", example, cx);
    }
}
