//! Kubernetes discovery against a scripted API server: lists in pages, watches, their ends, and the labels of all roles.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use narthex_discovery::{
    AttachMetadata, DiscoveryConfig, DiscoveryManager, KubernetesConfig, KubernetesRole, KubernetesSelector,
    ManagerOptions, Pools,
};
use support::{Answer, Server, assert_labels, serve_with, targets};

mod support;

const PREFIX: &str = "__meta_kubernetes_";

const POD: &str = r#"{"metadata": {"name": "web-1", "namespace": "shop", "uid": "u1", "resourceVersion": "7",
    "labels": {"app.kubernetes.io/name": "web"}, "annotations": {"note": "n"},
    "ownerReferences": [{"kind": "X", "name": "x"}, {"kind": "ReplicaSet", "name": "web-abc", "controller": true}]},
  "spec": {"nodeName": "n1", "containers": [
      {"name": "app", "image": "web:1", "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"},
                                                  {"name": "admin", "containerPort": 9000, "protocol": "TCP"}]},
      {"name": "side", "image": "side:2"}],
    "initContainers": [{"name": "setup", "image": "setup:1"}]},
  "status": {"podIP": "10.1.0.5", "hostIP": "10.0.0.1", "phase": "Running",
    "conditions": [{"type": "Ready", "status": "True"}],
    "containerStatuses": [{"name": "app", "containerID": "containerd://c1"}]}}"#;
const NODE: &str = r#"{"metadata": {"name": "n1", "labels": {"zone": "a"}}, "spec": {"providerID": "cloud:///n1"},
  "status": {"addresses": [{"type": "Hostname", "address": "n1.local"}, {"type": "InternalIP", "address": "10.0.0.1"}],
    "conditions": [{"type": "Ready", "status": "True"}, {"type": "DiskPressure", "status": "False"}],
    "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}}}}"#;
const SERVICE: &str = r#"{"metadata": {"name": "web", "namespace": "shop", "labels": {"team": "x"}},
  "spec": {"type": "LoadBalancer", "clusterIP": "10.96.0.1", "loadBalancerIP": "1.2.3.4",
    "ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv4", "IPv6"],
    "ports": [{"name": "http", "port": 80, "protocol": "TCP"}]}}"#;
const ENDPOINTS: &str = r#"{"metadata": {"name": "web", "namespace": "shop", "labels": {"e": "1"}},
  "subsets": [{"ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
    "addresses": [{"ip": "10.1.0.5", "nodeName": "n1", "targetRef": {"kind": "Pod", "name": "web-1", "namespace": "shop"}}],
    "notReadyAddresses": [{"ip": "10.1.0.9", "hostname": "h"}]}]}"#;
const SLICE: &str = r#"{"metadata": {"name": "web-x", "namespace": "shop", "labels": {"kubernetes.io/service-name": "web"}},
  "addressType": "IPv4", "ports": [{"name": "http", "port": 8080, "protocol": "TCP", "appProtocol": "h2c"}],
  "endpoints": [{"addresses": ["10.1.0.5"], "conditions": {"ready": true, "serving": true, "terminating": false},
    "nodeName": "n1", "zone": "a", "targetRef": {"kind": "Pod", "name": "web-1", "namespace": "shop"}}]}"#;
const SLICE6: &str = r#"{"metadata": {"name": "web-y", "namespace": "shop", "labels": {"kubernetes.io/service-name": "web"}},
  "addressType": "IPv6", "ports": [{"port": 8080}], "endpoints": [{"addresses": ["fd00::5"], "conditions": null}]}"#;
const INGRESS: &str = r#"{"metadata": {"name": "front", "namespace": "shop"},
  "spec": {"ingressClassName": "nginx", "tls": [{"hosts": ["*.example"]}],
    "rules": [{"host": "a.example", "http": {"paths": [{"path": "/x"}, {"path": ""}]}}, {"host": "b.c.example"}]}}"#;
const NAMESPACE: &str = r#"{"metadata": {"name": "shop", "labels": {"env": "prod"}}}"#;
const REPLICA_SET: &str = r#"{"metadata": {"name": "web-abc", "namespace": "shop",
    "ownerReferences": [{"kind": "Deployment", "name": "web", "controller": true}]}}"#;

