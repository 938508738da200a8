//! The labels of a database instance. A label is named after the field that it shows.

use roxmltree::Node;

use crate::aws::fields::{Table, set_tags, set_texts, set_times};
use crate::labels::Meta;

const PREFIX: &str = "__meta_rds_instance_";

/// What is written as it comes.
const TEXTS: &Table = &[
    ("activity_stream_engine_native_audit_fields_included", "ActivityStreamEngineNativeAuditFieldsIncluded"),
    ("activity_stream_kinesis_stream_name", "ActivityStreamKinesisStreamName"),
    ("activity_stream_kms_key_id", "ActivityStreamKmsKeyId"),
    ("activity_stream_mode", "ActivityStreamMode"),
    ("activity_stream_policy_status", "ActivityStreamPolicyStatus"),
    ("activity_stream_status", "ActivityStreamStatus"),
    ("allocated_storage", "AllocatedStorage"),
    ("arn", "DBInstanceArn"),
    ("auto_minor_version_upgrade", "AutoMinorVersionUpgrade"),
    ("automation_mode", "AutomationMode"),
    ("availability_zone", "AvailabilityZone"),
    ("aws_backup_recovery_point_arn", "AwsBackupRecoveryPointArn"),
    ("backup_retention_period", "BackupRetentionPeriod"),
    ("backup_target", "BackupTarget"),
    ("ca_certificate_identifier", "CACertificateIdentifier"),
    ("character_set_name", "CharacterSetName"),
    ("class", "DBInstanceClass"),
    ("copy_tags_to_snapshot", "CopyTagsToSnapshot"),
    ("custom_iam_instance_profile", "CustomIamInstanceProfile"),
    ("customer_owned_ip_enabled", "CustomerOwnedIpEnabled"),
    ("database_insights_mode", "DatabaseInsightsMode"),
    ("db_cluster_identifier", "DBClusterIdentifier"),
    ("db_name", "DBName"),
    ("db_system_id", "DBSystemId"),
    ("dedicated_log_volume", "DedicatedLogVolume"),
    ("deletion_protection", "DeletionProtection"),
    ("endpoint_address", "Endpoint/Address"),
    ("endpoint_hosted_zone_id", "Endpoint/HostedZoneId"),
    ("endpoint_port", "Endpoint/Port"),
    ("engine", "Engine"),
    ("engine_lifecycle_support", "EngineLifecycleSupport"),
    ("engine_version", "EngineVersion"),
    ("enhanced_monitoring_resource_arn", "EnhancedMonitoringResourceArn"),
    ("iam_database_authentication_enabled", "IAMDatabaseAuthenticationEnabled"),
    ("identifier", "DBInstanceIdentifier"),
    ("iops", "Iops"),
    ("is_storage_config_upgrade_available", "IsStorageConfigUpgradeAvailable"),
    ("kms_key_id", "KmsKeyId"),
    ("license_model", "LicenseModel"),
    ("listener_endpoint_address", "ListenerEndpoint/Address"),
    ("listener_endpoint_hosted_zone_id", "ListenerEndpoint/HostedZoneId"),
    ("listener_endpoint_port", "ListenerEndpoint/Port"),
    ("master_username", "MasterUsername"),
    ("max_allocated_storage", "MaxAllocatedStorage"),
    ("monitoring_interval", "MonitoringInterval"),
    ("monitoring_role_arn", "MonitoringRoleArn"),
    ("multi_az", "MultiAZ"),
    ("multi_tenant", "MultiTenant"),
    ("nchar_character_set_name", "NcharCharacterSetName"),
    ("network_type", "NetworkType"),
    ("percent_progress", "PercentProgress"),
    ("performance_insights_enabled", "PerformanceInsightsEnabled"),
    ("performance_insights_kms_key_id", "PerformanceInsightsKMSKeyId"),
    ("performance_insights_retention_period", "PerformanceInsightsRetentionPeriod"),
    ("port", "DbInstancePort"),
    ("preferred_backup_window", "PreferredBackupWindow"),
    ("preferred_maintenance_window", "PreferredMaintenanceWindow"),
    ("promotion_tier", "PromotionTier"),
    ("publicly_accessible", "PubliclyAccessible"),
    ("read_replica_source_db_cluster_identifier", "ReadReplicaSourceDBClusterIdentifier"),
    ("read_replica_source_db_instance_identifier", "ReadReplicaSourceDBInstanceIdentifier"),
    ("replica_mode", "ReplicaMode"),
    ("resource_id", "DbiResourceId"),
    ("secondary_availability_zone", "SecondaryAvailabilityZone"),
    ("status", "DBInstanceStatus"),
    ("storage_encrypted", "StorageEncrypted"),
    ("storage_encryption_type", "StorageEncryptionType"),
    ("storage_throughput", "StorageThroughput"),
    ("storage_type", "StorageType"),
    ("storage_volume_status", "StorageVolumeStatus"),
    ("subnet_group", "DBSubnetGroup/DBSubnetGroupName"),
    ("tde_credential_arn", "TdeCredentialArn"),
    ("timezone", "Timezone"),
    ("upgrade_rollout_order", "UpgradeRolloutOrder"),
];

/// Times.
const TIMES: &Table = &[
    ("automatic_restart_time", "AutomaticRestartTime"),
    ("instance_create_time", "InstanceCreateTime"),
    ("latest_restorable_time", "LatestRestorableTime"),
    ("resume_full_automation_mode_time", "ResumeFullAutomationModeTime"),
];

/// Sets the labels of an instance.
pub(super) fn set_labels(target: &mut Meta, instance: Node<'_, '_>) {
    set_texts(target, PREFIX, instance, TEXTS);
    set_times(target, PREFIX, instance, TIMES);
    set_tags(target, "__meta_rds_instance_tag_", instance, "TagList");
}
