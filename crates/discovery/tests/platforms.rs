//! Platforms that know what runs on them, scripted: what is asked, which labels come out.

use std::time::Duration;

use narthex_discovery::{
    DiscoveryConfig, KumaConfig, OpenStackConfig, OpenStackLogin, OpenStackRole, UyuniConfig,
};
use narthex_http_client::Secret;
use support::{Answer, Server, assert_labels, found, header, path, serve, serve_with, targets};

mod support;

#[tokio::test]
async fn kuma() {
    let server = serve_with(|request| {
        if path(request) != "/cp/v3/discovery:monitoringassignments" {
            return Answer::Status(404, String::new());
        }
        if request.contains(r#""version_info":"7""#) {
            return Answer::Status(304, String::new());
        }
        Answer::Ok(
            r#"{"versionInfo": "7", "nonce": "n1", "typeUrl": "type.googleapis.com/kuma.observability.v1.MonitoringAssignment",
                "resources": [{"@type": "x", "mesh": "default", "service": "web", "labels": {"team": "all", "a-b": "c"},
                  "targets": [{"name": "web-1", "scheme": "http", "address": "10.0.0.5:5670", "metricsPath": "/metrics",
                               "labels": {"team": "own", "zone": "z"}}]}]}"#
                .to_owned(),
        )
    })
    .await;
    let config = KumaConfig {
        client_id: "me".to_owned(),
        refresh_interval: Duration::from_millis(20),
        ..KumaConfig::new(server.url.join("cp").unwrap())
    };
    let all = targets(DiscoveryConfig::Kuma(Box::new(config.clone()))).await;
    assert_labels(
        &all[0],
        "__meta_kuma_",
        "__address__ = 10.0.0.5:5670
         __metrics_path__ = /metrics
         __scheme__ = http
         dataplane = web-1
         instance = web-1
         label_a_b = c
         label_team = all
         label_zone = z
         mesh = default
         service = web",
    );
    let request = server.request("POST /cp/v3/discovery:monitoringassignments?fetch-timeout=120s ");
    assert!(request.contains(r#""node":{"id":"me"}"#), "{request}");
}

#[tokio::test]
async fn kuma_of_another_type() {
    let server =
        serve(&[("/v3/discovery:monitoringassignments", r#"{"typeUrl": "other", "resources": []}"#)]).await;
    assert!(found(DiscoveryConfig::Kuma(Box::new(KumaConfig::new(server.url.clone())))).await.is_empty());
}

/// Keystone, Nova, Neutron and Octavia in one.
async fn openstack() -> Server {
    serve_with(|request| {
        let host = header(request, "host");
        if path(request) == "/identity/v3/auth/tokens" {
            let endpoint = |kind: &str, base: &str| {
                format!(
                    r#"{{"type": "{kind}", "endpoints": [
                        {{"interface": "public", "region": "elsewhere", "url": "http://wrong/"}},
                        {{"interface": "internal", "region": "R", "url": "http://wrong/"}},
                        {{"interface": "public", "region": "R", "region_id": "R", "url": "http://{host}/{base}"}}]}}"#
                )
            };
            let catalog = [
                endpoint("compute", "nova/v2.1"),
                endpoint("network", "neutron"),
                endpoint("load-balancer", "octavia/"),
            ];
            let body = format!(r#"{{"token": {{"catalog": [{}]}}}}"#, catalog.join(","));
            return Answer::Created(vec![("X-Subject-Token", "tok".to_owned())], body);
        }
        if header(request, "x-auth-token") != "tok" {
            return Answer::Status(401, String::new());
        }
        let next = |what: &str| {
            format!(r#""{what}_links": [{{"rel": "next", "href": "http://{host}/nova/v2.1/servers/detail?marker=2"}}]"#)
        };
        let second = request.lines().next().unwrap_or_default().contains("marker=2");
        Answer::Ok(match path(request) {
            "/nova/v2.1/os-hypervisors/detail" => {
                r#"{"hypervisors": [{"id": 1, "hypervisor_hostname": "nc14", "host_ip": "172.16.70.14", "state": "up",
                    "status": "enabled", "hypervisor_type": "QEMU"}]}"#
                    .to_owned()
            }
            "/nova/v2.1/servers/detail" if second => r#"{"servers": [{"id": "none", "addresses": {}}]}"#.to_owned(),
            "/nova/v2.1/servers/detail" => format!(
                r#"{{"servers": [{{"id": "s1", "name": "herp", "status": "ACTIVE", "tenant_id": "p1", "user_id": "u1",
                    "flavor": {{"id": "f1"}}, "image": {{"id": "img"}}, "metadata": {{"env.x": "prod"}},
                    "addresses": {{"private": [{{"addr": "10.0.0.31"}}, {{"addr": "10.10.0.1"}}], "v6": [{{"addr": "fd00::1"}}]}}}}],
                    {}}}"#,
                next("servers")
            ),
            "/neutron/v2.0/ports" => r#"{"ports": [{"id": "port1", "device_id": "s1"}]}"#.to_owned(),
            "/neutron/v2.0/floatingips" => {
                r#"{"floatingips": [{"port_id": "port1", "fixed_ip_address": "10.0.0.31", "floating_ip_address": "10.10.0.1"},
                    {"port_id": "vip1", "fixed_ip_address": "x", "floating_ip_address": "1.2.3.4"}, {"port_id": null}]}"#
                    .to_owned()
            }
            "/octavia/v2.0/lbaas/loadbalancers" => {
                r#"{"loadbalancers": [{"id": "lb1", "name": "front", "operating_status": "ONLINE", "provisioning_status": "ACTIVE",
                    "availability_zone": "az1", "provider": "amphora", "vip_address": "10.0.0.32", "vip_port_id": "vip1",
                    "tags": ["a", "b"], "project_id": "p1"}, {"id": "lb2", "vip_address": "10.0.0.33"}]}"#
                    .to_owned()
            }
            "/octavia/v2.0/lbaas/listeners" => {
                r#"{"listeners": [{"loadbalancers": [{"id": "lb1"}], "protocol": "HTTP", "protocol_port": 80},
                    {"loadbalancers": [{"id": "lb1"}], "protocol": "PROMETHEUS", "protocol_port": 9273},
                    {"loadbalancers": [{"id": "lb2"}], "protocol": "TCP", "protocol_port": 1}]}"#
                    .to_owned()
            }
            _ => return Answer::Status(404, String::new()),
        })
    })
    .await
}

