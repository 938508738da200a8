//! The clouds' APIs, scripted: what is asked, in how many pages, and which labels come out.

use std::collections::BTreeMap;

use narthex_discovery::{
    AwsOptions, AzureConfig, CloudOptions, DigitalOceanConfig, DigitalOceanRole, DiscoveryConfig, Ec2Config,
    GceConfig, HetznerConfig, HetznerRole, IonosConfig, LightsailConfig, LinodeConfig, ScalewayConfig,
    ScalewayRole, VultrConfig,
};
use narthex_http_client::{Authorization, HttpOptions, Secret, SecretSource};
use support::{Answer, Server, assert_labels, serve, serve_with, targets};

mod support;

fn cloud(server: &Server) -> CloudOptions {
    CloudOptions { endpoint: Some(server.url.clone()), port: 9100, ..CloudOptions::default() }
}

fn aws(server: &Server) -> AwsOptions {
    AwsOptions {
        region: "eu-west-1".to_owned(),
        keys: Some(("AKID".to_owned(), Secret::new("s3cret"))),
        cloud: cloud(server),
        ..AwsOptions::default()
    }
}

const INSTANCES: &str = r#"<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet><item>
  <ownerId>42</ownerId><instancesSet><item>
    <instanceId>i-1</instanceId><imageId>ami-1</imageId><instanceState><code>16</code><name>running</name></instanceState>
    <privateDnsName>p.local</privateDnsName><dnsName>pub.example</dnsName><instanceType>t3.micro</instanceType>
    <placement><availabilityZone>eu-west-1a</availabilityZone></placement><architecture>x86_64</architecture>
    <subnetId>sn-1</subnetId><vpcId>vpc-1</vpcId><privateIpAddress>10.0.0.5</privateIpAddress><ipAddress>1.2.3.4</ipAddress>
    <networkInterfaceSet><item><subnetId>sn-1</subnetId><attachment><deviceIndex>1</deviceIndex></attachment>
      <ipv6AddressesSet><item><ipv6Address>fd00::5</ipv6Address><isPrimaryIpv6>true</isPrimaryIpv6></item></ipv6AddressesSet>
    </item></networkInterfaceSet>
    <tagSet><item><key>my:Name</key><value>a &amp; b</value></item></tagSet>
  </item><item><instanceId>i-2</instanceId></item></instancesSet></item></reservationSet>NEXT</DescribeInstancesResponse>"#;

#[tokio::test]
async fn ec2() {
    let server = serve_with(|request| {
        if request.contains("Action=DescribeAvailabilityZones") {
            let zone = "<item><zoneName>eu-west-1a</zoneName><zoneId>euw1-az1</zoneId></item>";
            return Answer::Ok(format!("<R><availabilityZoneInfo>{zone}</availabilityZoneInfo></R>"));
        }
        let more = if request.contains("NextToken=t1") { "" } else { "<nextToken>t1</nextToken>" };
        Answer::Ok(INSTANCES.replace("NEXT", more))
    })
    .await;
    let filters = BTreeMap::from([("tag:env".to_owned(), vec!["a".to_owned(), "b".to_owned()])]);
    let found = targets(DiscoveryConfig::Ec2(Box::new(Ec2Config { aws: aws(&server), filters }))).await;
    assert_eq!(found.len(), 2, "two pages; an instance without an address is none");
    assert_labels(
        &found[0],
        "__meta_ec2_",
        "__address__ = 10.0.0.5:9100
         ami = ami-1
         architecture = x86_64
         availability_zone = eu-west-1a
         availability_zone_id = euw1-az1
         default_ipv6_address = fd00::5
         instance_id = i-1
         instance_state = running
         instance_type = t3.micro
         ipv6_addresses = ,fd00::5,
         owner_id = 42
         primary_ipv6_addresses = ,,fd00::5,
         primary_subnet_id = sn-1
         private_dns_name = p.local
         private_ip = 10.0.0.5
         public_dns_name = pub.example
         public_ip = 1.2.3.4
         region = eu-west-1
         subnet_id = ,sn-1,
         tag_my_Name = a & b
         vpc_id = vpc-1",
    );
    let request = server.requests()[1].clone();
    assert!(
        request.contains("Credential=AKID/") && request.contains("/eu-west-1/ec2/aws4_request"),
        "{request}"
    );
    let body = "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=tag%3Aenv&Filter.1.Value.1=a&Filter.1.Value.2=b";
    assert!(request.ends_with(body), "{request}");
}

