//! Discovery sections to options: each mechanism once, compared whole.

mod http;
mod platforms;

use std::time::Duration;

use narthex_discovery::{
    AttachMetadata, AwsOptions, AzureAuthentication, AzureConfig, CloudOptions, ConsulConfig,
    DigitalOceanConfig, DigitalOceanRole, DiscoveryConfig, DnsConfig, DnsType, DockerConfig, Ec2Config,
    EurekaConfig, GceConfig, HetznerConfig, HetznerRole, IonosConfig, KubernetesConfig, KubernetesRole,
    KubernetesSelector, LightsailConfig, LinodeConfig, MarathonConfig, NomadConfig, PuppetDbConfig,
    ScalewayConfig, ScalewayRole, SwarmConfig, SwarmRole, TritonConfig, TritonRole, VultrConfig,
};
use narthex_http_client::{BasicAuth, HttpOptions, Secret, SecretSource};

use super::jobs;
use crate::config::Config;

/// The one mechanism of a job with this section, written as flow YAML.
fn mapped(section: &str, fields: &str) -> DiscoveryConfig {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prometheus.yml");
    let text = format!("scrape_configs:\n- job_name: j\n  {section}:\n  - {fields}\n");
    std::fs::write(&path, text).unwrap();
    let config = Config::load(&path).unwrap_or_else(|error| panic!("{section}: {error}"));
    let mut found = jobs(&config).unwrap().remove(0).discovery;
    assert_eq!(found.len(), 1, "{section}");
    found.remove(0)
}

fn url(text: &str) -> url::Url {
    text.parse().unwrap()
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn inline(text: &str) -> SecretSource {
    SecretSource::Inline(Secret::new(text))
}

fn cloud(port: u16, seconds: u64) -> CloudOptions {
    CloudOptions { port, refresh_interval: Duration::from_secs(seconds), ..CloudOptions::default() }
}

#[test]
fn services() {
    let dns = mapped("dns_sd_configs", "{names: [a, b], type: AAAA, port: 9, refresh_interval: 10s}");
    let expected = DnsConfig {
        names: owned(&["a", "b"]),
        record_type: DnsType::Aaaa,
        port: 9,
        refresh_interval: Duration::from_secs(10),
    };
    assert_eq!(dns, DiscoveryConfig::Dns(expected));

    let consul = mapped(
        "consul_sd_configs",
        "{server: 'c:1', scheme: https, path_prefix: /p, token: t, datacenter: d, namespace: n, partition: q, services: [s],
          tags: [t], node_meta: {k: v}, filter: F, health_filter: H, tag_separator: '|', allow_stale: false, refresh_interval: 5s}",
    );
    let expected = ConsulConfig {
        token: Some(Secret::new("t")),
        datacenter: "d".to_owned(),
        namespace: "n".to_owned(),
        partition: "q".to_owned(),
        services: owned(&["s"]),
        tags: owned(&["t"]),
        node_meta: [("k".to_owned(), "v".to_owned())].into(),
        filter: "F".to_owned(),
        health_filter: "H".to_owned(),
        tag_separator: "|".to_owned(),
        allow_stale: false,
        refresh_interval: Duration::from_secs(5),
        ..ConsulConfig::new(url("https://c:1/p"))
    };
    assert_eq!(consul, DiscoveryConfig::Consul(Box::new(expected)));
    let consul = mapped("consul_sd_configs", "{username: u, password: p}");
    let basic_auth = Some(BasicAuth { username: inline("u"), password: inline("p") });
    let http = HttpOptions { basic_auth, ..HttpOptions::default() };
    let expected = ConsulConfig { http, ..ConsulConfig::new(url("http://localhost:8500/")) };
    assert_eq!(consul, DiscoveryConfig::Consul(Box::new(expected)));

    let docker = mapped(
        "docker_sd_configs",
        "{host: 'unix:///d.sock', port: 7, host_networking_host: h, match_first_network: false,
          filters: [{name: a, values: [x]}, {name: a, values: [y]}]}",
    );
    let daemon = DockerConfig {
        port: 7,
        filters: [("a".to_owned(), owned(&["x", "y"]))].into(),
        ..DockerConfig::new(url("unix:///d.sock"))
    };
    let expected =
        DockerConfig { host_networking_host: "h".to_owned(), match_first_network: false, ..daemon.clone() };
    assert_eq!(docker, DiscoveryConfig::Docker(Box::new(expected)));
    let fields = "{host: 'unix:///d.sock', port: 7, role: tasks, filters: [{name: a, values: [x, y]}]}";
    let expected = SwarmConfig { role: SwarmRole::Tasks, daemon };
    assert_eq!(mapped("dockerswarm_sd_configs", fields), DiscoveryConfig::Swarm(Box::new(expected)));

    let nomad = mapped(
        "nomad_sd_configs",
        "{server: 'http://n:1', namespace: a, region: b, allow_stale: false, tag_separator: ';'}",
    );
    let expected = NomadConfig {
        namespace: "a".to_owned(),
        region: "b".to_owned(),
        allow_stale: false,
        tag_separator: ";".to_owned(),
        ..NomadConfig::new(url("http://n:1"))
    };
    assert_eq!(nomad, DiscoveryConfig::Nomad(Box::new(expected)));

    let fields = "{url: 'http://p:1', query: Q, include_parameters: true, port: 3}";
    let expected =
        PuppetDbConfig { include_parameters: true, port: 3, ..PuppetDbConfig::new(url("http://p:1"), "Q") };
    assert_eq!(mapped("puppetdb_sd_configs", fields), DiscoveryConfig::PuppetDb(Box::new(expected)));

    let expected = EurekaConfig::new(url("http://e/eureka"));
    let found = mapped("eureka_sd_configs", "{server: 'http://e/eureka'}");
    assert_eq!(found, DiscoveryConfig::Eureka(Box::new(expected)));

    let found = mapped("marathon_sd_configs", "{servers: ['http://m'], auth_token: t}");
    let expected = MarathonConfig {
        servers: vec![url("http://m")],
        auth_token: Some(inline("t")),
        refresh_interval: Duration::from_secs(30),
        http: HttpOptions::default(),
    };
    assert_eq!(found, DiscoveryConfig::Marathon(Box::new(expected)));

    let fields = "{account: a, dns_suffix: s, endpoint: e, groups: [g], role: cn, version: 2}";
    let DiscoveryConfig::Triton(found) = mapped("triton_sd_configs", fields) else { panic!("not Triton") };
    let expected = TritonConfig {
        role: TritonRole::ComputeNode,
        endpoint: url("https://e:9163/v2"),
        dns_suffix: "s".to_owned(),
        groups: owned(&["g"]),
        port: 9163,
        refresh_interval: Duration::from_secs(60),
        http: found.http.clone(),
    };
    assert_eq!(*found, expected);
}

