//! ElastiCache: serverless caches and the nodes of cache clusters of a region, at their own endpoints.

mod cluster;
mod serverless;

use std::collections::BTreeMap;
use std::time::Duration;

use super::ElastiCacheConfig;
use super::api::Api;
use super::question::{Page, Question, ask, ask_all};
use crate::ask::{Ask, one_group};
use crate::labels::Meta;
use crate::{DiscoveryError, TargetGroup, xml};

const VERSION: &str = "2015-02-02";
const CACHES: &str = "DescribeServerlessCachesResult/ServerlessCaches";
const CLUSTERS: &str = "DescribeCacheClustersResult/CacheClusters";

/// The running discovery.
#[derive(Debug)]
pub(crate) struct ElastiCacheAsker {
    api: Api,
    config: ElastiCacheConfig,
}

/// The wanted caches and clusters by their names; all when nothing is named.
struct Wanted<'c> {
    all: bool,
    caches: Vec<&'c str>,
    clusters: Vec<&'c str>,
}

impl<'c> Wanted<'c> {
    /// Reads ARNs: `arn:aws:elasticache:<region>:<account>:<kind>:<name>`.
    fn of(arns: &'c [String]) -> Self {
        let mut wanted = Self { all: arns.is_empty(), caches: Vec::new(), clusters: Vec::new() };
        for arn in arns {
            match arn.splitn(7, ':').collect::<Vec<_>>().as_slice() {
                [_, _, _, _, _, "serverlesscache", name] => wanted.caches.push(name),
                [_, _, _, _, _, "replicationgroup" | "cluster", name] => wanted.clusters.push(name),
                _ => {
                    tracing::warn!(arn, "is not the ARN of a serverless cache, replication group or cluster")
                }
            }
        }
        wanted
    }
}

impl ElastiCacheAsker {
    pub(crate) fn new(config: ElastiCacheConfig) -> Self {
        Self { api: Api::new(config.aws.clone(), "elasticache"), config }
    }

    /// The tags of all resources of these answers, as the pages that hold them, by ARN.
    async fn tags(&mut self, arns: Vec<String>) -> Result<BTreeMap<String, Page>, DiscoveryError> {
        let question =
            |arn: &String| Question::form("ListTagsForResource", VERSION, "Marker").with("ResourceName", arn);
        let questions = arns.iter().map(question).collect();
        let answers = ask_all(&mut self.api, self.config.request_concurrency, questions).await?;
        Ok(arns.into_iter().zip(answers.into_iter().flat_map(|pages| pages.into_iter().next())).collect())
    }
}

/// Calls `take` with each wanted element of a list over all pages.
fn each(
    pages: &[Page],
    list: &str,
    wanted: impl Fn(roxmltree::Node<'_, '_>) -> bool,
    mut take: impl FnMut(roxmltree::Node<'_, '_>) -> Result<(), DiscoveryError>,
) -> Result<(), DiscoveryError> {
    for page in pages {
        let document = xml::parse(&page.url, page.text()?)?;
        for element in xml::elements(document.root_element(), list).filter(|element| wanted(*element)) {
            take(element)?;
        }
    }
    Ok(())
}

/// Calls `make` with the list of a resource's tags.
fn with_tags<T>(
    tags: &BTreeMap<String, Page>,
    arn: &str,
    make: impl FnOnce(Option<roxmltree::Node<'_, '_>>) -> T,
) -> Result<T, DiscoveryError> {
    let Some(page) = tags.get(arn) else { return Ok(make(None)) };
    let document = xml::parse(&page.url, page.text()?)?;
    Ok(make(xml::child(document.root_element(), "ListTagsForResourceResult")))
}

impl Ask for ElastiCacheAsker {
    fn interval(&self) -> Duration {
        self.config.aws.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let question =
            Question::form("DescribeServerlessCaches", VERSION, "NextToken").with("MaxResults", "50");
        let caches = ask(&mut self.api, question).await?;
        let question = Question::form("DescribeCacheClusters", VERSION, "Marker");
        let question = question.with("MaxRecords", "100").with("ShowCacheNodeInfo", "true");
        let clusters = ask(&mut self.api, question).await?;

        let named = self.config.clusters.clone();
        let wanted = Wanted::of(&named);
        let wants =
            |list: &[&str], names: &[&str]| wanted.all || names.iter().any(|name| list.contains(name));
        let wants_cache = |cache: roxmltree::Node<'_, '_>| {
            wants(&wanted.caches, &[xml::text(cache, "ServerlessCacheName")])
        };
        let wants_cluster = |cluster: roxmltree::Node<'_, '_>| {
            let names = ["ReplicationGroupId", "CacheClusterId"].map(|at| xml::text(cluster, at));
            wants(&wanted.clusters, &names)
        };
        let mut arns = Vec::new();
        let mut note = |resource: roxmltree::Node<'_, '_>| {
            let arn = xml::text(resource, "ARN");
            arns.extend((!arn.is_empty()).then(|| arn.to_owned()));
            Ok(())
        };
        each(&caches, CACHES, wants_cache, &mut note)?;
        each(&clusters, CLUSTERS, wants_cluster, &mut note)?;
        let tags = self.tags(arns).await?;

        let mut targets: Vec<Meta> = Vec::new();
        each(&caches, CACHES, wants_cache, |cache| {
            let made = with_tags(&tags, xml::text(cache, "ARN"), |tags| serverless::target(cache, tags))?;
            targets.push(made);
            Ok(())
        })?;
        each(&clusters, CLUSTERS, wants_cluster, |cluster| {
            let made = with_tags(&tags, xml::text(cluster, "ARN"), |tags| cluster::targets(cluster, tags))?;
            targets.extend(made);
            Ok(())
        })?;
        Ok(one_group(self.api.region(), &targets))
    }
}
