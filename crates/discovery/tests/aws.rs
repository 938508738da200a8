//! The services of Amazon beside EC2 and Lightsail, scripted: what is asked and in how many pages, which labels come out.

use std::collections::{BTreeMap, BTreeSet};

use narthex_discovery::{
    AwsOptions, CloudOptions, DiscoveryConfig, EcsConfig, ElastiCacheConfig, MskConfig, RdsConfig,
};
use narthex_http_client::Secret;
use support::{Answer, Server, assert_labels, found, serve, serve_with, targets};

mod support;

fn aws(server: &Server) -> AwsOptions {
    AwsOptions {
        region: "eu-west-1".to_owned(),
        keys: Some(("AKID".to_owned(), Secret::new("s3cret"))),
        cloud: CloudOptions { endpoint: Some(server.url.clone()), port: 9100, ..CloudOptions::default() },
        ..AwsOptions::default()
    }
}

/// The value of a request's header.
fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let line = request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_default()
}

fn ecs_answer(request: &str) -> Answer {
    let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    if body.contains("Action=DescribeInstances") {
        return Answer::Ok(
            "<R><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>
             <privateIpAddress>10.0.0.9</privateIpAddress><ipAddress>5.6.7.8</ipAddress><subnetId>sn-9</subnetId>
             <instanceType>m5.large</instanceType><tagSet><item><key>host:role</key><value>ecs</value></item></tagSet>
             </item></instancesSet></item></reservationSet></R>"
                .to_owned(),
        );
    }
    if body.contains("Action=DescribeNetworkInterfaces") {
        return Answer::Ok(
            "<R><networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId>
             <association><publicIp>1.2.3.4</publicIp></association></item></networkInterfaceSet></R>"
                .to_owned(),
        );
    }
    let target = header(request, "x-amz-target").rsplit('.').next().unwrap_or_default();
    Answer::Ok(
        match target {
            "ListClusters" if !body.contains("nextToken") => {
                r#"{"clusterArns": ["arn:c1"], "nextToken": "more"}"#
            }
            "ListClusters" => r#"{"clusterArns": ["arn:c2"]}"#,
            "DescribeClusters" => {
                r#"{"clusters": [{"clusterArn": "arn:c1", "clusterName": "one", "tags": [{"key": "env", "value": "prod"}]},
                    {"clusterArn": "arn:c2", "clusterName": "two"}]}"#
            }
            "ListTasks" if body.contains("arn:c1") => r#"{"taskArns": ["arn:t1", "arn:t2", "arn:t3"]}"#,
            "ListServices" if body.contains("arn:c1") => r#"{"serviceArns": ["arn:s1"]}"#,
            "ListTasks" | "ListServices" => "{}",
            "DescribeServices" => {
                r#"{"services": [{"serviceName": "web", "serviceArn": "arn:s1", "status": "ACTIVE",
                    "tags": [{"key": "team", "value": "shop"}]}]}"#
            }
            "DescribeTasks" => {
                r#"{"tasks": [{"taskArn": "arn:t1", "taskDefinitionArn": "arn:d1", "group": "service:web", "launchType": "FARGATE",
                    "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "healthStatus": "HEALTHY", "availabilityZone": "eu-west-1a",
                    "platformFamily": "Linux", "platformVersion": "1.4.0", "tags": [{"key": "a.b", "value": "c"}],
                    "attachments": [{"type": "ElasticNetworkInterface", "details": [{"name": "subnetId", "value": "sn-1"},
                        {"name": "networkInterfaceId", "value": "eni-1"}, {"name": "privateIPv4Address", "value": "10.0.0.5"}]}]},
                   {"taskArn": "arn:t2", "taskDefinitionArn": "arn:d2", "group": "family:batch", "launchType": "EC2",
                    "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "containerInstanceArn": "arn:i1"},
                   {"taskArn": "arn:t3", "lastStatus": "PENDING", "group": "family:batch"}]}"#
            }
            "DescribeContainerInstances" => {
                r#"{"containerInstances": [{"containerInstanceArn": "arn:i1", "ec2InstanceId": "i-1"}]}"#
            }
            _ => return Answer::Status(400, String::new()),
        }
        .to_owned(),
    )
}