fn list(items: &[&str]) -> Answer {
    Answer::Ok(format!(r#"{{"metadata": {{"resourceVersion": "5"}}, "items": [{}]}}"#, items.join(",")))
}

/// An API server with one object of each kind on which nothing happens.
async fn cluster() -> Server {
    serve_with(|request| {
        if request.contains("watch=1") {
            return Answer::Hang(Vec::new());
        }
        let path = request.split([' ', '?']).nth(1).expect("a path");
        match path.rsplit('/').next().expect("a path") {
            "pods" => list(&[POD]),
            "nodes" => list(&[NODE]),
            "services" => list(&[SERVICE]),
            "endpoints" => list(&[ENDPOINTS]),
            "endpointslices" => list(&[SLICE, SLICE6]),
            "ingresses" => list(&[INGRESS]),
            "namespaces" => list(&[NAMESPACE]),
            "replicasets" => list(&[REPLICA_SET]),
            _ => Answer::Status(404, r#"{"message": "no such list"}"#.to_owned()),
        }
    })
    .await
}

fn config(server: &Server, role: KubernetesRole) -> KubernetesConfig {
    KubernetesConfig { api_server: Some(server.url.clone()), ..KubernetesConfig::new(role) }
}

async fn find(config: KubernetesConfig) -> Vec<BTreeMap<String, String>> {
    targets(DiscoveryConfig::Kubernetes(Box::new(config))).await
}

#[tokio::test]
async fn pods() {
    let server = cluster().await;
    let attach =
        AttachMetadata { node: true, namespace: true, deployment: true, ..AttachMetadata::default() };
    let selector = |role, label: &str, field: &str| KubernetesSelector {
        role,
        label: label.to_owned(),
        field: field.to_owned(),
    };
    let found = find(KubernetesConfig {
        attach,
        namespaces: vec!["shop".to_owned()],
        selectors: vec![
            selector(KubernetesRole::Pod, "app=web,x!=y", "status.phase=Running"),
            selector(KubernetesRole::Node, "zone=a", ""),
        ],
        ..config(&server, KubernetesRole::Pod)
    })
    .await;
    assert_eq!(found.len(), 4, "two ports, and two containers without");
    assert_labels(
        &found[0],
        PREFIX,
        "__address__ = 10.1.0.5:8080
         namespace = shop
         namespace_label_env = prod
         namespace_labelpresent_env = true
         node_label_zone = a
         node_labelpresent_zone = true
         node_name = n1
         pod_annotation_note = n
         pod_annotationpresent_note = true
         pod_container_id = containerd://c1
         pod_container_image = web:1
         pod_container_init = false
         pod_container_name = app
         pod_container_port_name = http
         pod_container_port_number = 8080
         pod_container_port_protocol = TCP
         pod_controller_kind = ReplicaSet
         pod_controller_name = web-abc
         pod_deployment_name = web
         pod_host_ip = 10.0.0.1
         pod_ip = 10.1.0.5
         pod_label_app_kubernetes_io_name = web
         pod_labelpresent_app_kubernetes_io_name = true
         pod_name = web-1
         pod_node_name = n1
         pod_phase = Running
         pod_ready = true
         pod_uid = u1",
    );
    assert_eq!(found[2]["__address__"], "10.1.0.5", "no port: only the address");
    assert_eq!(found[3]["__meta_kubernetes_pod_container_init"], "true");
    server.request(
        "GET /api/v1/namespaces/shop/pods?labelSelector=app%3Dweb%2Cx%21%3Dy&fieldSelector=status.phase%3DRunning&limit=500 ",
    );
    server.request("GET /api/v1/nodes?labelSelector=zone%3Da&limit=500 ");
    let watch = server
        .request("/pods?labelSelector=app%3Dweb%2Cx%21%3Dy&fieldSelector=status.phase%3DRunning&watch=1");
    assert!(watch.contains("&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds="), "{watch}");
}

#[tokio::test]
async fn nodes() {
    let server = cluster().await;
    let found = find(config(&server, KubernetesRole::Node)).await;
    assert_eq!(found.len(), 1);
    assert_labels(
        &found[0],
        PREFIX,
        "__address__ = 10.0.0.1:10250
         instance = n1
         node_address_Hostname = n1.local
         node_address_InternalIP = 10.0.0.1
         node_condition_diskpressure = false
         node_condition_ready = true
         node_label_zone = a
         node_labelpresent_zone = true
         node_name = n1
         node_provider_id = cloud:///n1",
    );
}

#[tokio::test]
async fn services() {
    let server = cluster().await;
    let found = find(config(&server, KubernetesRole::Service)).await;
    assert_eq!(found.len(), 1);
    assert_labels(
        &found[0],
        PREFIX,
        "__address__ = web.shop.svc:80
         namespace = shop
         service_cluster_ip = 10.96.0.1
         service_label_team = x
         service_labelpresent_team = true
         service_loadbalancer_ip = 1.2.3.4
         service_name = web
         service_port_name = http
         service_port_number = 80
         service_port_protocol = TCP
         service_type = LoadBalancer",
    );
}

#[tokio::test]
async fn ingresses() {
    let server = cluster().await;
    let found = find(config(&server, KubernetesRole::Ingress)).await;
    assert_eq!(found.len(), 3);
    assert_labels(
        &found[0],
        PREFIX,
        "__address__ = a.example
         ingress_class_name = nginx
         ingress_host = a.example
         ingress_name = front
         ingress_path = /x
         ingress_scheme = https
         namespace = shop",
    );
    assert_eq!(found[1]["__meta_kubernetes_ingress_path"], "/");
    assert_eq!(found[2]["__meta_kubernetes_ingress_scheme"], "http", "the wildcard stands for one part");
    server.request("GET /apis/networking.k8s.io/v1/ingresses?");
}

#[tokio::test]
async fn endpoints() {
    let server = cluster().await;
    let found = find(config(&server, KubernetesRole::Endpoints)).await;
    let addresses: Vec<&str> = found.iter().map(|target| target["__address__"].as_str()).collect();
    assert_eq!(addresses, ["10.1.0.5:8080", "10.1.0.9:8080", "10.1.0.5:9000"]);
    assert_labels(
        &found[1],
        PREFIX,
        "__address__ = 10.1.0.9:8080
         endpoint_hostname = h
         endpoint_port_name = http
         endpoint_port_protocol = TCP
         endpoint_ready = false
         endpoints_label_e = 1
         endpoints_labelpresent_e = true
         endpoints_name = web
         namespace = shop
         service_label_team = x
         service_labelpresent_team = true
         service_name = web",
    );
    let backed = &found[0];
    for (name, value) in [
        ("endpoint_address_target_kind", "Pod"),
        ("endpoint_address_target_name", "web-1"),
        ("endpoint_node_name", "n1"),
        ("endpoint_ready", "true"),
        ("pod_container_name", "app"),
        ("pod_container_port_number", "8080"),
        ("pod_name", "web-1"),
        ("pod_ready", "true"),
    ] {
        assert_eq!(backed.get(&format!("{PREFIX}{name}")).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!(found[2]["__meta_kubernetes_pod_container_port_name"], "admin");
    assert!(!found[2].contains_key("__meta_kubernetes_endpoint_ready"), "no endpoint leads there");
}

#[tokio::test]
async fn endpointslices() {
    let server = cluster().await;
    let attach = AttachMetadata { node: true, ..AttachMetadata::default() };
    let found = find(KubernetesConfig { attach, ..config(&server, KubernetesRole::EndpointSlice) }).await;
    let addresses: Vec<&str> = found.iter().map(|target| target["__address__"].as_str()).collect();
    assert_eq!(addresses, ["10.1.0.5:8080", "10.1.0.5:9000"], "the second address family repeats the first");
    for (name, value) in [
        ("endpointslice_name", "web-x"),
        ("endpointslice_label_kubernetes_io_service_name", "web"),
        ("endpointslice_address_type", "IPv4"),
        ("endpointslice_port", "8080"),
        ("endpointslice_port_name", "http"),
        ("endpointslice_port_protocol", "TCP"),
        ("endpointslice_port_app_protocol", "h2c"),
        ("endpointslice_endpoint_conditions_ready", "true"),
        ("endpointslice_endpoint_conditions_serving", "true"),
        ("endpointslice_endpoint_conditions_terminating", "false"),
        ("endpointslice_endpoint_node_name", "n1"),
        ("endpointslice_endpoint_zone", "a"),
        ("endpointslice_address_target_kind", "Pod"),
        ("endpointslice_address_target_name", "web-1"),
        ("node_label_zone", "a"),
        ("service_name", "web"),
        ("pod_container_name", "app"),
        ("pod_name", "web-1"),
    ] {
        assert_eq!(found[0].get(&format!("{PREFIX}{name}")).map(String::as_str), Some(value), "{name}");
    }
}

fn pod(name: &str, version: u32) -> String {
    format!(
        r#"{{"metadata": {{"name": "{name}", "namespace": "d", "resourceVersion": "{version}"}},
            "spec": {{"containers": [{{"name": "c"}}]}}, "status": {{"podIP": "10.0.0.{version}"}}}}"#
    )
    .replace('\n', " ")
}

fn event(kind: &str, object: &str) -> String {
    format!("{{\"type\": \"{kind}\", \"object\": {object}}}\n")
}

fn addresses(pools: &Pools) -> Vec<String> {
    let groups = pools.get("p").into_iter().flatten();
    let targets = groups.flat_map(|group| group.targets.iter());
    targets.map(|target| target.value("__address__").to_owned()).collect()
}

/// A list in two pages; a watch whose events come in torn pieces and which ends; one that is refused as too old; a new
/// list; silence.
#[tokio::test]
async fn list_watch_and_start_again() {
    let (lists, watches) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let server = serve_with(move |request| {
        let page = |version: &str, next: &str, items: &[String]| {
            let items = items.join(",");
            Answer::Ok(format!(
                r#"{{"metadata": {{"resourceVersion": "{version}", "continue": "{next}"}}, "items": [{items}]}}"#
            ))
        };
        if request.contains("continue=token") {
            return page("10", "", &[pod("b", 2)]);
        }
        if !request.contains("watch=1") {
            return match lists.fetch_add(1, Ordering::SeqCst) {
                0 => page("10", "token", &[pod("a", 1)]),
                _ => page("50", "", &[pod("a", 1), pod("e", 5)]),
            };
        }
        match watches.fetch_add(1, Ordering::SeqCst) {
            0 => {
                let all = event("ADDED", &pod("c", 11)) + &event("DELETED", &pod("b", 12));
                let bookmark = event("BOOKMARK", r#"{"metadata": {"resourceVersion": "20"}}"#);
                let (left, right) = all.split_at(all.len() / 2 + 3);
                Answer::Pieces(vec![left.to_owned(), format!("{right}{bookmark}")])
            }
            1 => Answer::Pieces(vec![
                event("MODIFIED", &pod("a", 21)),
                event("ERROR", r#"{"code": 410, "message": "too old resource version"}"#),
            ]),
            _ => Answer::Hang(Vec::new()),
        }
    })
    .await;
    let quick = Duration::from_millis(5);
    let manager = DiscoveryManager::new(ManagerOptions { settle_time: quick, publish_interval: quick });
    let mut pools = manager.subscribe();
    let config = DiscoveryConfig::Kubernetes(Box::new(config(&server, KubernetesRole::Pod)));
    manager.apply([("p".to_owned(), vec![config])].into());
    let last = ["10.0.0.1", "10.0.0.5"];
    let waited =
        tokio::time::timeout(Duration::from_secs(20), pools.wait_for(|pools| addresses(pools) == last));
    waited.await.expect("the second list in time").unwrap();
    let versions: Vec<String> = server
        .requests()
        .iter()
        .filter(|request| request.contains("watch=1"))
        .map(|request| {
            request.split("resourceVersion=").nth(1).unwrap().split('&').next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(versions[..2], ["10", "20"], "each watch goes on where the last one ended");
    assert_eq!(manager.stats().mechanisms["kubernetes"].failures, 0, "a forgotten version is no failure");
}

/// A change of a node concerns the pods on it, and them alone.
#[tokio::test]
async fn a_related_object_changes() {
    let server = serve_with(|request| {
        let watch = request.contains("watch=1");
        let nodes = request.contains("/nodes?");
        match (watch, nodes) {
            (false, false) => list(&[POD]),
            (false, true) => list(&[NODE]),
            (true, false) => Answer::Hang(Vec::new()),
            (true, true) => {
                let changed = NODE.replace(r#""zone": "a""#, r#""zone": "b""#).replace('\n', " ");
                Answer::Hang(vec![event("MODIFIED", &changed)])
            }
        }
    })
    .await;
    let quick = Duration::from_millis(5);
    let manager = DiscoveryManager::new(ManagerOptions { settle_time: quick, publish_interval: quick });
    let mut pools = manager.subscribe();
    let attach = AttachMetadata { node: true, ..AttachMetadata::default() };
    let config = KubernetesConfig { attach, ..config(&server, KubernetesRole::Pod) };
    manager.apply([("p".to_owned(), vec![DiscoveryConfig::Kubernetes(Box::new(config))])].into());
    let zone_b = |pools: &Pools| {
        let groups = pools.get("p").into_iter().flatten();
        groups.map(|group| group.labels.value("__meta_kubernetes_node_label_zone")).eq(["b"])
    };
    tokio::time::timeout(Duration::from_secs(20), pools.wait_for(zone_b)).await.expect("in time").unwrap();
}

/// A refusal is told with the server's reason, and nothing is published.
#[tokio::test]
async fn refusal() {
    let server = serve_with(|_| Answer::Status(403, r#"{"message": "pods is forbidden"}"#.to_owned())).await;
    let manager = DiscoveryManager::new(ManagerOptions::default());
    let config = DiscoveryConfig::Kubernetes(Box::new(config(&server, KubernetesRole::Pod)));
    manager.apply([("p".to_owned(), vec![config])].into());
    let failed = async {
        while manager.stats().mechanisms["kubernetes"].failures == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), failed).await.expect("a failure in time");
    assert!(addresses(&manager.subscribe().borrow()).is_empty());
}
