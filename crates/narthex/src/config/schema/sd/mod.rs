//! Discovery mechanisms, one per file, and the table of all of them.

mod aws;
mod azure;
mod consul;
mod digitalocean;
mod dns;
mod docker;
mod dockerswarm;
mod eureka;
mod file;
mod filter;
mod gce;
mod hetzner;
mod http;
mod ionos;
mod kubernetes;
mod kuma;
mod label_selector;
mod linode;
mod marathon;
mod nomad;
mod oci;
mod openstack;
mod outscale;
mod ovhcloud;
mod puppetdb;
mod scaleway;
mod stackit;
mod triton;
mod uyuni;
mod vultr;
mod zookeeper;

use super::static_config::STATIC;
use super::{Field, Kind, opt};

/// The fields that every place with discovery inlines, sorted by name.
pub(crate) const SD_FIELDS: &[Field] = &[
    opt("aws_sd_configs", Kind::Sections(&aws::AWS)),
    opt("azure_sd_configs", Kind::Sections(&azure::SECTION)),
    opt("consul_sd_configs", Kind::Sections(&consul::SECTION)),
    opt("digitalocean_sd_configs", Kind::Sections(&digitalocean::SECTION)),
    opt("dns_sd_configs", Kind::Sections(&dns::SECTION)),
    opt("docker_sd_configs", Kind::Sections(&docker::SECTION)),
    opt("dockerswarm_sd_configs", Kind::Sections(&dockerswarm::SECTION)),
    opt("ec2_sd_configs", Kind::Sections(&aws::EC2)),
    opt("ecs_sd_configs", Kind::Sections(&aws::ECS)),
    opt("elasticache_sd_configs", Kind::Sections(&aws::ELASTICACHE)),
    opt("eureka_sd_configs", Kind::Sections(&eureka::SECTION)),
    opt("file_sd_configs", Kind::Sections(&file::SECTION)),
    opt("gce_sd_configs", Kind::Sections(&gce::SECTION)),
    opt("hetzner_sd_configs", Kind::Sections(&hetzner::SECTION)),
    opt("http_sd_configs", Kind::Sections(&http::SECTION)),
    opt("ionos_sd_configs", Kind::Sections(&ionos::SECTION)),
    opt("kubernetes_sd_configs", Kind::Sections(&kubernetes::SECTION)),
    opt("kuma_sd_configs", Kind::Sections(&kuma::SECTION)),
    opt("lightsail_sd_configs", Kind::Sections(&aws::LIGHTSAIL)),
    opt("linode_sd_configs", Kind::Sections(&linode::SECTION)),
    opt("marathon_sd_configs", Kind::Sections(&marathon::SECTION)),
    opt("msk_sd_configs", Kind::Sections(&aws::MSK)),
    opt("nerve_sd_configs", Kind::Sections(&zookeeper::NERVE)),
    opt("nomad_sd_configs", Kind::Sections(&nomad::SECTION)),
    opt("oci_sd_configs", Kind::Sections(&oci::SECTION)),
    opt("openstack_sd_configs", Kind::Sections(&openstack::SECTION)),
    opt("outscale_sd_configs", Kind::Sections(&outscale::SECTION)),
    opt("ovhcloud_sd_configs", Kind::Sections(&ovhcloud::SECTION)),
    opt("puppetdb_sd_configs", Kind::Sections(&puppetdb::SECTION)),
    opt("rds_sd_configs", Kind::Sections(&aws::RDS)),
    opt("scaleway_sd_configs", Kind::Sections(&scaleway::SECTION)),
    opt("serverset_sd_configs", Kind::Sections(&zookeeper::SERVERSET)),
    opt("stackit_sd_configs", Kind::Sections(&stackit::SECTION)),
    opt("static_configs", Kind::Sections(&STATIC)),
    opt("triton_sd_configs", Kind::Sections(&triton::SECTION)),
    opt("uyuni_sd_configs", Kind::Sections(&uyuni::SECTION)),
    opt("vultr_sd_configs", Kind::Sections(&vultr::SECTION)),
];