#[tokio::test]
async fn lightsail() {
    let server = serve(&[(
        "/",
        r#"{"instances": [{"name": "web", "privateIpAddress": "172.26.0.2", "publicIpAddress": "1.2.3.4",
            "ipv6Addresses": ["fd00::1"], "blueprintId": "debian", "bundleId": "nano", "supportCode": "s/1",
            "location": {"availabilityZone": "eu-west-1a"}, "state": {"name": "running"},
            "tags": [{"key": "a b", "value": "c"}]}, {"name": "stopped"}]}"#,
    )])
    .await;
    let found = targets(DiscoveryConfig::Lightsail(Box::new(LightsailConfig { aws: aws(&server) }))).await;
    assert_eq!(found.len(), 1);
    assert_labels(
        &found[0],
        "__meta_lightsail_",
        "__address__ = 172.26.0.2:9100
         availability_zone = eu-west-1a
         blueprint_id = debian
         bundle_id = nano
         instance_name = web
         instance_state = running
         instance_support_code = s/1
         ipv6_addresses = ,fd00::1,
         private_ip = 172.26.0.2
         public_ip = 1.2.3.4
         region = eu-west-1
         tag_a_b = c",
    );
    assert!(server.requests()[0].contains("x-amz-target: Lightsail_20161128.GetInstances\r\n"));
}

#[tokio::test]
async fn gce() {
    let server = serve(&[(
        "/compute/v1/projects/p/zones/z/instances",
        r#"{"items": [{"id": "77", "name": "vm", "status": "RUNNING", "zone": "zones/z", "machineType": "types/e2",
            "networkInterfaces": [{"name": "nic0", "network": "nets/n", "subnetwork": "subs/s", "networkIP": "10.0.0.2",
               "accessConfigs": [{"type": "ONE_TO_ONE_NAT", "natIP": "1.2.3.4"}]}],
            "tags": {"items": ["a", "b"]}, "metadata": {"items": [{"key": "k-1", "value": "v"}]},
            "labels": {"team": "x"}}, {"id": "78"}]}"#,
    )])
    .await;
    let credentials = SecretSource::Inline(Secret::new("t"));
    let authorization = Some(Authorization { kind: "Bearer".to_owned(), credentials });
    let http = HttpOptions { authorization, ..HttpOptions::default() };
    let config = GceConfig {
        filter: "labels.team=x".to_owned(),
        cloud: CloudOptions { http, ..cloud(&server) },
        ..GceConfig::new("p", "z")
    };
    let found = targets(DiscoveryConfig::Gce(Box::new(config))).await;
    assert_eq!(found.len(), 1);
    assert_labels(
        &found[0],
        "__meta_gce_",
        "__address__ = 10.0.0.2:9100
         instance_id = 77
         instance_name = vm
         instance_status = RUNNING
         interface_ipv4_nic0 = 10.0.0.2
         label_team = x
         machine_type = types/e2
         metadata_k_1 = v
         network = nets/n
         private_ip = 10.0.0.2
         project = p
         public_ip = 1.2.3.4
         subnetwork = subs/s
         tags = ,a,b,
         zone = zones/z",
    );
    assert!(server.requests()[0].contains("instances?filter=labels.team%3Dx "));
}

