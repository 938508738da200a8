//! Platforms and clouds that want a login or a signature of their own, scripted: what is asked, which labels come out.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use narthex_discovery::{
    CloudOptions, DiscoveryConfig, KumaConfig, OciAuth, OciConfig, OpenStackConfig, OpenStackLogin,
    OpenStackRole, OutscaleConfig, OvhCloudConfig, OvhService, StackitConfig, UyuniConfig,
};
use narthex_http_client::{Secret, SecretSource};
use ring::signature::{
    KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, RsaKeyPair, UnparsedPublicKey,
    VerificationAlgorithm,
};
use support::{Answer, Server, assert_labels, found, serve, serve_with, targets};

mod support;

const KEY: &str = include_str!("../src/gce/token/test_key.pem");

fn cloud(server: &Server) -> CloudOptions {
    CloudOptions { endpoint: Some(server.url.clone()), port: 9100, ..CloudOptions::default() }
}

fn inline(text: &str) -> SecretSource {
    SecretSource::Inline(Secret::new(text))
}

/// The value of a request's header.
fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let line = request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name} in {request}"))
}

fn path(request: &str) -> &str {
    request.split([' ', '?']).nth(1).unwrap_or_default()
}

/// Checks a signature by the test key.
fn assert_signed(algorithm: &'static dyn VerificationAlgorithm, text: &str, signature: &[u8]) {
    let der: String = KEY.lines().filter(|line| !line.starts_with("-----")).collect();
    let pair =
        RsaKeyPair::from_pkcs8(&STANDARD.decode(der).expect("the key is good")).expect("the key is good");
    let public = UnparsedPublicKey::new(algorithm, pair.public_key().as_ref());
    public.verify(text.as_bytes(), signature).unwrap_or_else(|_| panic!("not the signature of {text}"));
}

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
        let second = request.lines().next().unwrap().contains("marker=2");
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

#[tokio::test]
async fn stackit() {
    let server = serve_with(|request| {
        Answer::Ok(match path(request) {
            "/token" => r#"{"access_token": "tok", "expires_in": 3599}"#.to_owned(),
            "/v1/projects/p/servers" if header(request, "authorization") == "Bearer tok" => {
                r#"{"items": [{"id": "b4176700", "name": "runner", "machineType": "g1r.4d", "availabilityZone": "eu01-3",
                      "status": "INACTIVE", "powerStatus": "STOPPED", "labels": {"my/stage": "prod", "number": 7},
                      "nics": [{"networkName": "net a", "ipv4": "10.0.0.153"}, {"networkName": "net-b", "ipv4": "10.0.1.5", "publicIp": "192.0.2.1"}]},
                    {"id": "no-address", "nics": []}, {"id": "private", "nics": [{"networkName": "n", "ipv4": "10.0.0.7"}]}]}"#
                    .to_owned()
            }
            _ => return Answer::Status(401, String::new()),
        })
    })
    .await;
    let key = serde_json::json!({ "credentials": {
        "kid": "k1", "iss": "me@sa.stackit.cloud", "sub": "s1", "aud": "https://aud", "privateKey": KEY,
        "tokenEndpoint": server.url.join("token").unwrap().as_str(),
    }});
    let config = StackitConfig {
        project: "p".to_owned(),
        region: "eu01".to_owned(),
        service_account_key: Some(Secret::new(key.to_string())),
        cloud: cloud(&server),
        ..StackitConfig::default()
    };
    let all = targets(DiscoveryConfig::Stackit(Box::new(config))).await;
    assert_eq!(all.len(), 2, "a server without an address makes no target");
    assert_labels(
        &all[0],
        "__meta_stackit_",
        "__address__ = 192.0.2.1:9100
         availability_zone = eu01-3
         id = b4176700
         label_my_stage = prod
         labelpresent_my_stage = true
         name = runner
         power_status = STOPPED
         private_ipv4_net_a = 10.0.0.153
         private_ipv4_net_b = 10.0.1.5
         project = p
         public_ipv4 = 192.0.2.1
         status = INACTIVE
         type = g1r.4d",
    );
    assert_eq!(all[1]["__address__"], "10.0.0.7:9100");
    server.request("/v1/projects/p/servers?details=true ");
    let login = server.request("POST /token ");
    let (_, statement) = login.split_once("assertion=").unwrap();
    let (signed, signature) = statement.rsplit_once('.').unwrap();
    assert_signed(&RSA_PKCS1_2048_8192_SHA512, signed, &URL_SAFE_NO_PAD.decode(signature).unwrap());
    let claims = URL_SAFE_NO_PAD.decode(signed.split('.').nth(1).unwrap()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["sub"], "s1");
}

