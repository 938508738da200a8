//! One configured mechanism; the one dispatch over all mechanisms.

use std::sync::Arc;

use crate::refresh::{Refresher, Updates, run};
use crate::{
    AzureConfig, ConsulConfig, DigitalOceanConfig, DnsConfig, DockerConfig, Ec2Config, EcsConfig,
    ElastiCacheConfig, EurekaConfig, FileConfig, GceConfig, HetznerConfig, HttpConfig, IonosConfig,
    KubernetesConfig, KumaConfig, LightsailConfig, LinodeConfig, MarathonConfig, MskConfig, NomadConfig,
    OciConfig, OpenStackConfig, OutscaleConfig, OvhCloudConfig, PuppetDbConfig, RdsConfig, ScalewayConfig,
    StackitConfig, SwarmConfig, TargetGroup, TritonConfig, UyuniConfig, VultrConfig, ZooKeeperConfig, aws,
    azure, consul, digitalocean, dns, docker, eureka, file, gce, hetzner, http_sd, ionos, kubernetes, kuma,
    linode, marathon, nomad, oci, openstack, outscale, ovhcloud, puppetdb, scaleway, stackit, triton, uyuni,
    vultr, zookeeper,
};

/// One entry of a `*_sd_configs` or `static_configs` list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DiscoveryConfig {
    /// Targets written in the configuration file itself.
    Static(Vec<TargetGroup>),
    /// Targets in files, which are watched.
    File(FileConfig),
    /// Targets from DNS records.
    Dns(DnsConfig),
    /// Targets from a URL.
    Http(Box<HttpConfig>),
    /// Services of Consul.
    Consul(Box<ConsulConfig>),
    /// Objects of a Kubernetes cluster.
    Kubernetes(Box<KubernetesConfig>),
    /// Containers of Docker.
    Docker(Box<DockerConfig>),
    /// Services of Nomad.
    Nomad(Box<NomadConfig>),
    /// Resources of PuppetDB.
    PuppetDb(Box<PuppetDbConfig>),
    /// Virtual machines of Azure.
    Azure(Box<AzureConfig>),
    /// Services, tasks or nodes of a Docker swarm.
    Swarm(Box<SwarmConfig>),
    /// Instances of Amazon EC2.
    Ec2(Box<Ec2Config>),
    /// Instances of Amazon Lightsail.
    Lightsail(Box<LightsailConfig>),
    /// Instances of Google Compute Engine.
    Gce(Box<GceConfig>),
    /// Droplets or databases of DigitalOcean.
    DigitalOcean(Box<DigitalOceanConfig>),
    /// Servers of Hetzner.
    Hetzner(Box<HetznerConfig>),
    /// Instances of Linode.
    Linode(Box<LinodeConfig>),
    /// Instances of Vultr.
    Vultr(Box<VultrConfig>),
    /// Servers of Scaleway.
    Scaleway(Box<ScalewayConfig>),
    /// Servers of IONOS Cloud.
    Ionos(Box<IonosConfig>),
    /// Instances registered in Eureka.
    Eureka(Box<EurekaConfig>),
    /// Tasks of Marathon.
    Marathon(Box<MarathonConfig>),
    /// Machines of Triton.
    Triton(Box<TritonConfig>),
    /// Tasks of Amazon ECS.
    Ecs(Box<EcsConfig>),
    /// Nodes of Amazon MSK's Kafka clusters.
    Msk(Box<MskConfig>),
    /// Instances of Amazon RDS' database clusters.
    Rds(Box<RdsConfig>),
    /// Caches of Amazon ElastiCache.
    ElastiCache(Box<ElastiCacheConfig>),
    /// Proxies of a Kuma mesh.
    Kuma(Box<KumaConfig>),
    /// Instances, hypervisors or load balancers of OpenStack.
    OpenStack(Box<OpenStackConfig>),
    /// Servers of OVHcloud.
    OvhCloud(Box<OvhCloudConfig>),
    /// Virtual machines of Outscale.
    Outscale(Box<OutscaleConfig>),
    /// Instances of Oracle Cloud.
    Oci(Box<OciConfig>),
    /// Servers of STACKIT.
    Stackit(Box<StackitConfig>),
    /// Systems managed by Uyuni.
    Uyuni(Box<UyuniConfig>),
    /// Members of server sets in ZooKeeper.
    Serverset(Box<ZooKeeperConfig>),
    /// Services of Nerve in ZooKeeper.
    Nerve(Box<ZooKeeperConfig>),
}

