//! Clouds that want a login or a signature of their own, scripted: what is asked and signed, which labels come out.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use narthex_discovery::{
    CloudOptions, DiscoveryConfig, OciAuth, OciConfig, OutscaleConfig, OvhCloudConfig, OvhService,
    StackitConfig,
};
use narthex_http_client::{Secret, SecretSource};
use ring::signature::{
    KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, RsaKeyPair, UnparsedPublicKey,
    VerificationAlgorithm,
};
use support::{Answer, Server, assert_labels, header, path, serve, serve_with, targets};

mod support;

const KEY: &str = include_str!("../../http-client/src/rsa/test_keys/plain.pem");

fn cloud(server: &Server) -> CloudOptions {
    CloudOptions { endpoint: Some(server.url.clone()), port: 9100, ..CloudOptions::default() }
}

fn inline(text: &str) -> SecretSource {
    SecretSource::Inline(Secret::new(text))
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
    let line = request.lines().next().unwrap_or_default();
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
    std::fs::write(&key_file, include_str!("../../http-client/src/rsa/test_keys/pkcs8_aes256.pem")).unwrap();
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

/// A machine's metadata, the login service and the rest of the cloud.
#[tokio::test]
async fn oci_machine() {
    const CERTIFICATE: &str = include_str!("data/machine_cert.pem");
    let end = 4_000_000_000_u64;
    let token = format!("h.{}.s", URL_SAFE_NO_PAD.encode(format!("{{\"exp\": {end}}}")));
    let answered = token.clone();
    let server = serve_with(move |request| {
        let file = |text: &str| match header(request, "authorization") {
            "Bearer Oracle" => Answer::Ok(text.to_owned()),
            _ => Answer::Status(401, String::new()),
        };
        match path(request) {
            "/opc/v2/instance/region" => file("us-ashburn-1"),
            "/opc/v2/identity/cert.pem" | "/opc/v2/identity/intermediate.pem" => file(CERTIFICATE),
            "/opc/v2/identity/key.pem" => file(KEY),
            "/v1/x509" => Answer::Ok(format!(r#"{{"token": "{answered}"}}"#)),
            _ => oci_answer(&request.replace("ocid1.tenancy.oc1..ten", "ten")),
        }
    })
    .await;
    let config = OciConfig {
        auth: OciAuth::InstancePrincipal { metadata: server.url.join("opc/v2").ok() },
        region: "us-ashburn-1".to_owned(),
        compartments: Vec::new(),
        cloud: cloud(&server),
    };
    let all = targets(DiscoveryConfig::Oci(Box::new(config))).await;
    assert_labels(&all[0], "__meta_oci_", &OCI_LABELS.replace("= ten", "= ocid1.tenancy.oc1..ten"));

    let login = server.request("POST /v1/x509 ");
    let (_, body) = login.split_once("\r\n\r\n").unwrap();
    let asked: serde_json::Value = serde_json::from_str(body).unwrap();
    let plain: String = CERTIFICATE.lines().filter(|line| !line.starts_with("-----")).collect();
    assert_eq!(asked["certificate"], plain);
    assert_eq!(asked["intermediateCertificates"][0], plain);
    let (start, signature) = header(&login, "authorization").split_once(",signature=\"").unwrap();
    let fingerprint = "d7:40:c7:d8:07:c4:15:77:d6:53:31:82:49:4d:67:d3:5c:02:d1:a3";
    assert!(start.contains(&format!("keyId=\"ocid1.tenancy.oc1..ten/fed-x509/{fingerprint}\"")), "{start}");
    let hash = STANDARD.encode(ring::digest::digest(&ring::digest::SHA256, body.as_bytes()));
    let text = format!(
        "date: {}\n(request-target): post /v1/x509\ncontent-length: {}\ncontent-type: application/json\nx-content-sha256: {hash}",
        header(&login, "date"),
        body.len(),
    );
    let signature = STANDARD.decode(signature.trim_end_matches('"')).unwrap();
    assert_signed(&RSA_PKCS1_2048_8192_SHA256, &text, &signature);
    let later = server.request("GET /20160918/vnics/v1 ");
    assert!(header(&later, "authorization").contains(&format!("keyId=\"ST${token}\"")), "{later}");
}