#[tokio::test]
async fn azure() {
    let server = serve_with(|request| {
        let path = request.split([' ', '?']).nth(1).unwrap();
        let card = |name: &str| {
            format!(r#"{{"networkProfile": {{"networkInterfaces": [{{"id": "/nics/{name}"}}]}}}}"#)
        };
        Answer::Ok(match path {
            "/tenant/oauth2/v2.0/token" => r#"{"access_token": "tok", "expires_in": 3600}"#.to_owned(),
            "/subscriptions/sub/providers/Microsoft.Compute/virtualMachines" => format!(
                r#"{{"value": [{{"id": "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm",
                    "name": "vm", "location": "westeurope", "tags": {{"a-b": "c"}},
                    "properties": {{"hardwareProfile": {{"vmSize": "B1"}}, "osProfile": {{"computerName": "host"}},
                      "storageProfile": {{"osDisk": {{"osType": "Linux"}}}},
                      "networkProfile": {{"networkInterfaces": [{{"id": "/nics/one"}}]}}}}}},
                   {{"id": "/x/resourceGroups/rg/y", "name": "off", "properties": {}}}]}}"#,
                card("off")
            ),
            "/subscriptions/sub/providers/Microsoft.Compute/virtualMachineScaleSets" => {
                r#"{"value": [{"id": "/sets/s1", "name": "s1"}]}"#.to_owned()
            }
            "/sets/s1/virtualMachines" => format!(
                r#"{{"value": [{{"id": "/x/resourceGroups/RG2/y", "name": "s1_0", "properties": {}}}]}}"#,
                card("set")
            ),
            "/nics/off" => r#"{"properties": {}}"#.to_owned(),
            "/nics/one" | "/nics/set" => r#"{"properties": {"primary": true, "ipConfigurations": [{"properties": {
                "privateIPAddress": "10.0.0.4", "publicIPAddress": {"properties": {"ipAddress": "1.2.3.4"}}}}]}}"#
                .to_owned(),
            _ => return Answer::Status(404, String::new()),
        })
    })
    .await;
    let config = AzureConfig {
        tenant_id: "tenant".to_owned(),
        client_id: "client".to_owned(),
        client_secret: Some(Secret::new("hush")),
        login_endpoint: Some(server.url.clone()),
        cloud: cloud(&server),
        ..AzureConfig::new("sub")
    };
    let found = targets(DiscoveryConfig::Azure(Box::new(config))).await;
    assert_eq!(found.len(), 2, "a machine that does not run makes no target");
    assert_labels(
        &found[0],
        "__meta_azure_",
        "__address__ = 10.0.0.4:9100
         machine_computer_name = host
         machine_id = /subscriptions/sub/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm
         machine_location = westeurope
         machine_name = vm
         machine_os_type = Linux
         machine_private_ip = 10.0.0.4
         machine_public_ip = 1.2.3.4
         machine_resource_group = rg
         machine_size = B1
         machine_tag_a_b = c
         subscription_id = sub
         tenant_id = tenant",
    );
    assert_eq!(found[1]["__meta_azure_machine_scale_set"], "s1");
    let login = server.request("/tenant/oauth2/v2.0/token");
    assert!(login.contains("client_id=client&client_secret=hush"), "{login}");
    assert!(server.request("/nics/set").contains("authorization: Bearer tok\r\n"));
}