#[tokio::test]
async fn outscale() {
    let server = serve_with(|request| {
        if path(request) != "/api/v1/ReadVms" {
            return Answer::Status(404, String::new());
        }
        Answer::Ok(
            match request.contains(r#"{"NextPageToken":"t"}"#) {
                false => {
                    r#"{"NextPageToken": "t", "Vms": [{"VmId": "i-1", "State": "running", "PrivateIp": "10.0.0.4", "PublicIp": "1.2.3.4",
                        "Placement": {"SubregionName": "eu-west-2a"}, "Tags": [{"Key": "my name", "Value": "x"}]}, {"VmId": "i-0"}]}"#
                }
                true => r#"{"Vms": [{"VmId": "i-2", "PublicIp": "1.2.3.5"}]}"#,
            }
            .to_owned(),
        )
    })
    .await;
    let config = OutscaleConfig {
        region: "eu-west-2".to_owned(),
        access_key: "AK".to_owned(),
        secret_key: inline("SK"),
        cloud: CloudOptions { endpoint: server.url.join("api/v1").ok(), ..cloud(&server) },
    };
    let all = targets(DiscoveryConfig::Outscale(Box::new(config))).await;
    assert_eq!(all.len(), 2);
    assert_labels(
        &all[0],
        "__meta_outscale_vm_",
        "__address__ = 10.0.0.4:9100
         instance_id = i-1
         private_ip = 10.0.0.4
         public_ip = 1.2.3.4
         region = eu-west-2
         state = running
         subregion = eu-west-2a
         tag_my_name = x",
    );
    assert_eq!(all[1]["__address__"], "1.2.3.5:9100");
    let request = server.requests()[0].clone();
    assert!(header(&request, "authorization").contains("/eu-west-2/oapi/aws4_request"), "{request}");
}

#[tokio::test]
async fn ovhcloud() {
    let server = serve(&[
        ("/1.0/auth/time", "1000"),
        ("/1.0/vps", r#"["vps-1", "gone"]"#),
        (
            "/1.0/vps/vps-1",
            r#"{"name": "vps-1", "displayName": "my vps", "state": "running", "zone": "zone", "cluster": "c", "netbootMode": "local",
                "memoryLimit": 2048, "offerType": "ssd", "vcore": 1, "keymap": ["fr"], "monitoringIpBlocks": [],
                "model": {"maximumAdditionnalIp": 16, "offer": "VPS abc", "datacenter": ["gra", "sbg"], "vcore": 1, "version": "2019v1",
                          "name": "vps-value", "disk": 40, "memory": 2048}}"#,
        ),
        ("/1.0/vps/vps-1/ips", r#"["1.2.3.4", "2001:db8::1"]"#),
        ("/1.0/dedicated/server", r#"["abc.test"]"#),
        (
            "/1.0/dedicated/server/abc.test",
            r#"{"name": "abc.test", "state": "test", "commercialRange": "Advance-1 Gen 2", "linkSpeed": 123, "rack": "TESTRACK",
                "noIntervention": false, "os": "debian11_64", "supportLevel": "pro", "serverId": 1234, "reverse": "abc-rev", "datacenter": "gra3"}"#,
        ),
        ("/1.0/dedicated/server/abc.test/ips", r#"["1.2.3.5/32", "2001:0db8::/64"]"#),
    ])
    .await;
    let config = |service| {
        DiscoveryConfig::OvhCloud(Box::new(OvhCloudConfig {
            service,
            endpoint: server.url.join("1.0").unwrap().to_string(),
            application_key: "app".to_owned(),
            application_secret: Secret::new("secret"),
            consumer_key: Secret::new("consumer"),
            refresh_interval: Duration::from_secs(60),
        }))
    };
    let all = targets(config(OvhService::Vps)).await;
    assert_eq!(all.len(), 1, "one that cannot be read hides no other");
    assert_labels(
        &all[0],
        "__meta_ovhcloud_vps_",
        "__address__ = 1.2.3.4
         cluster = c
         datacenter = [gra sbg]
         disk = 40
         display_name = my vps
         instance = vps-1
         ipv4 = 1.2.3.4
         ipv6 = 2001:db8::1
         keymap = [fr]
         maximum_additional_ip = 16
         memory = 2048
         memory_limit = 2048
         model_name = vps-value
         model_vcore = 1
         name = vps-1
         netboot_mode = local
         offer = VPS abc
         offer_type = ssd
         state = running
         vcore = 1
         version = 2019v1
         zone = zone",
    );
    let all = targets(config(OvhService::DedicatedServer)).await;
    assert_labels(
        &all[0],
        "__meta_ovhcloud_dedicated_server_",
        "__address__ = 1.2.3.5
         commercial_range = Advance-1 Gen 2
         datacenter = gra3
         instance = abc.test
         ipv4 = 1.2.3.5
         link_speed = 123
         name = abc.test
         no_intervention = false
         os = debian11_64
         rack = TESTRACK
         reverse = abc-rev
         server_id = 1234
         state = test
         support_level = pro",
    );
    let request = server.request("GET /1.0/dedicated/server ");
    let (time, signature) = (header(&request, "x-ovh-timestamp"), header(&request, "x-ovh-signature"));
    assert!((1000..1100).contains(&time.parse::<i64>().unwrap()), "the API's time, not ours: {time}");
    let text = format!("secret+consumer+GET+{}1.0/dedicated/server++{time}", server.url);
    let hash = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    let hex: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(signature, format!("$1${hex}"));
    assert_eq!(header(&request, "x-ovh-application"), "app");
}

/// The compartments, instances and network cards of a tenancy.
fn oci_answer(request: &str) -> Answer {
    let line = request.lines().next().unwrap();
    let of = |name: &str| line.contains(&format!("ompartmentId={name}&"));
    Answer::Ok(
        match path(request) {
            "/20160918/compartments" if of("ten") && !line.contains("page=p2") => {
                let body = r#"[{"id": "shop", "lifecycleState": "ACTIVE"}, {"id": "old", "lifecycleState": "DELETED"}]"#;
                return Answer::With(vec![("opc-next-page", "p2".to_owned())], body.to_owned());
            }
            "/20160918/compartments" if of("ten") => r#"[{"id": "closed", "lifecycleState": "ACTIVE"}]"#,
            "/20160918/compartments" if of("shop") => "[]",
            "/20160918/compartments" => return Answer::Status(404, String::new()),
            "/20160918/instances" if of("shop") => {
                r#"[{"id": "i1", "compartmentId": "shop", "displayName": "web", "lifecycleState": "RUNNING", "shape": "VM.Standard.E4.Flex",
                     "availabilityDomain": "AD-1", "faultDomain": "FAULT-DOMAIN-1", "region": "us-ashburn-1", "imageId": "img",
                     "freeformTags": {"appOwner": "me"}, "definedTags": {"Operations": {"Cost Center": 42, "flag": true, "list": [1]}}},
                    {"id": "i2", "compartmentId": "shop"}]"#
            }
            "/20160918/instances" => "[]",
            "/20160918/vnicAttachments" if line.contains("instanceId=i1") => {
                r#"[{"vnicId": "old", "lifecycleState": "DETACHED"}, {"vnicId": "v2", "lifecycleState": "ATTACHED"},
                    {"vnicId": "v1", "lifecycleState": "ATTACHED"}]"#
            }
            "/20160918/vnicAttachments" => "[]",
            "/20160918/vnics/v2" => r#"{"id": "v2", "isPrimary": false, "privateIp": "10.9.9.9"}"#,
            "/20160918/vnics/v1" => {
                r#"{"id": "v1", "isPrimary": true, "privateIp": "10.0.0.5", "publicIp": "1.2.3.4", "hostnameLabel": "web1",
                    "ipv6Addresses": ["2001:db8::2", "2001:db8::1"]}"#
            }
            _ => return Answer::Status(404, String::new()),
        }
        .to_owned(),
    )
}