#[test]
fn kubernetes() {
    let found = mapped(
        "kubernetes_sd_configs",
        "{role: pod, api_server: 'https://k', namespaces: {names: [a]}, selectors: [{role: pod, label: l, field: f=g}],
          attach_metadata: {node: true, cronjob: true}}",
    );
    let expected = KubernetesConfig {
        api_server: Some(url("https://k")),
        namespaces: owned(&["a"]),
        selectors: vec![KubernetesSelector {
            role: KubernetesRole::Pod,
            label: "l".to_owned(),
            field: "f=g".to_owned(),
        }],
        attach: AttachMetadata { node: true, cronjob: true, ..AttachMetadata::default() },
        ..KubernetesConfig::new(KubernetesRole::Pod)
    };
    assert_eq!(found, DiscoveryConfig::Kubernetes(Box::new(expected)));
    let found = mapped("kubernetes_sd_configs", "{role: endpointslice, namespaces: {own_namespace: true}}");
    let expected =
        KubernetesConfig { own_namespace: true, ..KubernetesConfig::new(KubernetesRole::EndpointSlice) };
    assert_eq!(found, DiscoveryConfig::Kubernetes(Box::new(expected)));
    let found = mapped("kubernetes_sd_configs", "{role: node, kubeconfig_file: /k}");
    let expected = KubernetesConfig {
        kubeconfig_file: Some("/k".into()),
        ..KubernetesConfig::new(KubernetesRole::Node)
    };
    assert_eq!(found, DiscoveryConfig::Kubernetes(Box::new(expected)));
}

