//! The mechanisms that ask JSON interfaces, against scripted servers: which paths they ask, which labels come out.

use std::collections::BTreeMap;

use narthex_discovery::{ConsulConfig, DiscoveryConfig, DockerConfig, NomadConfig, PuppetDbConfig};
use narthex_http_client::Secret;
use narthex_model::Labels;
use support::{found, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::Url;

mod support;

#[tokio::test]
async fn consul() {
    let server = serve(&[
        ("/prefix/v1/agent/self", r#"{"Config": {"Datacenter": "dc1", "Other": 1}, "Stats": {}}"#),
        ("/prefix/v1/catalog/services", r#"{"web": ["prod", "v1"], "db": []}"#),
        (
            "/prefix/v1/health/service/web",
            r#"[{
                "Node": {"ID": "x", "Node": "n1", "Address": "10.0.0.1", "Datacenter": "dc1",
                    "TaggedAddresses": {"lan": "10.0.0.1"}, "Meta": {"rack-id": "r1"}},
                "Service": {"ID": "web-1", "Service": "web", "Tags": ["prod", "v1"], "Address": "", "Port": 8080,
                    "Meta": {"version": "2"}},
                "Checks": [{"CheckID": "c", "Status": "passing"}, {"CheckID": "d", "Status": "warning"}]
            }, {
                "Node": {"Node": "n2", "Address": "10.0.0.2", "Meta": null, "TaggedAddresses": null},
                "Service": {"ID": "web-2", "Tags": null, "Address": "fd00::2", "Port": 1},
                "Checks": [{"CheckID": "_node_maintenance", "Status": "critical"}]
            }]"#,
        ),
    ])
    .await;
    let config = ConsulConfig {
        token: Some(Secret::new("t0k3n")),
        tags: vec!["prod".to_owned()],
        ..ConsulConfig::new(server.url.join("prefix").unwrap())
    };
    let groups = found(DiscoveryConfig::Consul(Box::new(config))).await;
    assert_eq!(groups.len(), 1);
    assert_eq!(
        groups[0].labels,
        Labels::from_pairs([("__meta_consul_service", "web"), ("__meta_consul_dc", "dc1")])
    );
    let expected = [
        ("__address__", "10.0.0.1:8080"),
        ("__meta_consul_address", "10.0.0.1"),
        ("__meta_consul_health", "warning"),
        ("__meta_consul_metadata_rack_id", "r1"),
        ("__meta_consul_node", "n1"),
        ("__meta_consul_service_id", "web-1"),
        ("__meta_consul_service_metadata_version", "2"),
        ("__meta_consul_service_port", "8080"),
        ("__meta_consul_tagged_address_lan", "10.0.0.1"),
        ("__meta_consul_tags", ",prod,v1,"),
    ];
    assert_eq!(groups[0].targets[0], Labels::from_pairs(expected));
    assert_eq!(groups[0].targets[1].get("__address__"), Some("[fd00::2]:1"));
    assert_eq!(groups[0].targets[1].get("__meta_consul_tags"), Some(",,"), "no tags");
    assert_eq!(groups[0].targets[1].get("__meta_consul_health"), Some("maintenance"));
    let seen = server.requests();
    assert!(seen.iter().all(|request| request.contains("x-consul-token: t0k3n\r\n")));
    assert!(
        seen[2].starts_with("GET /prefix/v1/health/service/web?dc=dc1&stale&tag=prod HTTP/1.1\r\n"),
        "{}",
        seen[2]
    );
}

#[tokio::test]
async fn nomad() {
    let server = serve(&[
        ("/v1/services", r#"[{"Namespace": "default", "Services": [{"ServiceName": "redis", "Tags": ["db"]}]}]"#),
        (
            "/v1/service/redis",
            r#"[{"ID": "i", "ServiceName": "redis", "Namespace": "default", "NodeID": "n", "Datacenter": "dc1",
                "JobID": "j", "AllocID": "a", "Tags": ["db", "x"], "Address": "10.0.0.1", "Port": 6379}]"#,
        ),
    ])
    .await;
    let groups = found(DiscoveryConfig::Nomad(Box::new(NomadConfig::new(server.url.clone())))).await;
    let expected = [
        ("__address__", "10.0.0.1:6379"),
        ("__meta_nomad_address", "10.0.0.1"),
        ("__meta_nomad_dc", "dc1"),
        ("__meta_nomad_namespace", "default"),
        ("__meta_nomad_node_id", "n"),
        ("__meta_nomad_service", "redis"),
        ("__meta_nomad_service_address", "10.0.0.1"),
        ("__meta_nomad_service_alloc_id", "a"),
        ("__meta_nomad_service_id", "i"),
        ("__meta_nomad_service_job_id", "j"),
        ("__meta_nomad_service_port", "6379"),
        ("__meta_nomad_tags", ",db,x,"),
    ];
    assert_eq!(groups[0].targets, [Labels::from_pairs(expected)]);
    let first = server.requests()[0].clone();
    assert!(first.starts_with("GET /v1/services?namespace=default&region=global&stale HTTP/1.1"), "{first}");
}