impl DiscoveryConfig {
    /// The mechanism's name, as in metrics and logs.
    pub fn mechanism(&self) -> &'static str {
        match self {
            Self::Static(_) => "static",
            Self::File(_) => "file",
            Self::Dns(_) => "dns",
            Self::Http(_) => "http",
            Self::Consul(_) => "consul",
            Self::Kubernetes(_) => "kubernetes",
            Self::Docker(_) => "docker",
            Self::Nomad(_) => "nomad",
            Self::PuppetDb(_) => "puppetdb",
            Self::Azure(_) => "azure",
            Self::Swarm(_) => "dockerswarm",
            Self::Ec2(_) => "ec2",
            Self::Lightsail(_) => "lightsail",
            Self::Gce(_) => "gce",
            Self::DigitalOcean(_) => "digitalocean",
            Self::Hetzner(_) => "hetzner",
            Self::Linode(_) => "linode",
            Self::Vultr(_) => "vultr",
            Self::Scaleway(_) => "scaleway",
            Self::Ionos(_) => "ionos",
            Self::Eureka(_) => "eureka",
            Self::Marathon(_) => "marathon",
            Self::Triton(_) => "triton",
            Self::Ecs(_) => "ecs",
            Self::Msk(_) => "msk",
            Self::Rds(_) => "rds",
            Self::ElastiCache(_) => "elasticache",
            Self::Kuma(_) => "kuma",
            Self::OpenStack(_) => "openstack",
            Self::OvhCloud(_) => "ovhcloud",
            Self::Outscale(_) => "outscale",
            Self::Oci(_) => "oci",
            Self::Stackit(_) => "stackit",
            Self::Uyuni(_) => "uyuni",
            Self::Serverset(_) => "serverset",
            Self::Nerve(_) => "nerve",
        }
    }

    /// The groups that are known without asking anyone.
    pub(crate) fn known_groups(&self) -> Vec<Arc<TargetGroup>> {
        match self {
            Self::Static(groups) => groups
                .iter()
                .enumerate()
                .map(|(index, group)| {
                    let source =
                        if group.source.is_empty() { index.to_string() } else { group.source.clone() };
                    Arc::new(TargetGroup { source, ..group.clone() })
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Runs the mechanism until the task is aborted; returns at once when there is nothing to watch.
    pub(crate) async fn run(self, updates: Updates) {
        let refresher: Box<dyn Refresher> = match self {
            Self::Static(_) => return,
            Self::Kubernetes(config) => return kubernetes::run(*config, updates).await,
            Self::Consul(config) => return consul::run(*config, updates).await,
            Self::Serverset(config) => return zookeeper::run_serverset(*config, updates).await,
            Self::Nerve(config) => return zookeeper::run_nerve(*config, updates).await,
            Self::File(config) => Box::new(file::FileRefresher::new(config)),
            Self::Dns(config) => Box::new(dns::DnsRefresher::new(config)),
            Self::Http(config) => Box::new(http_sd::HttpRefresher::new(*config)),
            Self::Docker(config) => Box::new(docker::DockerRefresher::new(*config)),
            Self::Nomad(config) => Box::new(nomad::NomadRefresher::new(*config)),
            Self::PuppetDb(config) => Box::new(puppetdb::PuppetDbRefresher::new(*config)),
            Self::Azure(config) => Box::new(azure::AzureAsker::new(*config)),
            Self::Swarm(config) => Box::new(docker::SwarmAsker::new(*config)),
            Self::Ec2(config) => Box::new(aws::Ec2Asker::new(*config)),
            Self::Lightsail(config) => Box::new(aws::LightsailAsker::new(*config)),
            Self::Gce(config) => Box::new(gce::GceAsker::new(*config)),
            Self::DigitalOcean(config) => Box::new(digitalocean::DigitalOceanAsker::new(*config)),
            Self::Hetzner(config) => Box::new(hetzner::HetznerAsker::new(*config)),
            Self::Linode(config) => Box::new(linode::LinodeAsker::new(*config)),
            Self::Vultr(config) => Box::new(vultr::VultrAsker::new(*config)),
            Self::Scaleway(config) => Box::new(scaleway::ScalewayAsker::new(*config)),
            Self::Ionos(config) => Box::new(ionos::IonosAsker::new(*config)),
            Self::Eureka(config) => Box::new(eureka::EurekaAsker::new(*config)),
            Self::Marathon(config) => Box::new(marathon::MarathonAsker::new(*config)),
            Self::Triton(config) => Box::new(triton::TritonAsker::new(*config)),
            Self::Ecs(config) => Box::new(aws::EcsAsker::new(*config)),
            Self::Msk(config) => Box::new(aws::MskAsker::new(*config)),
            Self::Rds(config) => Box::new(aws::RdsAsker::new(*config)),
            Self::ElastiCache(config) => Box::new(aws::ElastiCacheAsker::new(*config)),
            Self::Kuma(config) => Box::new(kuma::KumaRefresher::new(*config)),
            Self::OpenStack(config) => Box::new(openstack::OpenStackAsker::new(*config)),
            Self::OvhCloud(config) => Box::new(ovhcloud::OvhCloudAsker::new(*config)),
            Self::Outscale(config) => Box::new(outscale::OutscaleAsker::new(*config)),
            Self::Oci(config) => Box::new(oci::OciAsker::new(*config)),
            Self::Stackit(config) => Box::new(stackit::StackitAsker::new(*config)),
            Self::Uyuni(config) => Box::new(uyuni::UyuniAsker::new(*config)),
        };
        run(refresher, updates).await;
    }
}