fn openstack_config(server: &Server, role: OpenStackRole) -> DiscoveryConfig {
    DiscoveryConfig::OpenStack(Box::new(OpenStackConfig {
        login: OpenStackLogin {
            identity_endpoint: server.url.join("identity").ok(),
            userid: "u".to_owned(),
            password: Some(Secret::new("p")),
            project_id: "p1".to_owned(),
            ..OpenStackLogin::default()
        },
        all_tenants: true,
        port: 9100,
        ..OpenStackConfig::new(role, "R")
    }))
}

#[tokio::test]
async fn openstack_roles() {
    let server = openstack().await;
    let all = targets(openstack_config(&server, OpenStackRole::Hypervisor)).await;
    assert_labels(
        &all[0],
        "__meta_openstack_hypervisor_",
        "__address__ = 172.16.70.14:9100
         host_ip = 172.16.70.14
         hostname = nc14
         id = 1
         state = up
         status = enabled
         type = QEMU",
    );
    let login = server.request("POST /identity/v3/auth/tokens ");
    let expected = r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u","password":"p"}}},"scope":{"project":{"id":"p1"}}}}"#;
    assert!(login.ends_with(expected), "{login}");

    let all = targets(openstack_config(&server, OpenStackRole::Instance)).await;
    let addresses: Vec<&str> = all.iter().map(|target| target["__address__"].as_str()).collect();
    assert_eq!(addresses, ["10.0.0.31:9100", "[fd00::1]:9100"], "not the floating one by itself");
    assert_labels(
        &all[0],
        "__meta_openstack_",
        "__address__ = 10.0.0.31:9100
         address_pool = private
         instance_flavor = f1
         instance_id = s1
         instance_image = img
         instance_name = herp
         instance_status = ACTIVE
         private_ip = 10.0.0.31
         project_id = p1
         public_ip = 10.10.0.1
         tag_env_x = prod
         user_id = u1",
    );
    assert_eq!(all[1].get("__meta_openstack_public_ip"), None);
    server.request("/nova/v2.1/servers/detail?all_tenants=true ");

    let all = targets(openstack_config(&server, OpenStackRole::LoadBalancer)).await;
    assert_eq!(all.len(), 1, "only with a PROMETHEUS listener");
    assert_labels(
        &all[0],
        "__meta_openstack_",
        "__address__ = 10.0.0.32:9273
         loadbalancer_availability_zone = az1
         loadbalancer_floating_ip = 1.2.3.4
         loadbalancer_id = lb1
         loadbalancer_name = front
         loadbalancer_operating_status = ONLINE
         loadbalancer_provider = amphora
         loadbalancer_provisioning_status = ACTIVE
         loadbalancer_tags = a,b
         loadbalancer_vip = 10.0.0.32
         project_id = p1",
    );
}

