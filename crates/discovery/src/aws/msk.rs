//! MSK: brokers and controllers of the provisioned Kafka clusters of a region, a target per endpoint.

use std::time::Duration;

use serde_json::Value;

use super::MskConfig;
use super::api::Api;
use super::question::{Question, ask, ask_all};
use super::sign::encoded;
use crate::ask::{Ask, list, mapping, one_group, strings, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};
use crate::{DiscoveryError, TargetGroup};

const PREFIX: &str = "__meta_msk_";
const PAGE: &str = "100";
const MONITORING: &str = "/provisioned/openMonitoring/prometheus";

/// The running discovery.
#[derive(Debug)]
pub(crate) struct MskAsker {
    api: Api,
    config: MskConfig,
}

impl MskAsker {
    pub(crate) fn new(config: MskConfig) -> Self {
        Self { api: Api::new(config.aws.clone(), "kafka"), config }
    }

    async fn clusters(&mut self) -> Result<Vec<Value>, DiscoveryError> {
        let mut clusters = Vec::new();
        if self.config.clusters.is_empty() {
            let query =
                vec![("clusterTypeFilter", "PROVISIONED".to_owned()), ("maxResults", PAGE.to_owned())];
            let question = Question::Get { path: "/api/v2/clusters".to_owned(), query };
            for page in ask(&mut self.api, question).await? {
                clusters.extend_from_slice(list(&page.json()?, "/clusterInfoList"));
            }
            return Ok(clusters);
        }
        let question = |arn: &String| Question::Get {
            path: format!("/api/v2/clusters/{}", encoded(arn, b"")),
            query: Vec::new(),
        };
        let questions = self.config.clusters.iter().map(question).collect();
        let answers = ask_all(&mut self.api, self.config.request_concurrency, questions).await?;
        for page in answers.iter().flatten() {
            clusters.extend(page.json()?.get("clusterInfo").cloned());
        }
        // The nodes of a serverless cluster cannot be seen.
        clusters.retain(|cluster| {
            let provisioned = text(cluster, "/clusterType") == "PROVISIONED";
            if !provisioned {
                let arn = text(cluster, "/clusterArn");
                tracing::warn!(
                    cluster = arn,
                    "only provisioned MSK clusters have nodes that can be discovered"
                );
            }
            provisioned
        });
        Ok(clusters)
    }

    fn targets(&self, cluster: &Value, node: &Value) -> Vec<Meta> {
        let mut common = Meta::new();
        common.set_texts(
            PREFIX,
            cluster,
            &[
                ("cluster_name", "/clusterName"),
                ("cluster_arn", "/clusterArn"),
                ("cluster_state", "/state"),
                ("cluster_type", "/clusterType"),
                ("cluster_version", "/currentVersion"),
                ("cluster_kafka_version", "/provisioned/currentBrokerSoftwareInfo/kafkaVersion"),
                ("cluster_configuration_arn", "/provisioned/currentBrokerSoftwareInfo/configurationArn"),
                (
                    "cluster_configuration_revision",
                    "/provisioned/currentBrokerSoftwareInfo/configurationRevision",
                ),
            ],
        );
        let exporter = |name: &str| {
            let exporter = cluster.pointer(&format!("{MONITORING}/{name}")).filter(|value| value.is_object());
            exporter.map(|exporter| text(exporter, "/enabledInBroker") == "true")
        };
        common.set_some("__meta_msk_cluster_jmx_exporter_enabled", exporter("jmxExporter"));
        let tags = mapping(cluster, "/tags");
        common.set_all("__meta_msk_cluster_tag_", tags.iter().map(|(name, value)| (name, value)));
        common.set_texts(
            PREFIX,
            node,
            &[
                ("node_arn", "/nodeARN"),
                ("node_added_time", "/addedToClusterTime"),
                ("node_instance_type", "/instanceType"),
            ],
        );
        let is = |kind: &str| node.get(kind).is_some_and(Value::is_object);
        let (kind, label, at) = if is("brokerNodeInfo") {
            common.set_texts(
                PREFIX,
                node,
                &[
                    ("node_attached_eni", "/brokerNodeInfo/attachedENIId"),
                    ("broker_client_subnet", "/brokerNodeInfo/clientSubnet"),
                    ("broker_client_vpc_ip", "/brokerNodeInfo/clientVpcIpAddress"),
                ],
            );
            // A whole number that is written with a fraction.
            let id = text(node, "/brokerNodeInfo/brokerId");
            common.set("__meta_msk_broker_id", id.split('.').next().unwrap_or_default());
            common.set_some("__meta_msk_broker_node_exporter_enabled", exporter("nodeExporter"));
            ("BROKER", "__meta_msk_broker_endpoint_index", "/brokerNodeInfo/endpoints")
        } else if is("controllerNodeInfo") {
            ("CONTROLLER", "__meta_msk_controller_endpoint_index", "/controllerNodeInfo/endpoints")
        } else {
            return Vec::new();
        };
        common.set("__meta_msk_node_type", kind);
        let endpoints = strings(node, at).into_iter().enumerate();
        let target = |(index, endpoint): (usize, &str)| {
            let mut target = common.clone();
            target.set(label, index);
            target.set(ADDRESS_LABEL, host_port(endpoint, self.config.aws.cloud.port));
            target
        };
        endpoints.map(target).collect()
    }
}

impl Ask for MskAsker {
    fn interval(&self) -> Duration {
        self.config.aws.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let clusters = self.clusters().await?;
        let question = |cluster: &Value| Question::Get {
            path: format!("/v1/clusters/{}/nodes", encoded(&text(cluster, "/clusterArn"), b"")),
            query: vec![("maxResults", PAGE.to_owned())],
        };
        let questions = clusters.iter().map(question).collect();
        let nodes = ask_all(&mut self.api, self.config.request_concurrency, questions).await?;
        let mut targets = Vec::new();
        for (cluster, pages) in clusters.iter().zip(&nodes) {
            for page in pages {
                let page = page.json()?;
                targets
                    .extend(list(&page, "/nodeInfoList").iter().flat_map(|node| self.targets(cluster, node)));
            }
        }
        Ok(one_group(self.api.region(), &targets))
    }
}
