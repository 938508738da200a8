//! Serverless caches: a target each. A label is named after the field that it shows.

use roxmltree::Node;

use crate::aws::fields::{Table, set_tags, set_texts, set_times};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};
use crate::xml;

const PREFIX: &str = "__meta_elasticache_serverless_cache_";

/// What is written as it comes.
const TEXTS: &Table = &[
    ("arn", "ARN"),
    ("daily_snapshot_time", "DailySnapshotTime"),
    ("description", "Description"),
    ("endpoint_address", "Endpoint/Address"),
    ("endpoint_port", "Endpoint/Port"),
    ("engine", "Engine"),
    ("full_engine_version", "FullEngineVersion"),
    ("kms_key_id", "KmsKeyId"),
    ("major_engine_version", "MajorEngineVersion"),
    ("name", "ServerlessCacheName"),
    ("snapshot_retention_limit", "SnapshotRetentionLimit"),
    ("status", "Status"),
    ("user_group_id", "UserGroupId"),
];

/// Times.
const TIMES: &Table = &[("create_time", "CreateTime")];

/// What Prometheus writes under another name than its documentation says: both are written.
const TWICE: &[(&str, &str, &str)] = &[
    ("reader_endpoint_address", "endpoint_reader_address", "ReaderEndpoint/Address"),
    ("reader_endpoint_port", "endpoint_reader_port", "ReaderEndpoint/Port"),
    (
        "cache_usage_limit_data_storage_maximum",
        "cache_usage_limit_data_storagemaximum",
        "CacheUsageLimits/DataStorage/Maximum",
    ),
    (
        "cache_usage_limit_data_storage_minimum",
        "cache_usage_limit_data_storageminimum",
        "CacheUsageLimits/DataStorage/Minimum",
    ),
    (
        "cache_usage_limit_data_storage_unit",
        "cache_usage_limit_data_storageunit",
        "CacheUsageLimits/DataStorage/Unit",
    ),
    (
        "cache_usage_limit_ecpu_per_second_maximum",
        "cache_usage_limit_ecpu_per_secondmaximum",
        "CacheUsageLimits/ECPUPerSecond/Maximum",
    ),
    (
        "cache_usage_limit_ecpu_per_second_minimum",
        "cache_usage_limit_ecpu_per_secondminimum",
        "CacheUsageLimits/ECPUPerSecond/Minimum",
    ),
];

/// The target of a cache; `tags` is the list of its tags.
pub(super) fn target(cache: Node<'_, '_>, tags: Option<Node<'_, '_>>) -> Meta {
    let mut target = Meta::new();
    target.set("__meta_elasticache_deployment_option", "serverless");
    set_texts(&mut target, PREFIX, cache, TEXTS);
    set_times(&mut target, PREFIX, cache, TIMES);
    for (documented, written, at) in TWICE {
        for name in [documented, written] {
            target.set(format!("{PREFIX}{name}"), xml::text(cache, at));
        }
    }
    for (label, at) in [("security_group_id", "SecurityGroupIds"), ("subnet_id", "SubnetIds")] {
        for (index, id) in xml::elements(cache, at).enumerate() {
            target.set(format!("{PREFIX}{label}_{index}"), id.text().unwrap_or_default());
        }
    }
    if let Some(tags) = tags {
        set_tags(&mut target, "__meta_elasticache_serverless_cache_tag_", tags, "TagList");
    }
    if let Ok(port) = xml::text(cache, "Endpoint/Port").parse() {
        target.set(ADDRESS_LABEL, host_port(xml::text(cache, "Endpoint/Address"), port));
    }
    target
}
