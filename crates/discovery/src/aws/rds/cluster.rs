//! The labels of a database cluster, which all its instances carry. A label is named after the field that it shows.

use roxmltree::Node;

use crate::aws::fields::{Table, set_tags, set_texts, set_times};
use crate::labels::Meta;

const PREFIX: &str = "__meta_rds_cluster_";

/// What is written as it comes.
const TEXTS: &Table = &[
    ("activity_stream_kinesis_stream_name", "ActivityStreamKinesisStreamName"),
    ("activity_stream_kms_key_id", "ActivityStreamKmsKeyId"),
    ("activity_stream_mode", "ActivityStreamMode"),
    ("activity_stream_status", "ActivityStreamStatus"),
    ("allocated_storage", "AllocatedStorage"),
    ("arn", "DBClusterArn"),
    ("auto_minor_version_upgrade", "AutoMinorVersionUpgrade"),
    ("aws_backup_recovery_point_arn", "AwsBackupRecoveryPointArn"),
    ("backtrack_consumed_change_records", "BacktrackConsumedChangeRecords"),
    ("backtrack_window", "BacktrackWindow"),
    ("backup_retention_period", "BackupRetentionPeriod"),
    ("capacity", "Capacity"),
    ("character_set_name", "CharacterSetName"),
    ("clone_group_id", "CloneGroupId"),
    ("cluster_scalability_type", "ClusterScalabilityType"),
    ("copy_tags_to_snapshot", "CopyTagsToSnapshot"),
    ("cross_account_clone", "CrossAccountClone"),
    ("database_insights_mode", "DatabaseInsightsMode"),
    ("database_name", "DatabaseName"),
    ("db_system_id", "DBSystemId"),
    ("deletion_protection", "DeletionProtection"),
    ("endpoint", "Endpoint"),
    ("engine", "Engine"),
    ("engine_lifecycle_support", "EngineLifecycleSupport"),
    ("engine_mode", "EngineMode"),
    ("engine_version", "EngineVersion"),
    ("global_cluster_identifier", "GlobalClusterIdentifier"),
    ("global_write_forwarding_requested", "GlobalWriteForwardingRequested"),
    ("global_write_forwarding_status", "GlobalWriteForwardingStatus"),
    ("hosted_zone_id", "HostedZoneId"),
    ("http_endpoint_enabled", "HttpEndpointEnabled"),
    ("iam_database_authentication_enabled", "IAMDatabaseAuthenticationEnabled"),
    ("identifier", "DBClusterIdentifier"),
    ("instance_class", "DBClusterInstanceClass"),
    ("iops", "Iops"),
    ("kms_key_id", "KmsKeyId"),
    ("local_write_forwarding_status", "LocalWriteForwardingStatus"),
    ("master_username", "MasterUsername"),
    ("monitoring_interval", "MonitoringInterval"),
    ("monitoring_role_arn", "MonitoringRoleArn"),
    ("multi_az", "MultiAZ"),
    ("network_type", "NetworkType"),
    ("parameter_group", "DBClusterParameterGroup"),
    ("percent_progress", "PercentProgress"),
    ("performance_insights_enabled", "PerformanceInsightsEnabled"),
    ("performance_insights_kms_key_id", "PerformanceInsightsKMSKeyId"),
    ("performance_insights_retention_period", "PerformanceInsightsRetentionPeriod"),
    ("port", "Port"),
    ("preferred_backup_window", "PreferredBackupWindow"),
    ("preferred_maintenance_window", "PreferredMaintenanceWindow"),
    ("publicly_accessible", "PubliclyAccessible"),
    ("reader_endpoint", "ReaderEndpoint"),
    ("replication_source_identifier", "ReplicationSourceIdentifier"),
    ("resource_id", "DbClusterResourceId"),
    ("serverless_v2_platform_version", "ServerlessV2PlatformVersion"),
    ("status", "Status"),
    ("storage_encrypted", "StorageEncrypted"),
    ("storage_encryption_type", "StorageEncryptionType"),
    ("storage_throughput", "StorageThroughput"),
    ("storage_type", "StorageType"),
    ("subnet_group", "DBSubnetGroup"),
    ("upgrade_rollout_order", "UpgradeRolloutOrder"),
];

/// Times.
const TIMES: &Table = &[
    ("automatic_restart_time", "AutomaticRestartTime"),
    ("cluster_create_time", "ClusterCreateTime"),
    ("earliest_backtrack_time", "EarliestBacktrackTime"),
    ("earliest_restorable_time", "EarliestRestorableTime"),
    ("io_optimized_next_allowed_modification_time", "IOOptimizedNextAllowedModificationTime"),
    ("latest_restorable_time", "LatestRestorableTime"),
];

/// The labels of a cluster.
pub(super) fn labels(cluster: Node<'_, '_>) -> Meta {
    let mut labels = Meta::new();
    set_texts(&mut labels, PREFIX, cluster, TEXTS);
    set_times(&mut labels, PREFIX, cluster, TIMES);
    set_tags(&mut labels, "__meta_rds_cluster_tag_", cluster, "TagList");
    labels
}
