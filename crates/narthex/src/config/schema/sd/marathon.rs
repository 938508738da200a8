//! `marathon_sd_configs`: applications run by Marathon.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, at_most_one, check_url_of, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("servers", Kind::List(&Kind::Str)),
    def("refresh_interval", Kind::Duration, "30s"),
    opt("auth_token", Kind::Secret),
    opt("auth_token_file", Kind::Path),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Marathon discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "servers", "the URLs of the Marathon servers", cx);
    for (index, server) in node.list("servers").iter().enumerate() {
        check_url_of(server, &format!("servers[{index}]"), "http://marathon.example:8080", cx);
    }
    at_most_one(node, &["auth_token", "auth_token_file"], cx);
    let others = ["basic_auth", "authorization", "oauth2", "bearer_token", "bearer_token_file"];
    for token in ["auth_token", "auth_token_file"] {
        for other in others {
            at_most_one(node, &[other, token], cx);
        }
    }
    check_http_client(node, cx);
}