#[tokio::test]
async fn digitalocean() {
    let server = serve_with(|request| {
        if request.contains("databases") {
            return Answer::Ok(
                r#"{"databases": [{"id": "d1", "name": "pg", "engine": "pg", "num_nodes": 2, "tags": ["a"],
                    "connection": {"host": "pub"}, "private_connection": {"host": "priv"}}]}"#
                    .to_owned(),
            );
        }
        let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let next = format!(r#""links": {{"pages": {{"next": "http://{host}/v2/droplets?page=2"}}}}"#);
        let links = if request.contains("page=2") { r#""links": {}"# } else { &next };
        Answer::Ok(format!(
            r#"{{"droplets": [{{"id": 1, "name": "web", "status": "active", "size_slug": "s", "vpc_uuid": "v",
                "region": {{"slug": "fra1"}}, "image": {{"slug": "deb", "name": "Debian"}}, "features": ["ipv6"], "tags": [],
                "networks": {{"v4": [{{"type": "private", "ip_address": "10.0.0.2"}}, {{"type": "public", "ip_address": "1.2.3.4"}}],
                              "v6": [{{"type": "public", "ip_address": "fd00::1"}}]}}}},
               {{"id": 2, "networks": {{"v4": []}}}}], {links}}}"#
        ))
    })
    .await;
    let config =
        |role| DiscoveryConfig::DigitalOcean(Box::new(DigitalOceanConfig { role, cloud: cloud(&server) }));
    let found = targets(config(DigitalOceanRole::Droplets)).await;
    assert_eq!(found.len(), 2, "two pages");
    assert_labels(
        &found[0],
        "__meta_digitalocean_",
        "__address__ = 1.2.3.4:9100
         droplet_id = 1
         droplet_name = web
         features = ,ipv6,
         image = deb
         image_name = Debian
         private_ipv4 = 10.0.0.2
         public_ipv4 = 1.2.3.4
         public_ipv6 = fd00::1
         region = fra1
         size = s
         status = active
         vpc = v",
    );
    let found = targets(config(DigitalOceanRole::Databases)).await;
    assert_labels(
        &found[0],
        "__meta_digitalocean_db_",
        "__address__ = priv:9100
         engine = pg
         host = pub
         id = d1
         name = pg
         num_nodes = 2
         private_host = priv
         tag_a = true",
    );
}

#[tokio::test]
async fn hetzner() {
    let server = serve(&[
        (
            "/servers",
            r#"{"servers": [{"id": 7, "name": "web", "status": "running", "labels": {"my/key": "v"},
                "public_net": {"ipv4": {"ip": "1.2.3.4"}, "ipv6": {"ip": "2001:db8::/64"}}, "private_net": [{"network": 4, "ip": "10.0.0.2"}],
                "server_type": {"name": "cx1", "cores": 2, "cpu_type": "shared", "memory": 4.0, "disk": 40},
                "location": {"name": "fsn1", "network_zone": "eu-central"},
                "image": {"name": "deb", "description": "Debian", "os_version": "12", "os_flavor": "debian"}}]}"#,
        ),
        ("/networks", r#"{"networks": [{"id": 4, "name": "my net"}]}"#),
        (
            "/server",
            r#"[{"server": {"server_ip": "1.2.3.5", "server_number": 9, "server_name": "db", "dc": "NBG1-DC1", "status": "ready",
                "product": "AX", "cancelled": false, "subnet": [{"ip": "2a01::", "mask": "64"}]}}]"#,
        ),
    ])
    .await;
    let config = |role| {
        let label_selector = "env=prod".to_owned();
        DiscoveryConfig::Hetzner(Box::new(HetznerConfig { role, label_selector, cloud: cloud(&server) }))
    };
    assert_labels(
        &targets(config(HetznerRole::Hcloud)).await[0],
        "__meta_hetzner_",
        "__address__ = 1.2.3.4:9100
         hcloud_cpu_cores = 2
         hcloud_cpu_type = shared
         hcloud_datacenter_location = fsn1
         hcloud_datacenter_location_network_zone = eu-central
         hcloud_disk_size_gb = 40
         hcloud_image_description = Debian
         hcloud_image_name = deb
         hcloud_image_os_flavor = debian
         hcloud_image_os_version = 12
         hcloud_label_my_key = v
         hcloud_labelpresent_my_key = true
         hcloud_location = fsn1
         hcloud_location_network_zone = eu-central
         hcloud_memory_size_gb = 4
         hcloud_private_ipv4_my_net = 10.0.0.2
         hcloud_server_type = cx1
         public_ipv4 = 1.2.3.4
         public_ipv6_network = 2001:db8::/64
         role = hcloud
         server_id = 7
         server_name = web
         server_status = running",
    );
    assert!(server.request("/servers?").contains("label_selector=env%3Dprod"));
    assert_labels(
        &targets(config(HetznerRole::Robot)).await[0],
        "__meta_hetzner_",
        "__address__ = 1.2.3.5:9100
         datacenter = nbg1-dc1
         public_ipv4 = 1.2.3.5
         public_ipv6_network = 2a01::/64
         robot_cancelled = false
         robot_datacenter = nbg1-dc1
         robot_product = AX
         role = robot
         server_id = 9
         server_name = db
         server_status = ready",
    );
}

