//! A scripted name server, and the targets that its records make.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

use super::message::{self, Answer};
use super::*;

fn name(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in text.split('.') {
        bytes.push(label.len() as u8);
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

/// One answer record whose name points at the question's.
fn record(code: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xc0, 12];
    bytes.extend_from_slice(&code.to_be_bytes());
    bytes.extend_from_slice(&[0, 1, 0, 0, 0, 60]);
    bytes.extend_from_slice(&(data.len() as u16).to_be_bytes());
    bytes.extend_from_slice(data);
    bytes
}

/// The answer to a question with these flags and records.
fn respond(question: &[u8], flags: u16, records: &[Vec<u8>]) -> Vec<u8> {
    let question_end = 12 + question[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
    let mut bytes = question[..2].to_vec();
    for word in [flags, 1, records.len() as u16, 0, 0] {
        bytes.extend_from_slice(&word.to_be_bytes());
    }
    bytes.extend_from_slice(&question[12..question_end]);
    bytes.extend(records.iter().flatten());
    bytes
}

fn asked(question: &[u8]) -> String {
    let end = question[12..].iter().position(|byte| *byte == 0).unwrap();
    question[13..12 + end].iter().map(|byte| if *byte < 32 { '.' } else { char::from(*byte) }).collect()
}

fn answers(question: &[u8], by_tcp: bool) -> Vec<u8> {
    let srv = |port: u16| {
        let mut data = vec![0, 1, 0, 2];
        data.extend_from_slice(&port.to_be_bytes());
        data.extend(name("node.example"));
        record(33, &data)
    };
    match asked(question).as_str() {
        "srv.example" => respond(question, 0x8180, &[srv(9100), srv(9101)]),
        "a.example" => {
            respond(question, 0x8180, &[record(5, &name("alias.example")), record(1, &[10, 0, 0, 7])])
        }
        "aaaa.example" => {
            let mut address = [0; 16];
            address[15] = 1;
            respond(question, 0x8180, &[record(28, &address)])
        }
        "mx.example" => {
            respond(question, 0x8180, &[record(15, &[&[0, 10][..], &name("mail.example")].concat())])
        }
        "ns.example" => respond(question, 0x8180, &[record(2, &[&[2][..], b"ns", &[0xc0, 12]].concat())]),
        "long.example" if !by_tcp => respond(question, 0x8380, &[]),
        "long.example" => respond(question, 0x8180, &[record(1, &[10, 0, 0, 8])]),
        "short.lan" => respond(question, 0x8180, &[record(1, &[10, 0, 0, 9])]),
        "broken.example" => respond(question, 0x8182, &[]),
        _ => respond(question, 0x8183, &[]),
    }
}

async fn server() -> SocketAddr {
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = udp.local_addr().unwrap();
    let tcp = TcpListener::bind(address).await.unwrap();
    tokio::spawn(async move {
        let mut question = [0; 512];
        while let Ok((length, from)) = udp.recv_from(&mut question).await {
            let _ = udp.send_to(&answers(&question[..length], false), from).await;
        }
    });
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = tcp.accept().await {
            let length = stream.read_u16().await.unwrap();
            let mut question = vec![0; usize::from(length)];
            stream.read_exact(&mut question).await.unwrap();
            let answer = answers(&question, true);
            stream.write_all(&(answer.len() as u16).to_be_bytes()).await.unwrap();
            stream.write_all(&answer).await.unwrap();
        }
    });
    address
}

async fn targets(names: &[&str], record_type: DnsType) -> (Vec<Labels>, usize) {
    let config = DnsConfig {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        record_type,
        port: 80,
        ..DnsConfig::default()
    };
    let resolver = Resolver::parse("search lan # comment\noptions ndots:1\n").with_server(server().await);
    let mut refresher = DnsRefresher::with_resolver(config, resolver);
    let groups = refresher.refresh().await.unwrap().unwrap();
    (groups.into_iter().flat_map(|group| group.targets).collect(), refresher.take_errors().len())
}

async fn addresses(names: &[&str], record_type: DnsType) -> Vec<String> {
    let (targets, _) = targets(names, record_type).await;
    targets.iter().map(|target| target.value(ADDRESS_LABEL).to_owned()).collect()
}

#[tokio::test]
async fn each_type() {
    let (srv, _) = targets(&["srv.example"], DnsType::Srv).await;
    let expected = [
        (ADDRESS_LABEL, "node.example:9100"),
        (NAME_LABEL, "srv.example"),
        (SRV_TARGET_LABEL, "node.example."),
        (SRV_PORT_LABEL, "9100"),
    ];
    assert_eq!(srv[0], Labels::from_pairs(expected));
    assert_eq!(srv.len(), 2);
    assert_eq!(addresses(&["a.example"], DnsType::A).await, ["10.0.0.7:80"]);
    assert_eq!(addresses(&["aaaa.example"], DnsType::Aaaa).await, ["[::1]:80"]);
    assert_eq!(addresses(&["mx.example"], DnsType::Mx).await, ["mail.example:80"]);
    assert_eq!(addresses(&["ns.example"], DnsType::Ns).await, ["ns.ns.example:80"]);
}

#[tokio::test]
async fn search_list_tcp_and_failures() {
    assert_eq!(addresses(&["short"], DnsType::A).await, ["10.0.0.9:80"]);
    assert_eq!(addresses(&["long.example"], DnsType::A).await, ["10.0.0.8:80"]);
    assert_eq!(addresses(&["unknown.example."], DnsType::A).await, Vec::<String>::new());
    let (found, errors) = targets(&["broken.example.", "a.example"], DnsType::A).await;
    assert_eq!((found.len(), errors), (1, 1), "one broken name does not spoil the other");
}

#[test]
fn damaged_answers_are_refused() {
    let question = message::question(7, "srv.example", DnsType::Srv).unwrap();
    let good = answers(&question, false);
    assert!(
        matches!(message::answer(7, DnsType::Srv, &good), Ok(Answer::Records(records)) if records.len() == 2)
    );
    assert!(message::answer(8, DnsType::Srv, &good).is_err(), "another question");
    for length in 0..good.len() {
        assert!(message::answer(7, DnsType::Srv, &good[..length]).is_err(), "cut at {length}");
    }
    let looping = respond(&question, 0x8180, &[record(2, &[0xc0, 45])]);
    let _ = message::answer(7, DnsType::Ns, &looping);
    assert!(message::question(1, &"x".repeat(64), DnsType::A).is_none());
    assert!(message::question(1, "a..b", DnsType::A).is_none());
}
