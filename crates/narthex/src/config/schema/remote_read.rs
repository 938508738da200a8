//! `remote_read`: other stores to read from.

use super::http_client::{HTTP_CLIENT, check_http_client, check_remote_headers};
use super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("url", Kind::Url),
    def("remote_timeout", Kind::Duration, "1m"),
    opt("chunked_read_limit", Kind::Size),
    opt("headers", Kind::Map(&Kind::Str)),
    opt("read_recent", Kind::Bool),
    opt("name", Kind::Str),
];

const TAIL: &[Field] =
    &[opt("required_matchers", Kind::Map(&Kind::Str)), def("filter_external_labels", Kind::Bool, "true")];

/// One store.
pub(crate) static REMOTE_READ: Section = checked("remote read config", &[FIELDS, HTTP_CLIENT, TAIL], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "url", "the endpoint to read from", cx);
    check_remote_headers(node, cx);
    check_http_client(node, cx);
}
