//! The sections of Amazon Web Services: `aws_sd_configs` for all services by their role, and one section per service.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt, pos_of, require};
use super::filter::FILTER;
use crate::config::error::Cx;
use crate::config::node::Node;

/// Where to ask.
const PLACE: &[Field] = &[opt("endpoint", Kind::Str), opt("region", Kind::Str)];

/// Who asks.
const KEYS: &[Field] = &[
    opt("access_key", Kind::Str),
    opt("secret_key", Kind::Secret),
    opt("profile", Kind::Str),
    opt("role_arn", Kind::Str),
    opt("external_id", Kind::Str),
];

/// How often to ask, and at which port the targets are.
const POLL: &[Field] = &[def("refresh_interval", Kind::Duration, "60s"), def("port", Kind::Uint, "80")];

const ROLE: &[Field] = &[opt("role", Kind::Enum(&["ec2", "lightsail", "ecs", "msk", "rds", "elasticache"]))];
const FILTERS: &[Field] = &[opt("filters", Kind::Sections(&FILTER))];
const CLUSTERS: &[Field] = &[opt("clusters", Kind::List(&Kind::Str))];
const TWENTY: &[Field] = &[def("request_concurrency", Kind::Uint, "20")];
const TEN: &[Field] = &[def("request_concurrency", Kind::Uint, "10")];

/// All services, by their role.
pub(super) static AWS: Section =
    checked("AWS discovery config", &[ROLE, PLACE, KEYS, POLL, HTTP_CLIENT, FILTERS, CLUSTERS], check_role);
/// EC2: instances.
pub(super) static EC2: Section =
    checked("EC2 discovery config", &[PLACE, KEYS, POLL, FILTERS, HTTP_CLIENT], check);
/// Lightsail: instances.
pub(super) static LIGHTSAIL: Section =
    checked("Lightsail discovery config", &[PLACE, KEYS, POLL, HTTP_CLIENT], check);
/// ECS: tasks.
pub(super) static ECS: Section =
    checked("ECS discovery config", &[PLACE, KEYS, CLUSTERS, POLL, TWENTY, HTTP_CLIENT], check);
/// MSK: nodes of Kafka clusters.
pub(super) static MSK: Section =
    checked("MSK discovery config", &[PLACE, KEYS, CLUSTERS, POLL, TEN, HTTP_CLIENT], check);
/// RDS: instances of database clusters.
pub(super) static RDS: Section =
    checked("RDS discovery config", &[PLACE, KEYS, CLUSTERS, POLL, FILTERS, TEN, HTTP_CLIENT], check);
/// ElastiCache: caches.
pub(super) static ELASTICACHE: Section =
    checked("ElastiCache discovery config", &[PLACE, KEYS, CLUSTERS, POLL, TEN, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    if node.get("request_concurrency").is_some() && node.int("request_concurrency") == 0 {
        let message = "must be at least 1: how many requests may be under way at once";
        cx.problem_in("request_concurrency", pos_of(node, "request_concurrency"), message);
    }
    check_http_client(node, cx);
}

fn check_role(node: &mut Node, cx: &mut Cx) {
    require(node, "role", "which service to list: ec2, lightsail, ecs, msk, rds or elasticache", cx);
    check(node, cx);
}