#[tokio::test]
async fn ecs() {
    let server = serve_with(ecs_answer).await;
    let config = |clusters: &[&str]| {
        DiscoveryConfig::Ecs(Box::new(EcsConfig {
            aws: aws(&server),
            ec2_endpoint: Some(server.url.clone()),
            clusters: clusters.iter().map(|name| (*name).to_owned()).collect(),
            request_concurrency: 4,
        }))
    };
    let all = targets(config(&[])).await;
    assert_eq!(all.len(), 2, "a task without an address makes no target");
    assert_labels(
        &all[0],
        "__meta_ecs_",
        "__address__ = 10.0.0.5:9100
         availability_zone = eu-west-1a
         cluster = one
         cluster_arn = arn:c1
         desired_status = RUNNING
         health_status = HEALTHY
         ip_address = 10.0.0.5
         last_status = RUNNING
         launch_type = FARGATE
         network_mode = awsvpc
         platform_family = Linux
         platform_version = 1.4.0
         public_ip = 1.2.3.4
         region = eu-west-1
         service = web
         service_arn = arn:s1
         service_status = ACTIVE
         subnet_id = sn-1
         tag_cluster_env = prod
         tag_service_team = shop
         tag_task_a_b = c
         task_arn = arn:t1
         task_definition = arn:d1
         task_group = service:web",
    );
    assert_labels(
        &all[1],
        "__meta_ecs_",
        "__address__ = 10.0.0.9:9100
         cluster = one
         cluster_arn = arn:c1
         container_instance_arn = arn:i1
         desired_status = RUNNING
         ec2_instance_id = i-1
         ec2_instance_private_ip = 10.0.0.9
         ec2_instance_public_ip = 5.6.7.8
         ec2_instance_type = m5.large
         ip_address = 10.0.0.9
         last_status = RUNNING
         launch_type = EC2
         network_mode = bridge
         public_ip = 5.6.7.8
         region = eu-west-1
         subnet_id = sn-9
         tag_cluster_env = prod
         tag_ec2_host_role = ecs
         task_arn = arn:t2
         task_definition = arn:d2
         task_group = family:batch",
    );
    let request = server.requests()[0].clone();
    assert_eq!(header(&request, "x-amz-target"), "AmazonEC2ContainerServiceV20141113.ListClusters");
    assert!(header(&request, "authorization").contains("/eu-west-1/ecs/aws4_request"), "{request}");

    let before = server.requests().len();
    targets(config(&["one"])).await;
    let asked: Vec<String> = server.requests().split_off(before);
    assert!(asked.iter().all(|request| !request.contains("ListClusters")), "{asked:#?}");
    assert!(asked[0].ends_with(r#"{"clusters":["one"],"include":["TAGS"]}"#), "{}", asked[0]);
}

#[tokio::test]
async fn ecs_keeps_its_targets_when_a_part_fails() {
    let server = serve_with(|request| match header(request, "x-amz-target").ends_with("DescribeTasks") {
        true => Answer::Status(500, String::new()),
        false => ecs_answer(request),
    })
    .await;
    let config = EcsConfig { aws: aws(&server), request_concurrency: 1, ..EcsConfig::default() };
    let groups = found(DiscoveryConfig::Ecs(Box::new(config))).await;
    assert!(groups.is_empty(), "no list with holes in it is handed on");
}

const CLUSTER: &str = r#"{"clusterArn": "arn:aws:kafka:eu-west-1:1:cluster/k/x-1", "clusterName": "k", "clusterType": "PROVISIONED",
    "currentVersion": "K1", "state": "ACTIVE", "tags": {"my team": "x"}, "provisioned": {
      "currentBrokerSoftwareInfo": {"kafkaVersion": "3.6.0", "configurationArn": "arn:conf", "configurationRevision": 2},
      "openMonitoring": {"prometheus": {"jmxExporter": {"enabledInBroker": true}, "nodeExporter": {"enabledInBroker": false}}}}}"#;

#[tokio::test]
async fn msk() {
    let server = serve_with(|request| {
        let path = request.split([' ', '?']).nth(1).unwrap();
        let second = request.lines().next().unwrap().contains("nextToken=n%2B1");
        Answer::Ok(match path {
            "/api/v2/clusters" => format!(r#"{{"clusterInfoList": [{CLUSTER}]}}"#),
            "/api/v2/clusters/arn%3Aserverless" => {
                r#"{"clusterInfo": {"clusterArn": "arn:serverless", "clusterType": "SERVERLESS"}}"#.to_owned()
            }
            "/v1/clusters/arn%3Aaws%3Akafka%3Aeu-west-1%3A1%3Acluster%2Fk%2Fx-1/nodes" if !second => {
                r#"{"nextToken": "n+1", "nodeInfoList": [{"nodeARN": "arn:b", "addedToClusterTime": "2024-01-02T03:04:05Z",
                    "instanceType": "kafka.m5.large", "nodeType": "BROKER", "brokerNodeInfo": {"attachedENIId": "eni-1", "brokerId": 1.0,
                    "clientSubnet": "sn-1", "clientVpcIpAddress": "10.0.0.7", "endpoints": ["b-1.example", "b-1-b.example"]}}]}"#
                    .to_owned()
            }
            _ if second => {
                r#"{"nodeInfoList": [{"nodeARN": "arn:c", "instanceType": "m", "controllerNodeInfo": {"endpoints": ["c-1.example"]}},
                    {"nodeARN": "arn:z"}]}"#
                    .to_owned()
            }
            _ => return Answer::Status(404, String::new()),
        })
    })
    .await;
    let config = |clusters: &[&str]| {
        DiscoveryConfig::Msk(Box::new(MskConfig {
            aws: aws(&server),
            clusters: clusters.iter().map(|name| (*name).to_owned()).collect(),
            request_concurrency: 10,
        }))
    };
    let all = targets(config(&[])).await;
    let addresses: Vec<&str> = all.iter().map(|target| target["__address__"].as_str()).collect();
    assert_eq!(addresses, ["b-1.example:9100", "b-1-b.example:9100", "c-1.example:9100"]);
    assert_labels(
        &all[1],
        "__meta_msk_",
        "__address__ = b-1-b.example:9100
         broker_client_subnet = sn-1
         broker_client_vpc_ip = 10.0.0.7
         broker_endpoint_index = 1
         broker_id = 1
         broker_node_exporter_enabled = false
         cluster_arn = arn:aws:kafka:eu-west-1:1:cluster/k/x-1
         cluster_configuration_arn = arn:conf
         cluster_configuration_revision = 2
         cluster_jmx_exporter_enabled = true
         cluster_kafka_version = 3.6.0
         cluster_name = k
         cluster_state = ACTIVE
         cluster_tag_my_team = x
         cluster_type = PROVISIONED
         cluster_version = K1
         node_added_time = 2024-01-02T03:04:05Z
         node_arn = arn:b
         node_attached_eni = eni-1
         node_instance_type = kafka.m5.large
         node_type = BROKER",
    );
    assert_eq!(all[2]["__meta_msk_node_type"], "CONTROLLER");
    assert_eq!(all[2]["__meta_msk_controller_endpoint_index"], "0");
    let request = server.request("/api/v2/clusters?clusterTypeFilter=PROVISIONED&maxResults=100 ");
    assert!(header(&request, "authorization").contains("/eu-west-1/kafka/aws4_request"), "{request}");
    assert!(targets(config(&["arn:serverless"])).await.is_empty(), "its nodes cannot be seen");
}

