//! `scaleway_sd_configs`: servers of Scaleway.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, at_most_one, checked, def, opt, pos_of, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("api_url", Kind::HttpUrl),
    def("zone", Kind::Str, "fr-par-1"),
    opt("access_key", Kind::Str),
    opt("secret_key", Kind::Secret),
    opt("secret_key_file", Kind::Path),
    opt("project_id", Kind::Str),
    opt("name_filter", Kind::Str),
    opt("tags_filter", Kind::List(&Kind::Str)),
    def("refresh_interval", Kind::Duration, "60s"),
    def("port", Kind::Uint, "80"),
    opt("role", Kind::Enum(&["instance", "baremetal"])),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Scaleway discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "role", "one of instance, baremetal", cx);
    require(node, "project_id", "the project whose servers are listed", cx);
    require(node, "access_key", "the access key of the API", cx);
    at_most_one(node, &["secret_key", "secret_key_file"], cx);
    if !node.has("secret_key") && !node.has("secret_key_file") {
        cx.problem_in("secret_key", pos_of(node, "secret_key"), "must be set, or secret_key_file");
    }
    check_http_client(node, cx);
}