#[test]
fn clouds() {
    let aws = |port| AwsOptions {
        region: "r".to_owned(),
        keys: Some(("k".to_owned(), Secret::new("s"))),
        role_arn: "arn".to_owned(),
        external_id: "x".to_owned(),
        cloud: CloudOptions { endpoint: Some(url("http://e")), ..cloud(port, 60) },
        ..AwsOptions::default()
    };
    let keys = "region: r, endpoint: 'http://e', access_key: k, secret_key: s, role_arn: arn, external_id: x";
    let found =
        mapped("ec2_sd_configs", &format!("{{{keys}, port: 1, filters: [{{name: n, values: [v]}}]}}"));
    let expected = Ec2Config { aws: aws(1), filters: [("n".to_owned(), owned(&["v"]))].into() };
    assert_eq!(found, DiscoveryConfig::Ec2(Box::new(expected)));
    let found = mapped("lightsail_sd_configs", &format!("{{{keys}}}"));
    assert_eq!(found, DiscoveryConfig::Lightsail(Box::new(LightsailConfig { aws: aws(80) })));

    let found = mapped("gce_sd_configs", "{project: p, zone: z, filter: f, tag_separator: '|', port: 2}");
    let DiscoveryConfig::Gce(found) = found else { panic!("not GCE") };
    assert_eq!((found.cloud.port, found.filter.as_str(), found.tag_separator.as_str()), (2, "f", "|"));
    assert_eq!(GceConfig::new("p", "z").project, found.project);
    assert!(found.cloud.http.authorization.is_none());

    let fields = "{subscription_id: s, tenant_id: t, client_id: c, client_secret: x, resource_group: g}";
    let expected = AzureConfig {
        tenant_id: "t".to_owned(),
        client_id: "c".to_owned(),
        client_secret: Some(Secret::new("x")),
        resource_group: "g".to_owned(),
        cloud: cloud(80, 300),
        ..AzureConfig::new("s")
    };
    assert_eq!(mapped("azure_sd_configs", fields), DiscoveryConfig::Azure(Box::new(expected)));
    let fields = "{subscription_id: s, authentication_method: WorkloadIdentity}";
    let authentication = AzureAuthentication::WorkloadIdentity;
    let expected = AzureConfig { authentication, ..AzureConfig::new("s") };
    assert_eq!(mapped("azure_sd_configs", fields), DiscoveryConfig::Azure(Box::new(expected)));

    let expected = DigitalOceanConfig { role: DigitalOceanRole::Databases, cloud: cloud(3, 60) };
    let found = mapped("digitalocean_sd_configs", "{role: databases, port: 3}");
    assert_eq!(found, DiscoveryConfig::DigitalOcean(Box::new(expected)));

    let role = HetznerRole::Robot;
    let expected = HetznerConfig { role, label_selector: "l".to_owned(), cloud: cloud(80, 60) };
    let found = mapped("hetzner_sd_configs", "{role: robot, label_selector: l}");
    assert_eq!(found, DiscoveryConfig::Hetzner(Box::new(expected)));

    let expected = LinodeConfig { region: "r".to_owned(), cloud: cloud(80, 60), ..LinodeConfig::default() };
    assert_eq!(mapped("linode_sd_configs", "{region: r}"), DiscoveryConfig::Linode(Box::new(expected)));
    let expected = VultrConfig { cloud: cloud(4, 60) };
    assert_eq!(mapped("vultr_sd_configs", "{port: 4}"), DiscoveryConfig::Vultr(Box::new(expected)));
    let expected = IonosConfig { datacenter_id: "d".to_owned(), cloud: cloud(80, 60) };
    assert_eq!(mapped("ionos_sd_configs", "{datacenter_id: d}"), DiscoveryConfig::Ionos(Box::new(expected)));

    let fields = "{role: baremetal, project_id: p, access_key: a, secret_key_file: /f, api_url: 'http://s',
        name_filter: n, tags_filter: [t]}";
    let expected = ScalewayConfig {
        role: ScalewayRole::Baremetal,
        project_id: "p".to_owned(),
        zone: "fr-par-1".to_owned(),
        secret_key: SecretSource::File("/f".into()),
        name_filter: "n".to_owned(),
        tags_filter: owned(&["t"]),
        cloud: CloudOptions { endpoint: Some(url("http://s")), ..cloud(80, 60) },
    };
    assert_eq!(mapped("scaleway_sd_configs", fields), DiscoveryConfig::Scaleway(Box::new(expected)));
}