/// The names of the labels that the documentation lists, one per line, without their prefix.
fn documented(list: &str) -> BTreeSet<String> {
    list.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The names of a target's labels with a prefix, cut off.
fn names(target: &BTreeMap<String, String>, prefix: &str) -> BTreeSet<String> {
    target.keys().filter_map(|name| name.strip_prefix(prefix)).map(str::to_owned).collect()
}

#[tokio::test]
async fn rds() {
    let server = serve_with(|request| {
        let answer = if request.contains("Action=DescribeDBInstances") {
            include_str!("data/rds_instances.xml")
        } else if request.contains("Marker=page2") {
            "<R><DescribeDBClustersResult><DBClusters/></DescribeDBClustersResult></R>"
        } else {
            include_str!("data/rds_clusters.xml")
        };
        Answer::Ok(answer.to_owned())
    })
    .await;
    let config = RdsConfig {
        aws: aws(&server),
        filters: BTreeMap::from([("engine".to_owned(), vec!["mysql".to_owned()])]),
        request_concurrency: 10,
        ..RdsConfig::default()
    };
    let all = targets(DiscoveryConfig::Rds(Box::new(config))).await;
    assert_eq!(all.len(), 2);
    // Every documented label, from an answer in which every field is set.
    assert_eq!(
        names(&all[0], "__meta_rds_cluster_"),
        documented(include_str!("data/rds_cluster_labels.txt"))
    );
    assert_eq!(
        names(&all[0], "__meta_rds_instance_"),
        documented(include_str!("data/rds_instance_labels.txt"))
    );
    for (name, value) in [
        ("__address__", "db-1.example:9100"),
        ("__meta_rds_cluster_arn", "arn:aws:rds:eu-west-1:1:cluster:c"),
        ("__meta_rds_cluster_cluster_create_time", "2024-01-02T03:04:05Z"),
        ("__meta_rds_cluster_subnet_group", "Value of DBSubnetGroup"),
        ("__meta_rds_cluster_tag_my_team", "shop"),
        ("__meta_rds_instance_endpoint_port", "3306"),
        ("__meta_rds_instance_is_cluster_writer", "true"),
        ("__meta_rds_instance_port", "Value of DbInstancePort"),
        ("__meta_rds_instance_subnet_group", "Value of DBSubnetGroupName"),
        ("__meta_rds_instance_tag_a_b", "c"),
    ] {
        assert_eq!(all[0].get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!(all[1].get("__address__"), None, "an instance that is being made has no endpoint");
    assert_eq!(all[1]["__meta_rds_instance_is_cluster_writer"], "false");
    let requests = server.requests();
    let instances = requests.iter().find(|request| request.contains("DescribeDBInstances")).unwrap();
    assert!(
        instances.ends_with(
            "Action=DescribeDBInstances&Version=2014-10-31&MaxRecords=100&Filters.Filter.1.Name=db-cluster-id\
             &Filters.Filter.1.Values.Value.1=arn%3Aaws%3Ards%3Aeu-west-1%3A1%3Acluster%3Ac\
             &Filters.Filter.2.Name=engine&Filters.Filter.2.Values.Value.1=mysql"
        ),
        "{instances}"
    );
}

#[tokio::test]
async fn elasticache() {
    let server = serve_with(|request| {
        let answer = if request.contains("Action=ListTagsForResource") {
            "<R><ListTagsForResourceResult><TagList><Tag><Key>cost center</Key><Value>7</Value></Tag></TagList></ListTagsForResourceResult></R>"
        } else if request.contains("Action=DescribeServerlessCaches") {
            include_str!("data/elasticache_serverless.xml")
        } else {
            include_str!("data/elasticache_clusters.xml")
        };
        Answer::Ok(answer.to_owned())
    })
    .await;
    let config = |clusters: &[&str]| {
        DiscoveryConfig::ElastiCache(Box::new(ElastiCacheConfig {
            aws: aws(&server),
            clusters: clusters.iter().map(|arn| (*arn).to_owned()).collect(),
            request_concurrency: 10,
        }))
    };
    let all = targets(config(&[])).await;
    let addresses: Vec<&str> = all.iter().map(|target| target["__address__"].as_str()).collect();
    assert_eq!(addresses, ["less.example:6379", "n1.example:6380", "n2.example:6380", "other.example:11211"]);
    let (cache, node) = (&all[0], &all[1]);
    assert_eq!(cache["__meta_elasticache_deployment_option"], "serverless");
    assert_eq!(node["__meta_elasticache_deployment_option"], "node");
    let serverless = documented(include_str!("data/elasticache_serverless_labels.txt"));
    assert_eq!(names(cache, "__meta_elasticache_serverless_cache_"), serverless);
    let cluster = documented(include_str!("data/elasticache_cluster_labels.txt"));
    assert_eq!(names(node, "__meta_elasticache_cache_cluster_"), cluster);
    for (target, name, value) in [
        (cache, "serverless_cache_create_time", "2024-01-02T03:04:05Z"),
        (cache, "serverless_cache_cache_usage_limit_data_storage_maximum", "10"),
        (cache, "serverless_cache_security_group_id_1", "sg-2"),
        (cache, "serverless_cache_tag_cost_center", "7"),
        (node, "cache_cluster_node_id", "0001"),
        (node, "cache_cluster_pending_modified_values_cache_node_ids_to_remove", "0001,0002"),
        (node, "cache_cluster_log_delivery_configuration_log_group_0", "g"),
        (node, "cache_cluster_security_group_membership_id_0", "sg-1"),
        (node, "cache_cluster_tag_cost_center", "7"),
    ] {
        assert_eq!(target[&format!("__meta_elasticache_{name}")], value, "{name}");
    }
    let one = targets(config(&["arn:aws:elasticache:eu-west-1:1:replicationgroup:group"])).await;
    assert_eq!(one.len(), 2, "only the nodes of the replication group");
    let one = targets(config(&["arn:aws:elasticache:eu-west-1:1:serverlesscache:less", "nonsense"])).await;
    assert_eq!(one.len(), 1, "only the serverless cache");
}

#[tokio::test]
async fn refused() {
    let server = serve(&[]).await;
    let config = RdsConfig { aws: aws(&server), request_concurrency: 10, ..RdsConfig::default() };
    assert!(found(DiscoveryConfig::Rds(Box::new(config))).await.is_empty());
    assert_eq!(server.requests().len(), 1, "asked once, and told so");
}
