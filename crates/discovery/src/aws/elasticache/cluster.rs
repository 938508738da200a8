//! Cache clusters: a target per node, with the labels of its cluster. A label is named after the field that it shows.

use roxmltree::Node;

use crate::aws::fields::{Table, set_tags, set_texts, set_times};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};
use crate::xml;

const PREFIX: &str = "__meta_elasticache_cache_cluster_";

/// What is written as it comes.
const TEXTS: &Table = &[
    ("arn", "ARN"),
    ("at_rest_encryption_enabled", "AtRestEncryptionEnabled"),
    ("auth_token_enabled", "AuthTokenEnabled"),
    ("auto_minor_version_upgrade", "AutoMinorVersionUpgrade"),
    ("cache_cluster_id", "CacheClusterId"),
    ("cache_cluster_status", "CacheClusterStatus"),
    ("cache_node_type", "CacheNodeType"),
    ("cache_parameter_group", "CacheParameterGroup/CacheParameterGroupName"),
    ("cache_subnet_group_name", "CacheSubnetGroupName"),
    ("client_download_landing_page", "ClientDownloadLandingPage"),
    ("configuration_endpoint_address", "ConfigurationEndpoint/Address"),
    ("configuration_endpoint_port", "ConfigurationEndpoint/Port"),
    ("engine", "Engine"),
    ("engine_version", "EngineVersion"),
    ("ip_discovery", "IpDiscovery"),
    ("network_type", "NetworkType"),
    ("notification_topic_arn", "NotificationConfiguration/TopicArn"),
    ("notification_topic_status", "NotificationConfiguration/TopicStatus"),
    ("num_cache_nodes", "NumCacheNodes"),
    ("pending_modified_values_auth_token_status", "PendingModifiedValues/AuthTokenStatus"),
    ("pending_modified_values_cache_node_type", "PendingModifiedValues/CacheNodeType"),
    ("pending_modified_values_engine_version", "PendingModifiedValues/EngineVersion"),
    ("pending_modified_values_num_cache_nodes", "PendingModifiedValues/NumCacheNodes"),
    ("pending_modified_values_transit_encryption_enabled", "PendingModifiedValues/TransitEncryptionEnabled"),
    ("pending_modified_values_transit_encryption_mode", "PendingModifiedValues/TransitEncryptionMode"),
    ("preferred_availability_zone", "PreferredAvailabilityZone"),
    ("preferred_maintenance_window", "PreferredMaintenanceWindow"),
    ("preferred_outpost_arn", "PreferredOutpostArn"),
    ("replication_group_id", "ReplicationGroupId"),
    ("replication_group_log_delivery_enabled", "ReplicationGroupLogDeliveryEnabled"),
    ("snapshot_retention_limit", "SnapshotRetentionLimit"),
    ("snapshot_window", "SnapshotWindow"),
    ("transit_encryption_enabled", "TransitEncryptionEnabled"),
    ("transit_encryption_mode", "TransitEncryptionMode"),
];

/// Times.
const TIMES: &Table = &[
    ("auth_token_last_modified", "AuthTokenLastModifiedDate"),
    ("cache_cluster_create_time", "CacheClusterCreateTime"),
];

/// Of a node: what is written as it comes.
const NODE_TEXTS: &Table = &[
    ("node_availability_zone", "CustomerAvailabilityZone"),
    ("node_customer_outpost_arn", "CustomerOutpostArn"),
    ("node_endpoint_address", "Endpoint/Address"),
    ("node_endpoint_port", "Endpoint/Port"),
    ("node_id", "CacheNodeId"),
    ("node_parameter_group_status", "ParameterGroupStatus"),
    ("node_source_cache_node_id", "SourceCacheNodeId"),
    ("node_status", "CacheNodeStatus"),
];

/// Of a node: times.
const NODE_TIMES: &Table = &[("node_create_time", "CacheNodeCreateTime")];

/// Of an entry of the log delivery.
const LOG: &Table = &[
    ("delivery_stream", "DestinationDetails/KinesisFirehoseDetails/DeliveryStream"),
    ("destination_type", "DestinationType"),
    ("log_format", "LogFormat"),
    ("log_group", "DestinationDetails/CloudWatchLogsDetails/LogGroup"),
    ("log_type", "LogType"),
    ("message", "Message"),
    ("status", "Status"),
];

/// The targets of a cluster; `tags` is the list of its tags.
pub(super) fn targets(cluster: Node<'_, '_>, tags: Option<Node<'_, '_>>) -> Vec<Meta> {
    let common = labels(cluster, tags);
    xml::elements(cluster, "CacheNodes").map(|node| target(&common, node)).collect()
}

fn target(common: &Meta, node: Node<'_, '_>) -> Meta {
    let mut target = common.clone();
    set_texts(&mut target, PREFIX, node, NODE_TEXTS);
    set_times(&mut target, PREFIX, node, NODE_TIMES);
    if let Ok(port) = xml::text(node, "Endpoint/Port").parse() {
        target.set(ADDRESS_LABEL, host_port(xml::text(node, "Endpoint/Address"), port));
    }
    target
}

fn labels(cluster: Node<'_, '_>, tags: Option<Node<'_, '_>>) -> Meta {
    let mut labels = Meta::new();
    labels.set("__meta_elasticache_deployment_option", "node");
    set_texts(&mut labels, PREFIX, cluster, TEXTS);
    set_times(&mut labels, PREFIX, cluster, TIMES);
    let removed = xml::elements(cluster, "PendingModifiedValues/CacheNodeIdsToRemove");
    let removed: Vec<&str> = removed.filter_map(|node| node.text()).collect();
    labels.set(format!("{PREFIX}pending_modified_values_cache_node_ids_to_remove"), removed.join(","));
    for (index, entry) in xml::elements(cluster, "LogDeliveryConfigurations").enumerate() {
        for (label, at) in LOG {
            let name = format!("{PREFIX}log_delivery_configuration_{label}_{index}");
            labels.set(name, xml::text(entry, at));
        }
    }
    for (index, group) in xml::elements(cluster, "SecurityGroups").enumerate() {
        for (label, at) in [("id", "SecurityGroupId"), ("status", "Status")] {
            labels.set(format!("{PREFIX}security_group_membership_{label}_{index}"), xml::text(group, at));
        }
    }
    if let Some(tags) = tags {
        set_tags(&mut labels, "__meta_elasticache_cache_cluster_tag_", tags, "TagList");
    }
    labels
}
