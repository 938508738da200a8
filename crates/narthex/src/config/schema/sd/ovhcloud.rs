//! `ovhcloud_sd_configs`: servers of OVHcloud.

use super::super::{Field, Kind, Section, checked, def, opt, require};
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

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Ovhcloud discovery config", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    for field in ["application_key", "application_secret", "consumer_key"] {
        require(node, field, "the OVHcloud API needs it", cx);
    }
    require(node, "service", "one of vps, dedicated_server", cx);
}