#[tokio::test]
async fn openstack_by_the_old_identity_service() {
    let server = serve_with(|request| {
        let host = header(request, "host");
        Answer::Ok(match path(request) {
            "/v2.0/tokens" => format!(
                r#"{{"access": {{"token": {{"id": "old"}}, "serviceCatalog": [{{"type": "compute",
                    "endpoints": [{{"region": "R", "publicURL": "http://{host}/nova"}}]}}]}}}}"#
            ),
            "/nova/os-hypervisors/detail" if header(request, "x-auth-token") == "old" => {
                r#"{"hypervisors": [{"id": "uuid", "host_ip": "10.0.0.1"}]}"#.to_owned()
            }
            _ => return Answer::Status(404, String::new()),
        })
    })
    .await;
    let config = OpenStackConfig {
        login: OpenStackLogin {
            identity_endpoint: server.url.join("v2.0/").ok(),
            username: "u".to_owned(),
            password: Some(Secret::new("p")),
            project_name: "shop".to_owned(),
            ..OpenStackLogin::default()
        },
        ..OpenStackConfig::new(OpenStackRole::Hypervisor, "R")
    };
    let all = targets(DiscoveryConfig::OpenStack(Box::new(config))).await;
    assert_eq!(all[0]["__address__"], "10.0.0.1:80");
    let expected = r#"{"auth":{"passwordCredentials":{"password":"p","username":"u"},"tenantName":"shop"}}"#;
    assert!(server.request("/v2.0/tokens").ends_with(expected));
}

#[tokio::test]
async fn uyuni() {
    let answer = |value: &str| {
        Answer::Ok(format!(
            "<methodResponse><params><param><value>{value}</value></param></params></methodResponse>"
        ))
    };
    let list = |fields: &[(&str, &str)]| {
        let members: String = fields
            .iter()
            .map(|(name, value)| format!("<member><name>{name}</name><value>{value}</value></member>"))
            .collect();
        format!("<array><data><value><struct>{members}</struct></value></data></array>")
    };
    let server = serve_with(move |request| {
        let called = |method: &str| request.contains(&format!("<methodName>{method}</methodName>"));
        if called("auth.login") {
            answer("<string>key</string>")
        } else if !request.contains("<value><string>key</string></value>") {
            Answer::Status(401, String::new())
        } else if called("system.listSystemGroupsForSystemsWithEntitlement") {
            let group = |id: &str, name: &str| list(&[("id", id), ("name", name)]);
            let groups = [group("<int>1</int>", "one"), group("<int>2</int>", "two")];
            // Two lists of one entry each, put together.
            let groups = groups.join("").replace("</data></array><array><data>", "");
            answer(&list(&[("id", "<int>1000</int>"), ("system_groups", &groups)]))
        } else if called("system.getNetworkForSystems") {
            let fields = [
                ("system_id", "<int>1000</int>"),
                ("hostname", "web.local"),
                ("primary_fqdn", "web.example"),
            ];
            answer(&list(&fields))
        } else {
            answer(&list(&[
                ("system_id", "<int>1000</int>"),
                ("endpoint_name", "apache"),
                ("exporter_name", "apache_exporter"),
                ("module", "mod"),
                ("path", "/proxy"),
                ("port", "<int>9117</int>"),
                ("tls_enabled", "<boolean>1</boolean>"),
            ]))
        }
    })
    .await;
    let config = UyuniConfig::new(server.url.clone(), "us<er", Secret::new("p&w"));
    let all = targets(DiscoveryConfig::Uyuni(Box::new(config))).await;
    assert_labels(
        &all[0],
        "__meta_uyuni_",
        "__address__ = web.local:9117
         endpoint_name = apache
         exporter = apache_exporter
         groups = one,two
         metrics_path = /proxy
         minion_hostname = web.local
         primary_fqdn = web.example
         proxy_module = mod
         scheme = https
         system_id = 1000",
    );
    let login = server.request("POST /rpc/api ");
    assert!(
        login.contains("<string>us&lt;er</string>") && login.contains("<string>p&amp;w</string>"),
        "{login}"
    );
    let networks = server.requests().pop().unwrap();
    assert!(networks.contains("<array><data><value><int>1000</int></value></data></array>"), "{networks}");
}