#[tokio::test]
async fn puppetdb() {
    let server = serve(&[(
        "/pdb/query/v4",
        r#"[{"certname": "edge.example", "resource": "49af", "type": "Class", "title": "Prometheus::Node_exporter",
            "exported": false, "tags": ["a", "b"], "file": "/f.pp", "environment": "prod", "line": 3,
            "parameters": {"ensure": "present", "ports": [1, 2], "labels": {"team": "x"}, "none": null, "on": true}}]"#,
    )])
    .await;
    let config = PuppetDbConfig {
        include_parameters: true,
        port: 9100,
        ..PuppetDbConfig::new(server.url.clone(), "resources { type = \"Class\" }")
    };
    let groups = found(DiscoveryConfig::PuppetDb(Box::new(config))).await;
    let target = &groups[0].targets[0];
    for (label, value) in [
        ("__address__", "edge.example:9100"),
        ("__meta_puppetdb_certname", "edge.example"),
        ("__meta_puppetdb_environment", "prod"),
        ("__meta_puppetdb_exported", "false"),
        ("__meta_puppetdb_parameter_ensure", "present"),
        ("__meta_puppetdb_parameter_labels_team", "x"),
        ("__meta_puppetdb_parameter_on", "true"),
        ("__meta_puppetdb_parameter_ports", ",1,2,"),
        ("__meta_puppetdb_tags", ",a,b,"),
        ("__meta_puppetdb_type", "Class"),
    ] {
        assert_eq!(target.get(label), Some(value), "{label}");
    }
    let request = server.requests()[0].clone();
    assert!(request.starts_with("POST /pdb/query/v4 HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with(r#"{"query":"resources { type = \"Class\" }"}"#), "{request}");
}

const CONTAINERS: &str = r#"[{
    "Id": "c1", "Names": ["/web"], "Image": "shop/web:1", "ImageID": "sha256:abc", "Labels": {"com.example/team": "x"},
    "Ports": [{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}, {"PrivatePort": 53, "Type": "udp"}],
    "HostConfig": {"NetworkMode": "front"},
    "NetworkSettings": {"Networks": {
        "front": {"NetworkID": "n1", "IPAddress": "172.18.0.2"}, "back": {"NetworkID": "n2", "IPAddress": "172.19.0.2"}}}
}, {
    "Id": "c2", "Names": ["/sidecar"], "Labels": {}, "Ports": [], "HostConfig": {"NetworkMode": "container:c1"},
    "NetworkSettings": {"Networks": {}}
}, {
    "Id": "c4", "Names": ["/sidecar-of-sidecar"], "Ports": [{"PrivatePort": 81, "Type": "tcp"}],
    "HostConfig": {"NetworkMode": "container:c2"}, "NetworkSettings": {"Networks": {}}
}, {
    "Id": "c5", "Names": ["/v6"], "Ports": [], "HostConfig": {"NetworkMode": "six"},
    "NetworkSettings": {"Networks": {"six": {"NetworkID": "n4", "IPAddress": "", "GlobalIPv6Address": "fd00::5"}}}
}, {
    "Id": "c3", "Names": ["/host"], "Ports": [], "HostConfig": {"NetworkMode": "host"},
    "NetworkSettings": {"Networks": {"host": {"NetworkID": "n3", "IPAddress": ""}}}
}]"#;
const NETWORKS: &str = r#"[
    {"Id": "n1", "Name": "front", "Ingress": false, "Internal": false, "Labels": {"a.b": "c"}},
    {"Id": "n2", "Name": "back", "Internal": true}, {"Id": "n3", "Name": "host"}]"#;

#[tokio::test]
async fn docker() {
    let server = serve(&[("/containers/json", CONTAINERS), ("/networks", NETWORKS)]).await;
    let tcp: Url = server.url.as_str().replace("http://", "tcp://").parse().unwrap();
    let config = DockerConfig {
        match_first_network: false,
        filters: BTreeMap::from([("status".to_owned(), vec!["running".to_owned()])]),
        ..DockerConfig::new(tcp)
    };
    let groups = found(DiscoveryConfig::Docker(Box::new(config))).await;
    let addresses: Vec<&str> = groups[0].targets.iter().map(|target| target.value("__address__")).collect();
    let expected = [
        "172.19.0.2:80",
        "172.18.0.2:80",
        "172.19.0.2:80",
        "172.18.0.2:80",
        "172.19.0.2:81",
        "172.18.0.2:81",
        "[fd00::5]:80",
        "localhost",
    ];
    assert_eq!(addresses, expected);
    let expected = [
        ("__address__", "172.18.0.2:80"),
        ("__meta_docker_container_id", "c1"),
        ("__meta_docker_container_image", "shop/web:1"),
        ("__meta_docker_container_image_id", "sha256:abc"),
        ("__meta_docker_container_label_com_example_team", "x"),
        ("__meta_docker_container_name", "/web"),
        ("__meta_docker_container_network_mode", "front"),
        ("__meta_docker_network_id", "n1"),
        ("__meta_docker_network_ingress", "false"),
        ("__meta_docker_network_internal", "false"),
        ("__meta_docker_network_ip", "172.18.0.2"),
        ("__meta_docker_network_label_a_b", "c"),
        ("__meta_docker_network_name", "front"),
        ("__meta_docker_port_private", "80"),
        ("__meta_docker_port_public", "8080"),
        ("__meta_docker_port_public_ip", "0.0.0.0"),
    ];
    assert_eq!(groups[0].targets[1], Labels::from_pairs(expected));
    let first = server.requests()[0].clone();
    assert!(
        first.starts_with("GET /containers/json?filters=%7B%22status%22%3A%5B%22running%22%5D%7D "),
        "{first}"
    );
}

#[tokio::test]
async fn docker_at_its_socket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docker.sock");
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.unwrap_or(0);
            let containers = String::from_utf8_lossy(&request[..length]).starts_with("GET /containers/json ");
            let body = if containers { CONTAINERS } else { NETWORKS };
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all((head + body).as_bytes()).await;
        }
    });
    let host: Url = format!("unix://{}", path.display()).parse().unwrap();
    let groups = found(DiscoveryConfig::Docker(Box::new(DockerConfig::new(host)))).await;
    assert_eq!(groups[0].targets.len(), 5, "one network each");
}