#[tokio::test]
async fn linode() {
    let server = serve(&[
        (
            "/v4/linode/instances",
            r#"{"pages": 1, "data": [{"id": 1, "label": "web", "image": "deb", "region": "us", "type": "g6", "status": "running",
                "group": "", "hypervisor": "kvm", "tags": ["a"], "ipv4": ["1.2.3.4", "192.168.0.2", "1.2.3.9"],
                "ipv6": "2600::1/128", "backups": {"enabled": false},
                "specs": {"gpus": 0, "disk": 2, "memory": 1, "vcpus": 1, "transfer": 3}}, {"id": 2, "ipv4": []}]}"#,
        ),
        (
            "/v4/networking/ips",
            r#"{"pages": 1, "data": [{"address": "1.2.3.4", "public": true, "rdns": "a.example"}, {"address": "1.2.3.9", "public": true},
                {"address": "192.168.0.2", "public": false, "rdns": null}, {"address": "2600::1", "public": true, "rdns": "b"}]}"#,
        ),
        (
            "/v4/networking/ipv6/ranges",
            r#"{"pages": 1, "data": [{"range": "2600:1::", "prefix": 64, "route_target": "2600::1"}]}"#,
        ),
    ])
    .await;
    let config = LinodeConfig { region: "us".to_owned(), cloud: cloud(&server), ..LinodeConfig::default() };
    let found = targets(DiscoveryConfig::Linode(Box::new(config))).await;
    assert_eq!(found.len(), 1);
    assert_labels(
        &found[0],
        "__meta_linode_",
        "__address__ = 1.2.3.4:9100
         backups = disabled
         extra_ips = ,1.2.3.9,
         gpus = 0
         hypervisor = kvm
         image = deb
         instance_id = 1
         instance_label = web
         ipv6_ranges = ,2600:1::/64,
         private_ipv4 = 192.168.0.2
         public_ipv4 = 1.2.3.4
         public_ipv4_rdns = a.example
         public_ipv6 = 2600::1
         public_ipv6_rdns = b
         region = us
         specs_disk_bytes = 2097152
         specs_memory_bytes = 1048576
         specs_transfer_bytes = 3145728
         specs_vcpus = 1
         status = running
         tags = ,a,
         type = g6",
    );
    assert!(server.requests()[0].contains("x-filter: {\"region\":\"us\"}\r\n"));
}

#[tokio::test]
async fn vultr() {
    let server = serve_with(|request| {
        let next = if request.contains("cursor=c2") { "" } else { "c2" };
        Answer::Ok(format!(
            r#"{{"instances": [{{"id": "i", "main_ip": "1.2.3.4", "os_id": 5, "ram": 1024, "features": ["f"], "tags": []}}],
                "meta": {{"links": {{"next": "{next}"}}}}}}"#
        ))
    })
    .await;
    let found = targets(DiscoveryConfig::Vultr(Box::new(VultrConfig { cloud: cloud(&server) }))).await;
    assert_eq!(found.len(), 2, "two pages");
    let expected =
        "__address__ = 1.2.3.4:9100\nfeatures = ,f,\nid = i\nmain_ip = 1.2.3.4\nos_id = 5\nram_mb = 1024";
    assert_labels(&found[0], "__meta_vultr_instance_", expected);
}

