//! The sections of Amazon's services, of the platforms, and of the clouds with logins of their own.

use std::time::Duration;

use narthex_discovery::{
    CloudOptions, DiscoveryConfig, Ec2Config, EcsConfig, ElastiCacheConfig, KumaConfig, LightsailConfig,
    MskConfig, OciAuth, OciConfig, OpenStackAvailability, OpenStackConfig, OpenStackLogin, OpenStackRole,
    OutscaleConfig, OvhCloudConfig, OvhService, RdsConfig, StackitConfig, UyuniConfig, ZooKeeperConfig,
};
use narthex_http_client::{Secret, SecretSource};

use super::{cloud, inline, mapped, owned, url};
use crate::config::Config;

/// Why a section, written as flow YAML, is refused.
fn refused(section: &str, fields: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prometheus.yml");
    std::fs::write(&path, format!("scrape_configs:\n- job_name: j\n  {section}:\n  - {fields}\n")).unwrap();
    match Config::load(&path) {
        Ok(_) => panic!("{section} {fields} is not refused"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn amazon() {
    let aws = || narthex_discovery::AwsOptions {
        region: "r".to_owned(),
        profile: "p".to_owned(),
        cloud: CloudOptions { endpoint: Some(url("https://e/")), ..cloud(9, 60) },
        ..Default::default()
    };
    let filters = || [("n".to_owned(), owned(&["v"]))].into();
    // An endpoint without a scheme; a lone key is no pair of keys.
    let place = "region: r, profile: p, endpoint: e, port: 9, access_key: lonely";
    let more = "filters: [{name: n, values: [v]}], clusters: [c]";
    let clusters = || owned(&["c"]);
    let services = [
        ("ec2", "", DiscoveryConfig::Ec2(Box::new(Ec2Config { aws: aws(), filters: filters() }))),
        ("lightsail", "", DiscoveryConfig::Lightsail(Box::new(LightsailConfig { aws: aws() }))),
        (
            "ecs",
            "clusters: [c]",
            DiscoveryConfig::Ecs(Box::new(EcsConfig {
                aws: aws(),
                ec2_endpoint: None,
                clusters: clusters(),
                request_concurrency: 20,
            })),
        ),
        (
            "msk",
            "clusters: [c]",
            DiscoveryConfig::Msk(Box::new(MskConfig {
                aws: aws(),
                clusters: clusters(),
                request_concurrency: 10,
            })),
        ),
        (
            "rds",
            more,
            DiscoveryConfig::Rds(Box::new(RdsConfig {
                aws: aws(),
                clusters: clusters(),
                filters: filters(),
                request_concurrency: 10,
            })),
        ),
        (
            "elasticache",
            "clusters: [c]",
            DiscoveryConfig::ElastiCache(Box::new(ElastiCacheConfig {
                aws: aws(),
                clusters: clusters(),
                request_concurrency: 10,
            })),
        ),
    ];
    for (role, own, expected) in services {
        let found = mapped("aws_sd_configs", &format!("{{role: {role}, {place}, {more}}}"));
        assert_eq!(found, expected, "{role} by its role");
        if !own.is_empty() {
            let section = format!("{role}_sd_configs");
            assert_eq!(mapped(&section, &format!("{{{place}, {own}}}")), expected, "{role} by its section");
        }
    }
    let DiscoveryConfig::Ecs(found) = mapped("ecs_sd_configs", "{request_concurrency: 3}") else { panic!() };
    assert_eq!(found.request_concurrency, 3);

    assert!(refused("aws_sd_configs", "{region: r}").contains("role"));
    assert!(refused("aws_sd_configs", "{role: sqs}").contains("sqs"));
    assert!(refused("aws_sd_configs", "{role: ecs, request_concurrency: 3}").contains("request_concurrency"));
    assert!(refused("msk_sd_configs", "{request_concurrency: 0}").contains("at least 1"));
}

#[test]
fn platforms() {
    let found = mapped("kuma_sd_configs", "{server: 'http://k:5676', client_id: me, fetch_timeout: 1m}");
    let expected = KumaConfig {
        client_id: "me".to_owned(),
        fetch_timeout: Duration::from_secs(60),
        ..KumaConfig::new(url("http://k:5676"))
    };
    assert_eq!(found, DiscoveryConfig::Kuma(Box::new(expected)));
    assert!(refused("kuma_sd_configs", "{server: 'k:5676'}").contains("server"));

    let found = mapped(
        "openstack_sd_configs",
        "{role: loadbalancer, region: r, identity_endpoint: 'http://i/v3', username: u, userid: i, password: p, project_name: n,
          project_id: j, domain_name: d, domain_id: e, application_credential_name: a, application_credential_id: b,
          application_credential_secret: c, all_tenants: true, availability: admin, port: 5, refresh_interval: 7s}",
    );
    let expected = OpenStackConfig {
        login: OpenStackLogin {
            identity_endpoint: Some(url("http://i/v3")),
            username: "u".to_owned(),
            userid: "i".to_owned(),
            password: Some(Secret::new("p")),
            project_name: "n".to_owned(),
            project_id: "j".to_owned(),
            domain_name: "d".to_owned(),
            domain_id: "e".to_owned(),
            application_credential_name: "a".to_owned(),
            application_credential_id: "b".to_owned(),
            application_credential_secret: Some(Secret::new("c")),
        },
        all_tenants: true,
        availability: OpenStackAvailability::Admin,
        port: 5,
        refresh_interval: Duration::from_secs(7),
        ..OpenStackConfig::new(OpenStackRole::LoadBalancer, "r")
    };
    assert_eq!(found, DiscoveryConfig::OpenStack(Box::new(expected)));
    assert!(refused("openstack_sd_configs", "{role: instance}").contains("region"));
    assert!(refused("openstack_sd_configs", "{role: x, region: r}").contains("role"));
    let error = refused("openstack_sd_configs", "{role: instance, region: r, identity_endpoint: 'i:5000'}");
    assert!(error.contains("not a URL"), "{error}");

    let found = mapped("uyuni_sd_configs", "{server: 'https://u', username: n, password: p, separator: ;}");
    let expected = UyuniConfig {
        separator: ";".to_owned(),
        ..UyuniConfig::new(url("https://u"), "n", Secret::new("p"))
    };
    assert_eq!(found, DiscoveryConfig::Uyuni(Box::new(expected)));

    let expected = || {
        Box::new(ZooKeeperConfig {
            servers: owned(&["a", "b:1"]),
            paths: owned(&["/p"]),
            timeout: Duration::from_secs(10),
        })
    };
    let fields = "{servers: [a, 'b:1'], paths: [/p]}";
    assert_eq!(mapped("serverset_sd_configs", fields), DiscoveryConfig::Serverset(expected()));
    assert_eq!(mapped("nerve_sd_configs", fields), DiscoveryConfig::Nerve(expected()));
    assert!(refused("nerve_sd_configs", "{servers: [a], paths: [p]}").contains("must begin with /"));
    assert!(refused("serverset_sd_configs", "{paths: [/p]}").contains("servers"));
}

#[test]
fn clouds_with_logins() {
    let keys = "application_key: a, application_secret: s, consumer_key: c";
    let found = mapped("ovhcloud_sd_configs", &format!("{{service: dedicated_server, {keys}}}"));
    let expected = OvhCloudConfig {
        service: OvhService::DedicatedServer,
        endpoint: "ovh-eu".to_owned(),
        application_key: "a".to_owned(),
        application_secret: Secret::new("s"),
        consumer_key: Secret::new("c"),
        refresh_interval: Duration::from_secs(60),
    };
    assert_eq!(found, DiscoveryConfig::OvhCloud(Box::new(expected)));
    let error = refused("ovhcloud_sd_configs", &format!("{{service: vps, endpoint: ovh-mars, {keys}}}"));
    assert!(error.contains("ovh-mars"), "{error}");

    let found = mapped("outscale_sd_configs", "{access_key: a, secret_key_file: /s, port: 3}");
    let expected = OutscaleConfig {
        region: "eu-west-2".to_owned(),
        access_key: "a".to_owned(),
        secret_key: SecretSource::File("/s".into()),
        cloud: cloud(3, 60),
    };
    assert_eq!(found, DiscoveryConfig::Outscale(Box::new(expected)));
    assert!(refused("outscale_sd_configs", "{access_key: a}").contains("secret_key"));
    assert!(refused("outscale_sd_configs", "{secret_key: a}").contains("access_key"));

    let found = mapped(
        "stackit_sd_configs",
        "{project: p, endpoint: 'http://s', service_account_key: k, private_key_path: q, credentials_file_path: f}",
    );
    let expected = StackitConfig {
        project: "p".to_owned(),
        region: "eu01".to_owned(),
        service_account_key: Some(Secret::new("k")),
        private_key_path: Some("q".into()),
        credentials_file_path: Some("f".into()),
        cloud: CloudOptions { endpoint: Some(url("http://s")), ..cloud(80, 60) },
        ..StackitConfig::default()
    };
    assert_eq!(found, DiscoveryConfig::Stackit(Box::new(expected)));

    let user = "tenancy: t, user: u, fingerprint: f, key_file: /k";
    let found =
        mapped("oci_sd_configs", &format!("{{region: r, {user}, key_passphrase: p, compartments: [c]}}"));
    let expected = OciConfig {
        auth: OciAuth::ApiKey {
            tenancy: "t".to_owned(),
            user: "u".to_owned(),
            fingerprint: "f".to_owned(),
            key_file: "/k".into(),
            passphrase: Some(inline("p")),
        },
        region: "r".to_owned(),
        compartments: owned(&["c"]),
        cloud: cloud(80, 60),
    };
    assert_eq!(found, DiscoveryConfig::Oci(Box::new(expected)));
    let found = mapped("oci_sd_configs", "{region: r, auth: instance_principal}");
    let DiscoveryConfig::Oci(found) = found else { panic!() };
    assert_eq!(found.auth, OciAuth::InstancePrincipal { metadata: None });
    for (fields, expected) in [
        ("{region: r}", "tenancy"),
        ("{auth: instance_principal}", "region"),
        ("{region: r, auth: instance_principal, user: u}", "cannot be set with auth: instance_principal"),
        ("{region: r, auth: workload_identity}", "auth"),
    ] {
        let error = refused("oci_sd_configs", fields);
        assert!(error.contains(expected), "{fields}: {error}");
    }
    let both = format!("{{region: r, {user}, key_passphrase: p, key_passphrase_file: /p}}");
    assert!(refused("oci_sd_configs", &both).contains("key_passphrase_file"));
}

#[test]
fn addresses_that_are_none() {
    for (section, fields) in [
        ("nomad_sd_configs", "{server: 'localhost:4646'}"),
        ("docker_sd_configs", "{host: 'localhost:2375'}"),
        ("dockerswarm_sd_configs", "{host: 'docker.sock', role: nodes}"),
        ("marathon_sd_configs", "{servers: [marathon]}"),
        ("uyuni_sd_configs", "{server: uyuni, username: u, password: p}"),
    ] {
        let error = refused(section, fields);
        assert!(error.contains("is not a URL: expected for example"), "{section}: {error}");
    }
    for (server, expected) in [("http://c:1", "http://c:1/"), ("https://c:1", "https://c:1/")] {
        let found = mapped("consul_sd_configs", &format!("{{server: '{server}'}}"));
        let DiscoveryConfig::Consul(found) = found else { panic!() };
        assert_eq!(found.server.as_str(), expected);
    }
    let DiscoveryConfig::Consul(found) = mapped("consul_sd_configs", "{server: 'unix:///c.sock'}") else {
        panic!()
    };
    assert_eq!(found.http.unix_socket.as_deref(), Some(std::path::Path::new("/c.sock")));
    let DiscoveryConfig::Http(found) = mapped("http_sd_configs", "{url: 'http://h:80'}") else { panic!() };
    assert_eq!(found.label, "http://h:80", "as it was written");
    let DiscoveryConfig::Http(found) = mapped("http_sd_configs", "{url: 'http://u:p@h'}") else { panic!() };
    assert_eq!(found.label, "http://h/", "without credentials");
}
