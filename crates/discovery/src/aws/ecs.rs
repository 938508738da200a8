//! ECS: tasks of the clusters of a region, at their own address or at that of the machine they run on.
//!
//! Tasks, services and container instances are ECS' own; addresses of machines and the public ones of network
//! interfaces are asked of EC2.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use roxmltree::Node;
use serde_json::{Value, json};

use super::EcsConfig;
use super::api::Api;
use super::question::{Page, Question, ask, ask_all};
use crate::ask::{Ask, list, one_group, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, sanitize};
use crate::{DiscoveryError, TargetGroup, xml};

const PREFIX: &str = "__meta_ecs_";
const EC2_VERSION: &str = "2016-11-15";
/// How many resources one description covers at most.
const BATCH: usize = 100;
const SERVICES_BATCH: usize = 10;

/// The name of an action, with its service and version.
macro_rules! target {
    ($action:literal) => {
        concat!("AmazonEC2ContainerServiceV20141113.", $action)
    };
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct EcsAsker {
    ecs: Api,
    ec2: Api,
    config: EcsConfig,
}

/// A machine of EC2 on which tasks run.
#[derive(Debug, Default)]
struct Machine {
    private: String,
    public: String,
    subnet: String,
    kind: String,
    tags: Vec<(String, String)>,
}

/// What is known of the tasks of one cluster.
#[derive(Debug, Default)]
struct Known {
    services: BTreeMap<String, Value>,
    /// The identifier of the machine by the ARN of its container instance.
    instances: BTreeMap<String, String>,
    machines: BTreeMap<String, Machine>,
    /// The public address by the identifier of the network interface.
    public: BTreeMap<String, String>,
}

impl EcsAsker {
    pub(crate) fn new(config: EcsConfig) -> Self {
        let mut ec2 = config.aws.clone();
        ec2.cloud.endpoint.clone_from(&config.ec2_endpoint);
        Self { ecs: Api::new(config.aws.clone(), "ecs"), ec2: Api::new(ec2, "ec2"), config }
    }

    /// Asks ECS; gives for each question the values of a list of its answer.
    async fn lists(&mut self, questions: Vec<Question>, at: &str) -> Result<Vec<Vec<Value>>, DiscoveryError> {
        let answers = ask_all(&mut self.ecs, self.config.request_concurrency, questions).await?;
        answers.iter().map(|pages| values(pages, at)).collect()
    }

    /// Describes the resources of a cluster in batches.
    async fn describe(
        &mut self,
        target: &'static str,
        field: &str,
        ids: &[String],
        cluster: Option<&str>,
    ) -> Result<Vec<Value>, DiscoveryError> {
        let batch = if field == "services" { SERVICES_BATCH } else { BATCH };
        let question = |ids: &[String]| {
            let mut body = json!({ field: ids });
            if field != "containerInstances" {
                body["include"] = json!(["TAGS"]);
            }
            if let Some(cluster) = cluster {
                body["cluster"] = json!(cluster);
            }
            Question::Json { target, body }
        };
        let questions = ids.chunks(batch).map(question).collect();
        Ok(self.lists(questions, &format!("/{field}")).await?.into_iter().flatten().collect())
    }

    async fn clusters(&mut self) -> Result<Vec<Value>, DiscoveryError> {
        let mut arns = self.config.clusters.clone();
        if arns.is_empty() {
            let body = json!({ "maxResults": BATCH });
            let question = Question::Json { target: target!("ListClusters"), body };
            let pages = ask(&mut self.ecs, question).await?;
            arns = owned(&values(&pages, "/clusterArns")?);
        }
        self.describe(target!("DescribeClusters"), "clusters", &arns, None).await
    }

    /// The ARNs of the tasks or services of each cluster.
    async fn members(
        &mut self,
        target: &'static str,
        at: &str,
        clusters: &[Value],
    ) -> Result<Vec<Vec<String>>, DiscoveryError> {
        let question = |cluster: &Value| Question::Json {
            target,
            body: json!({ "cluster": text(cluster, "/clusterArn"), "maxResults": BATCH }),
        };
        let lists = self.lists(clusters.iter().map(question).collect(), at).await?;
        Ok(lists.iter().map(|list| owned(list)).collect())
    }

    async fn known(
        &mut self,
        cluster: &str,
        services: &[String],
        tasks: &[Value],
    ) -> Result<Known, DiscoveryError> {
        let services =
            self.describe(target!("DescribeServices"), "services", services, Some(cluster)).await?;
        let mut known = Known {
            services: services.into_iter().map(|one| (text(&one, "/serviceName"), one)).collect(),
            ..Known::default()
        };
        let distinct = |places: Vec<String>| -> Vec<String> {
            places.into_iter().filter(|text| !text.is_empty()).collect::<BTreeSet<_>>().into_iter().collect()
        };
        let hosts = distinct(tasks.iter().map(|task| text(task, "/containerInstanceArn")).collect());
        let target = target!("DescribeContainerInstances");
        for instance in self.describe(target, "containerInstances", &hosts, Some(cluster)).await? {
            known
                .instances
                .insert(text(&instance, "/containerInstanceArn"), text(&instance, "/ec2InstanceId"));
        }
        let machines = distinct(known.instances.values().cloned().collect());
        for page in self.ec2_pages("DescribeInstances", "InstanceId", &machines).await? {
            let document = xml::parse(&page.url, page.text()?)?;
            for reservation in xml::elements(document.root_element(), "reservationSet") {
                known.machines.extend(xml::elements(reservation, "instancesSet").map(machine));
            }
        }
        let cards = distinct(tasks.iter().map(|task| detail(task, "networkInterfaceId")).collect());
        for page in self.ec2_pages("DescribeNetworkInterfaces", "NetworkInterfaceId", &cards).await? {
            let document = xml::parse(&page.url, page.text()?)?;
            let cards = xml::elements(document.root_element(), "networkInterfaceSet");
            known.public.extend(cards.map(|card| {
                let public = xml::text(card, "association/publicIp").to_owned();
                (xml::text(card, "networkInterfaceId").to_owned(), public)
            }));
        }
        Ok(known)
    }

    /// Asks EC2 for resources by their identifiers.
    async fn ec2_pages(
        &mut self,
        action: &str,
        field: &str,
        ids: &[String],
    ) -> Result<Vec<Page>, DiscoveryError> {
        let question = |ids: &[String]| {
            let question = Question::form(action, EC2_VERSION, "NextToken");
            ids.iter()
                .enumerate()
                .fold(question, |q, (index, id)| q.with(format!("{field}.{}", index + 1), id))
        };
        let questions = ids.chunks(BATCH).map(question).collect();
        let answers = ask_all(&mut self.ec2, self.config.request_concurrency, questions).await?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// A task without an address makes no target.
    fn target(&self, cluster: &Value, task: &Value, known: &Known) -> Option<Meta> {
        let host = text(task, "/containerInstanceArn");
        let id = known.instances.get(&host);
        let machine = id.and_then(|id| known.machines.get(id));
        let own = attachment(task).is_some();
        let (address, subnet, public) = if own {
            let public = known.public.get(&detail(task, "networkInterfaceId")).cloned();
            (detail(task, "privateIPv4Address"), detail(task, "subnetId"), public.unwrap_or_default())
        } else {
            machine.map(|m| (m.private.clone(), m.subnet.clone(), m.public.clone())).unwrap_or_default()
        };
        if address.is_empty() {
            return None;
        }
        let mut target = Meta::new();
        target.set(ADDRESS_LABEL, host_port(&address, self.config.aws.cloud.port));
        target.set("__meta_ecs_region", self.ecs.region());
        target.set("__meta_ecs_ip_address", address);
        target.set("__meta_ecs_subnet_id", subnet);
        target.set("__meta_ecs_public_ip", public);
        target.set("__meta_ecs_network_mode", if own { "awsvpc" } else { "bridge" });
        target.set_texts(PREFIX, cluster, &[("cluster", "/clusterName"), ("cluster_arn", "/clusterArn")]);
        target.set_texts(
            PREFIX,
            task,
            &[
                ("availability_zone", "/availabilityZone"),
                ("container_instance_arn", "/containerInstanceArn"),
                ("desired_status", "/desiredStatus"),
                ("health_status", "/healthStatus"),
                ("last_status", "/lastStatus"),
                ("launch_type", "/launchType"),
                ("platform_family", "/platformFamily"),
                ("platform_version", "/platformVersion"),
                ("task_arn", "/taskArn"),
                ("task_definition", "/taskDefinitionArn"),
                ("task_group", "/group"),
            ],
        );
        set_tags(&mut target, "cluster", cluster);
        set_tags(&mut target, "task", task);
        let group = text(task, "/group");
        if let Some(service) = group.strip_prefix("service:").and_then(|name| known.services.get(name)) {
            target.set_texts(
                PREFIX,
                service,
                &[("service", "/serviceName"), ("service_arn", "/serviceArn"), ("service_status", "/status")],
            );
            set_tags(&mut target, "service", service);
        }
        target.set_some("__meta_ecs_ec2_instance_id", id);
        if let Some(machine) = machine {
            target.set("__meta_ecs_ec2_instance_type", &machine.kind);
            target.set("__meta_ecs_ec2_instance_private_ip", &machine.private);
            target.set("__meta_ecs_ec2_instance_public_ip", &machine.public);
            let tags = machine.tags.iter().map(|(name, value)| (name, value));
            target.set_all("__meta_ecs_tag_ec2_", tags);
        }
        Some(target)
    }
}

/// The values of a list over all pages.
fn values(pages: &[Page], at: &str) -> Result<Vec<Value>, DiscoveryError> {
    let mut all = Vec::new();
    for page in pages {
        all.extend_from_slice(list(&page.json()?, at));
    }
    Ok(all)
}

fn owned(values: &[Value]) -> Vec<String> {
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The network interface of a task that has its own.
fn attachment(task: &Value) -> Option<&Value> {
    let mut attachments = list(task, "/attachments").iter();
    attachments.find(|attachment| text(attachment, "/type") == "ElasticNetworkInterface")
}

/// A detail of a task's network interface; empty when there is none.
fn detail(task: &Value, name: &str) -> String {
    let details = attachment(task).map_or(&[][..], |attachment| list(attachment, "/details"));
    details
        .iter()
        .find(|detail| text(detail, "/name") == name)
        .map_or_else(String::new, |d| text(d, "/value"))
}

fn machine(instance: Node<'_, '_>) -> (String, Machine) {
    let field = |at: &str| xml::text(instance, at).to_owned();
    let tag = |tag: Node<'_, '_>| (xml::text(tag, "key").to_owned(), xml::text(tag, "value").to_owned());
    let machine = Machine {
        private: field("privateIpAddress"),
        public: field("ipAddress"),
        subnet: field("subnetId"),
        kind: field("instanceType"),
        tags: xml::elements(instance, "tagSet").map(tag).collect(),
    };
    (field("instanceId"), machine)
}

fn set_tags(target: &mut Meta, of: &str, resource: &Value) {
    for tag in list(resource, "/tags") {
        target.set(format!("{PREFIX}tag_{of}_{}", sanitize(&text(tag, "/key"))), text(tag, "/value"));
    }
}

impl Ask for EcsAsker {
    fn interval(&self) -> Duration {
        self.config.aws.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let clusters = self.clusters().await?;
        let tasks = self.members(target!("ListTasks"), "/taskArns", &clusters).await?;
        let services = self.members(target!("ListServices"), "/serviceArns", &clusters).await?;
        let mut targets = Vec::new();
        for ((cluster, tasks), services) in clusters.iter().zip(&tasks).zip(&services) {
            if tasks.is_empty() {
                continue;
            }
            let arn = text(cluster, "/clusterArn");
            let tasks = self.describe(target!("DescribeTasks"), "tasks", tasks, Some(&arn)).await?;
            let known = self.known(&arn, services, &tasks).await?;
            targets.extend(tasks.iter().filter_map(|task| self.target(cluster, task, &known)));
        }
        Ok(one_group(self.ecs.region(), &targets))
    }
}