#[tokio::test]
async fn scaleway() {
    let server = serve(&[
        (
            "/instance/v1/zones/fr-par-1/servers",
            r#"{"servers": [{"id": "s1", "name": "web", "zone": "fr-par-1", "state": "running", "tags": ["a", "b"],
                "public_ip": {"address": "1.2.3.4", "family": "inet"}, "public_ips": [{"family": "inet", "address": "1.2.3.4"}],
                "image": {"arch": "x86_64"}}, {"id": "s2", "private_nics": [{"id": "nic1"}]}, {"id": "s3"}]}"#,
        ),
        (
            "/ipam/v1/regions/fr-par/ips",
            r#"{"ips": [{"address": "10.0.0.7/22", "is_ipv6": false, "resource": {"id": "nic1"}}]}"#,
        ),
        (
            "/baremetal/v1/zones/fr-par-1/servers",
            r#"{"servers": [{"id": "b1", "offer_id": "o", "install": {"os_id": "x"}, "ips": [
                {"version": "IPv6", "address": "fd00::1"}, {"version": "IPv4", "address": "1.2.3.5"}]}]}"#,
        ),
        ("/baremetal/v1/zones/fr-par-1/offers", r#"{"offers": [{"id": "o", "name": "EM"}]}"#),
        ("/baremetal/v1/zones/fr-par-1/os", r#"{"os": [{"id": "x", "name": "Debian", "version": "12"}]}"#),
    ])
    .await;
    let config = |role| {
        DiscoveryConfig::Scaleway(Box::new(ScalewayConfig {
            role,
            project_id: "p1".to_owned(),
            zone: "fr-par-1".to_owned(),
            secret_key: SecretSource::Inline(Secret::new("hush")),
            name_filter: "web".to_owned(),
            tags_filter: Vec::new(),
            cloud: cloud(&server),
        }))
    };
    let found = targets(config(ScalewayRole::Instance)).await;
    assert_eq!(found.len(), 2, "a server without an address makes no target");
    assert_labels(
        &found[0],
        "__meta_scaleway_instance_",
        "__address__ = 1.2.3.4:9100
         id = s1
         image_arch = x86_64
         name = web
         public_ipv4 = 1.2.3.4
         public_ipv4_addresses = ,1.2.3.4,
         region = fr-par
         status = running
         tags = ,a,b,
         zone = fr-par-1",
    );
    assert_eq!(found[1]["__address__"], "10.0.0.7:9100", "from the private network");
    let request = server.request("/instance/v1");
    assert!(
        request.contains("project=p1&name=web") && request.contains("x-auth-token: hush\r\n"),
        "{request}"
    );
    assert_labels(
        &targets(config(ScalewayRole::Baremetal)).await[0],
        "__meta_scaleway_baremetal_",
        "__address__ = 1.2.3.5:9100
         id = b1
         os_name = Debian
         os_version = 12
         public_ipv4 = 1.2.3.5
         public_ipv6 = fd00::1
         type = EM",
    );
}

#[tokio::test]
async fn ionos() {
    let server = serve(&[(
        "/cloudapi/v6/datacenters/dc/servers",
        r#"{"id": "dc/servers", "items": [{"id": "s", "metadata": {"state": "AVAILABLE"}, "properties": {"name": "web", "vmState": "RUNNING"},
            "entities": {"nics": {"items": [{"properties": {"name": "a", "ips": ["1.1.1.1"]}}, {"properties": {"ips": ["2.2.2.2"]}}]},
                         "volumes": {"items": [{"properties": {"image": "img"}}]}}}, {"id": "none"}]}"#,
    )])
    .await;
    let config = IonosConfig { datacenter_id: "dc".to_owned(), cloud: cloud(&server) };
    let found = targets(DiscoveryConfig::Ionos(Box::new(config))).await;
    assert_eq!(found.len(), 1);
    assert_labels(
        &found[0],
        "__meta_ionos_server_",
        "__address__ = 2.2.2.2:9100
         boot_image_id = img
         id = s
         ip = ,2.2.2.2,1.1.1.1,
         lifecycle = AVAILABLE
         name = web
         nic_ip_a = ,1.1.1.1,
         nic_ip_unnamed = ,2.2.2.2,
         servers_id = dc/servers
         state = RUNNING",
    );
}
