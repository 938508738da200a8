//! Orchestrators and registries, scripted: Docker Swarm, Eureka, Marathon, Triton.

use std::time::Duration;

use narthex_discovery::{
    DiscoveryConfig, DockerConfig, EurekaConfig, MarathonConfig, SwarmConfig, SwarmRole, TritonConfig,
    TritonRole,
};
use narthex_http_client::{HttpOptions, Secret, SecretSource};
use support::{Server, assert_labels, serve, targets};

mod support;

async fn swarm() -> Server {
    serve(&[
        (
            "/services",
            r#"[{"ID": "s1", "Spec": {"Name": "web", "Labels": {"a.b": "c"}, "Mode": {"Replicated": {"Replicas": 1}},
                "TaskTemplate": {"ContainerSpec": {"Image": "web:1"}}}, "UpdateStatus": {"State": "completed"},
                "Endpoint": {"Ports": [{"Name": "http", "Protocol": "tcp", "PublishedPort": 80, "PublishMode": "ingress"},
                    {"Protocol": "udp", "PublishedPort": 53}],
                  "VirtualIPs": [{"NetworkID": "n1", "Addr": "10.0.0.3/24"}]}}]"#,
        ),
        (
            "/nodes",
            r#"[{"ID": "node1", "Spec": {"Role": "manager", "Availability": "active", "Labels": {"l": "v"}},
                "Description": {"Hostname": "h", "Platform": {"Architecture": "x86_64", "OS": "linux"}, "Engine": {"EngineVersion": "27"}},
                "Status": {"State": "ready", "Addr": "192.168.0.1"}, "ManagerStatus": {"Leader": true, "Reachability": "reachable", "Addr": "192.168.0.1:2377"}}]"#,
        ),
        (
            "/tasks",
            r#"[{"ID": "t1", "ServiceID": "s1", "NodeID": "node1", "Slot": 1, "DesiredState": "running",
                "Spec": {"ContainerSpec": {"Labels": {"x": "y"}}},
                "Status": {"State": "running", "ContainerStatus": {"ContainerID": "c1"},
                  "PortStatus": {"Ports": [{"Protocol": "tcp", "PublishedPort": 9100, "PublishMode": "host"}]}},
                "NetworksAttachments": [{"Network": {"ID": "n1"}, "Addresses": ["10.0.0.9/24"]}]}]"#,
        ),
        ("/networks", r#"[{"Id": "n1", "Name": "front", "Scope": "swarm", "Ingress": false, "Internal": false}]"#),
    ])
    .await
}

fn swarm_config(server: &Server, role: SwarmRole) -> DiscoveryConfig {
    DiscoveryConfig::Swarm(Box::new(SwarmConfig { role, daemon: DockerConfig::new(server.url.clone()) }))
}

#[tokio::test]
async fn swarm_services() {
    let server = swarm().await;
    let found = targets(swarm_config(&server, SwarmRole::Services)).await;
    assert_eq!(found.len(), 1);
    assert_labels(
        &found[0],
        "__meta_dockerswarm_",
        "__address__ = 10.0.0.3:80
         network_id = n1
         network_ingress = false
         network_internal = false
         network_name = front
         network_scope = swarm
         service_endpoint_port_name = http
         service_endpoint_port_publish_mode = ingress
         service_id = s1
         service_label_a_b = c
         service_mode = replicated
         service_name = web
         service_task_container_image = web:1
         service_updating_status = completed",
    );
}

#[tokio::test]
async fn swarm_tasks() {
    let server = swarm().await;
    let found = targets(swarm_config(&server, SwarmRole::Tasks)).await;
    let addresses: Vec<&str> = found.iter().map(|target| target["__address__"].as_str()).collect();
    assert_eq!(addresses, ["192.168.0.1:9100", "10.0.0.9:80"]);
    assert_labels(
        &found[0],
        "__meta_dockerswarm_",
        "__address__ = 192.168.0.1:9100
         container_label_x = y
         node_address = 192.168.0.1
         node_availability = active
         node_hostname = h
         node_id = node1
         node_label_l = v
         node_platform_architecture = x86_64
         node_platform_os = linux
         node_role = manager
         node_status = ready
         service_id = s1
         service_label_a_b = c
         service_mode = replicated
         service_name = web
         task_container_id = c1
         task_desired_state = running
         task_id = t1
         task_port_publish_mode = host
         task_slot = 1
         task_state = running",
    );
    assert_eq!(found[1]["__meta_dockerswarm_network_name"], "front");
    assert_eq!(found[1]["__meta_dockerswarm_task_port_publish_mode"], "ingress");
}

#[tokio::test]
async fn swarm_nodes() {
    let server = swarm().await;
    let found = targets(swarm_config(&server, SwarmRole::Nodes)).await;
    assert_labels(
        &found[0],
        "__meta_dockerswarm_node_",
        "__address__ = 192.168.0.1:80
         address = 192.168.0.1
         availability = active
         engine_version = 27
         hostname = h
         id = node1
         label_l = v
         manager_address = 192.168.0.1:2377
         manager_leader = true
         manager_reachability = reachable
         platform_architecture = x86_64
         platform_os = linux
         role = manager
         status = ready",
    );
}

