//! RDS: the instances of the database clusters of a region. Instances outside a cluster are not discovered.

mod cluster;
mod instance;

use std::collections::BTreeMap;
use std::time::Duration;

use roxmltree::Node;

use super::RdsConfig;
use super::api::Api;
use super::question::{Page, Question, ask_all};
use crate::ask::{Ask, one_group};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};
use crate::rest::shown;
use crate::{DiscoveryError, TargetGroup, xml};

const VERSION: &str = "2014-10-31";
const PAGE: &str = "100";

/// The running discovery.
#[derive(Debug)]
pub(crate) struct RdsAsker {
    api: Api,
    config: RdsConfig,
}

/// A cluster: its labels, and whether an instance writes, by the instance's identifier.
struct Cluster {
    arn: String,
    labels: Meta,
    writers: BTreeMap<String, String>,
}

impl RdsAsker {
    pub(crate) fn new(config: RdsConfig) -> Self {
        Self { api: Api::new(config.aws.clone(), "rds"), config }
    }

    async fn clusters(&mut self) -> Result<Vec<Cluster>, DiscoveryError> {
        let all = Question::form("DescribeDBClusters", VERSION, "Marker").with("MaxRecords", PAGE);
        let wanted = &self.config.clusters;
        let one = |name: &String| all.clone().with("DBClusterIdentifier", name);
        let questions = if wanted.is_empty() { vec![all.clone()] } else { wanted.iter().map(one).collect() };
        let answers = ask_all(&mut self.api, self.config.request_concurrency, questions).await?;
        let mut clusters = Vec::new();
        for page in answers.iter().flatten() {
            let document = xml::parse(&page.url, page.text()?)?;
            let found = xml::elements(document.root_element(), "DescribeDBClustersResult/DBClusters");
            clusters.extend(found.map(read_cluster));
        }
        Ok(clusters)
    }

    /// The question for the instances of a cluster.
    fn instances_of(&self, cluster: &Cluster) -> Question {
        let of_cluster = ("db-cluster-id".to_owned(), vec![cluster.arn.clone()]);
        let filters = [of_cluster].into_iter().chain(self.config.filters.clone());
        let mut question = Question::form("DescribeDBInstances", VERSION, "Marker").with("MaxRecords", PAGE);
        for (index, (name, values)) in filters.enumerate() {
            let filter = format!("Filters.Filter.{}", index + 1);
            question = question.with(format!("{filter}.Name"), name);
            for (index, value) in values.into_iter().enumerate() {
                question = question.with(format!("{filter}.Values.Value.{}", index + 1), value);
            }
        }
        question
    }

    fn targets(&self, cluster: &Cluster, page: &Page) -> Result<Vec<Meta>, DiscoveryError> {
        let document = xml::parse(&page.url, page.text()?)?;
        let found = xml::at(document.root_element(), "DescribeDBInstancesResult/DBInstances");
        let found = found.ok_or_else(|| DiscoveryError::Parse {
            place: shown(&page.url),
            reason: "the answer has no list of database instances".to_owned(),
        })?;
        Ok(xml::children(found, "DBInstance").map(|instance| self.target(cluster, instance)).collect())
    }

    fn target(&self, cluster: &Cluster, instance: Node<'_, '_>) -> Meta {
        let mut target = cluster.labels.clone();
        instance::set_labels(&mut target, instance);
        let writer = cluster.writers.get(xml::text(instance, "DBInstanceIdentifier"));
        target.set_some("__meta_rds_instance_is_cluster_writer", writer);
        let host = xml::text(instance, "Endpoint/Address");
        if !host.is_empty() {
            // The endpoint's own port is that of the database, not of its exporter.
            target.set(ADDRESS_LABEL, host_port(host, self.config.aws.cloud.port));
        }
        target
    }
}

fn read_cluster(cluster: Node<'_, '_>) -> Cluster {
    let member = |member: Node<'_, '_>| {
        let field = |at| xml::text(member, at).to_owned();
        (field("DBInstanceIdentifier"), field("IsClusterWriter"))
    };
    Cluster {
        arn: xml::text(cluster, "DBClusterArn").to_owned(),
        labels: cluster::labels(cluster),
        writers: xml::elements(cluster, "DBClusterMembers").map(member).collect(),
    }
}

impl Ask for RdsAsker {
    fn interval(&self) -> Duration {
        self.config.aws.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let clusters = self.clusters().await?;
        let questions = clusters.iter().map(|cluster| self.instances_of(cluster)).collect();
        let answers = ask_all(&mut self.api, self.config.request_concurrency, questions).await?;
        let mut targets = Vec::new();
        for (cluster, pages) in clusters.iter().zip(&answers) {
            for page in pages {
                targets.extend(self.targets(cluster, page)?);
            }
        }
        Ok(one_group(self.api.region(), &targets))
    }
}
