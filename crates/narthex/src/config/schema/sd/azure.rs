//! `azure_sd_configs`: virtual machines in Azure.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    def("environment", Kind::Str, "AzurePublicCloud"),
    def("port", Kind::Uint, "80"),
    opt("subscription_id", Kind::Str),
    opt("tenant_id", Kind::Str),
    opt("client_id", Kind::Str),
    opt("client_secret", Kind::Secret),
    def("refresh_interval", Kind::Duration, "5m"),
    def(
        "authentication_method",
        Kind::Enum(&["OAuth", "ManagedIdentity", "SDK", "WorkloadIdentity"]),
        "OAuth",
    ),
    opt("resource_group", Kind::Str),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Azure discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "subscription_id", "the subscription whose machines are listed", cx);
    if node.str("authentication_method") == "OAuth" {
        for field in ["tenant_id", "client_id", "client_secret"] {
            require(node, field, "the authentication method OAuth needs it", cx);
        }
    }
    check_http_client(node, cx);
}