#[tokio::test]
async fn eureka() {
    let server = serve(&[(
        "/eureka/apps",
        r#"<applications><application><name>APP</name><instance><instanceId>i1</instanceId><hostName>h1</hostName>
            <app>APP</app><ipAddr>10.0.0.1</ipAddr><status>UP</status><port enabled="true">8080</port>
            <securePort enabled="false">8443</securePort><countryId>1</countryId>
            <dataCenterInfo class="x"><name>MyOwn</name></dataCenterInfo>
            <metadata><management.port>9090</management.port></metadata><homePageUrl>http://h1/</homePageUrl>
            </instance></application></applications>"#,
    )])
    .await;
    let config = EurekaConfig::new(server.url.join("eureka").unwrap());
    let found = targets(DiscoveryConfig::Eureka(Box::new(config))).await;
    assert_labels(
        &found[0],
        "__meta_eureka_app_instance_",
        "__address__ = h1:8080
         __meta_eureka_app_name = APP
         country_id = 1
         datacenterinfo_name = MyOwn
         homepage_url = http://h1/
         hostname = h1
         id = i1
         instance = i1
         ip_addr = 10.0.0.1
         metadata_management_port = 9090
         port = 8080
         port_enabled = true
         secure_port = 8443
         secure_port_enabled = false
         status = UP",
    );
}

#[tokio::test]
async fn marathon() {
    let server = serve(&[(
        "/v2/apps",
        r#"{"apps": [{"id": "/a", "labels": {"team": "x"}, "container": {"docker": {"image": "web:1"},
              "portMappings": [{"labels": {"p": "yes"}, "containerPort": 8080, "hostPort": 0}]},
              "tasks": [{"id": "t1", "host": "h1", "ports": [31000]}]},
            {"id": "/b", "networks": [{"mode": "container"}], "container": {"portMappings": [{"containerPort": 80}]},
              "tasks": [{"id": "t2", "host": "h2", "ports": [31001], "ipAddresses": [{"ipAddress": "9.0.0.1"}]}]},
            {"id": "/c", "tasks": [{"id": "t3", "host": "h3", "ports": [1, 2]}]},
            {"id": "/d", "requirePorts": true, "portDefinitions": [{"port": 5, "labels": {"d": "e"}}], "tasks": [{"id": "t4", "host": "h4", "ports": [9]}]}]}"#,
    )])
    .await;
    let config = MarathonConfig {
        servers: vec![server.url.clone()],
        auth_token: Some(SecretSource::Inline(Secret::new("tok"))),
        refresh_interval: Duration::from_secs(30),
        http: HttpOptions::default(),
    };
    let found = targets(DiscoveryConfig::Marathon(Box::new(config))).await;
    let addresses: Vec<&str> = found.iter().map(|target| target["__address__"].as_str()).collect();
    assert_eq!(addresses, ["h1:31000", "9.0.0.1:80", "h3:1", "h3:2", "h4:5"]);
    assert_labels(
        &found[0],
        "__meta_marathon_",
        "__address__ = h1:31000
         app = /a
         app_label_team = x
         image = web:1
         port_index = 0
         port_mapping_label_p = yes
         task = t1",
    );
    assert_eq!(found[4]["__meta_marathon_port_definition_label_d"], "e");
    let request = server.request("GET /v2/apps?embed=apps.tasks ");
    assert!(request.contains("authorization: token=tok\r\n"), "{request}");
}

#[tokio::test]
async fn triton() {
    let server = serve(&[
        (
            "/v1/discover",
            r#"{"containers": [{"vm_uuid": "u", "vm_alias": "a", "vm_brand": "lx", "vm_image_uuid": "img", "server_uuid": "s", "groups": ["g", "h"]}]}"#,
        ),
        ("/v1/gz/discover", r#"{"cns": [{"server_uuid": "s", "server_hostname": "host"}]}"#),
    ])
    .await;
    let config = |role| {
        DiscoveryConfig::Triton(Box::new(TritonConfig {
            role,
            endpoint: server.url.join("v1").unwrap(),
            dns_suffix: "example".to_owned(),
            groups: vec!["g".to_owned(), "h".to_owned()],
            port: 9163,
            refresh_interval: Duration::from_secs(60),
            http: HttpOptions::default(),
        }))
    };
    let expected = "__address__ = u.example:9163
        groups = ,g,h,\nmachine_alias = a\nmachine_brand = lx\nmachine_id = u\nmachine_image = img\nserver_id = s";
    assert_labels(&targets(config(TritonRole::Container)).await[0], "__meta_triton_", expected);
    server.request("GET /v1/discover?groups=g%2Ch ");
    let found = targets(config(TritonRole::ComputeNode)).await;
    assert_labels(
        &found[0],
        "__meta_triton_",
        "__address__ = s.example:9163\nmachine_alias = host\nmachine_id = s",
    );
}