const OCI_LABELS: &str = "__address__ = 10.0.0.5:9100
     availability_domain = AD-1
     compartment_id = shop
     defined_tag_Operations_Cost_Center = 42
     defined_tag_Operations_flag = true
     fault_domain = FAULT-DOMAIN-1
     hostname_label = web1
     image_id = img
     instance_id = i1
     instance_name = web
     instance_shape = VM.Standard.E4.Flex
     instance_state = RUNNING
     ipv6_addresses = ,2001:db8::1,2001:db8::2,
     private_ip = 10.0.0.5
     public_ip = 1.2.3.4
     region = us-ashburn-1
     tag_appOwner = me
     tenancy_id = ten
     vnic_id = v1";

#[tokio::test]
async fn oci() {
    let server = serve_with(oci_answer).await;
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("key.pem");
    std::fs::write(&key_file, include_str!("../src/rsa/test_keys/pkcs8_aes256.pem")).unwrap();
    let config = |compartments: &[&str]| {
        DiscoveryConfig::Oci(Box::new(OciConfig {
            auth: OciAuth::ApiKey {
                tenancy: "ten".to_owned(),
                user: "me".to_owned(),
                fingerprint: "aa:bb".to_owned(),
                key_file: key_file.clone(),
                passphrase: Some(inline("open sesame")),
            },
            region: "us-ashburn-1".to_owned(),
            compartments: compartments.iter().map(|name| (*name).to_owned()).collect(),
            cloud: cloud(&server),
        }))
    };
    let all = targets(config(&[])).await;
    assert_eq!(all.len(), 1, "an instance without a network card makes no target");
    assert_labels(&all[0], "__meta_oci_", OCI_LABELS);
    let request = server.request("GET /20160918/instances?compartmentId=closed&limit=100 ");
    let authorization = header(&request, "authorization");
    let (start, signature) = authorization.split_once(",signature=\"").unwrap();
    assert_eq!(
        start,
        "Signature version=\"1\",headers=\"date (request-target) host\",keyId=\"ten/me/aa:bb\",algorithm=\"rsa-sha256\""
    );
    let signed = format!(
        "date: {}\n(request-target): get /20160918/instances?compartmentId=closed&limit=100\nhost: {}",
        header(&request, "date"),
        header(&request, "host"),
    );
    let signature = STANDARD.decode(signature.trim_end_matches('"')).unwrap();
    assert_signed(&RSA_PKCS1_2048_8192_SHA256, &signed, &signature);

    let before = server.requests().len();
    assert!(targets(config(&["ten"])).await.is_empty());
    let asked = server.requests().split_off(before);
    assert_eq!(asked.len(), 1, "the named compartment only: {asked:#?}");
}
