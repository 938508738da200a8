//! What it costs to measure `POST /predict`: the same routes with and without a line of measuring, side by side.
//!
//! `cargo bench -p heart-disease-api --features bench`. Two figures come out of it: the time of a request in the process (no socket), and
//! the processor time of a request over keep-alive connections on loopback, kernel included. The two kinds of routes take turns in rounds
//! of some milliseconds; what counts is the ratio of two neighbouring rounds, so that what disturbs the machine disturbs both. Printed are
//! the median of the ratios and their quartiles.
//!
//! With `serve measured ADDRESS` or `serve bare ADDRESS` behind `--` it serves one of them as the service does, for load from elsewhere,
//! and with `repeat measured NUMBER` or `repeat bare NUMBER` it answers so many requests in the process, for a profiler that counts
//! instructions: `scripts/instrumentation-cost.sh` does all three.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on should say where it stopped")]
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use heart_disease_api::model::Model;
use heart_disease_api::routes::{Service, partly_measured};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

const PATIENT: &str = r#"{"age": 63, "sex": 1, "cp": 3, "trestbps": 145, "chol": 233, "fbs": 1, "restecg": 0, "thalach": 150, "exang": 0, "oldpeak": 2.3, "slope": 0, "ca": 0, "thal": 1}"#;
/// Pairs of rounds of each comparison.
const PAIRS: usize = 1_000;
const REQUESTS_A_ROUND: u32 = 1_000;
const CONNECTIONS: usize = 8;

fn main() {
    let app = |requests, predictions| {
        partly_measured(Service::new(Model::built_in().unwrap()), requests, predictions)
    };
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [verb, kind, what, ..] = arguments.as_slice() {
        let app = app(kind == "measured", kind == "measured");
        match verb.as_str() {
            "serve" => return serve(app, what),
            "repeat" => return repeat(&app, what.parse().unwrap()),
            _ => {}
        }
    }
    println!(
        "{PAIRS} pairs of rounds of {REQUESTS_A_ROUND} requests; medians, and quartiles of the pairs' ratios"
    );
    let bare = app(false, false);
    report("in the process, requests, ns", &in_process(&app(true, false), &bare));
    report("in the process, predictions, ns", &in_process(&app(false, true), &bare));
    report("in the process, both, ns", &in_process(&app(true, true), &bare));
    report("over loopback, both, processor ns", &over_loopback(app(true, true), bare));
}

fn serve(app: Router, address: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        axum::serve(listener, app).await.unwrap();
    });
}

fn repeat(app: &Router, requests: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(answer(app, requests));
}

fn report(what: &str, pairs: &[[f64; 2]]) {
    let measured = quartiles(pairs.iter().map(|[measured, _]| *measured))[1];
    let bare = quartiles(pairs.iter().map(|[_, bare]| *bare))[1];
    let [low, middle, high] = quartiles(pairs.iter().map(|[measured, bare]| 100.0 * (measured / bare - 1.0)));
    println!(
        "{what:<34} measured {measured:>7.0}   bare {bare:>7.0}   {middle:>+6.2} % ({low:+.2} to {high:+.2})   {:>7.0} requests/s a core",
        1e9 / measured
    );
}

fn quartiles(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values[quarter * (values.len() - 1) / 4])
}

/// What each of the two took in each pair of rounds.
fn pairs(mut round: impl FnMut(usize) -> f64) -> Vec<[f64; 2]> {
    let _warm = [0, 1].map(&mut round);
    // A B, B A, A B, …: neither always comes first.
    let mut pair = |number: usize| {
        let first = round(number % 2);
        let second = round(1 - number % 2);
        if number.is_multiple_of(2) { [first, second] } else { [second, first] }
    };
    (0..PAIRS).map(&mut pair).collect()
}

fn in_process(measured: &Router, bare: &Router) -> Vec<[f64; 2]> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let apps = [measured, bare];
    pairs(|which| {
        runtime.block_on(async {
            let begun = Instant::now();
            answer(apps[which], REQUESTS_A_ROUND).await;
            begun.elapsed().as_secs_f64() * 1e9 / f64::from(REQUESTS_A_ROUND)
        })
    })
}

async fn answer(app: &Router, requests: u32) {
    for _ in 0..requests {
        let body = Body::from(Bytes::from_static(PATIENT.as_bytes()));
        let request = Request::post("/predict").body(body).unwrap();
        let answer = app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes().first(), Some(&b'{'));
    }
}

/// A server on a thread of its own, and clients that keep their connections.
struct Server {
    /// Where the kernel says how long the thread was on a processor.
    schedstat: PathBuf,
    connections: Vec<TcpStream>,
}

impl Server {
    fn start(app: Router) -> Self {
        let (tell, told) = std::sync::mpsc::channel::<(SocketAddr, PathBuf)>();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                let thread = PathBuf::from("/proc").join(std::fs::read_link("/proc/thread-self").unwrap());
                tell.send((listener.local_addr().unwrap(), thread.join("schedstat"))).unwrap();
                axum::serve(listener, app).await.unwrap();
            });
        });
        let (address, schedstat) = told.recv().unwrap();
        let connect = |_| {
            let stream = TcpStream::connect(address).unwrap();
            stream.set_nodelay(true).unwrap();
            stream
        };
        Self { schedstat, connections: (0..CONNECTIONS).map(connect).collect() }
    }

    /// Nanoseconds that the server's thread has had a processor, in the kernel too.
    fn processor_ns(&self) -> f64 {
        let text = std::fs::read_to_string(&self.schedstat).unwrap();
        text.split(' ').next().unwrap().parse().unwrap()
    }

    /// A request on every connection, then the answers.
    fn ask(&mut self, request: &[u8], answer: &mut [u8]) {
        for stream in &mut self.connections {
            stream.write_all(request).unwrap();
        }
        for stream in &mut self.connections {
            // An answer is short and comes in one piece.
            let length = stream.read(answer).unwrap();
            assert!(answer[..length].starts_with(b"HTTP/1.1 200") && answer[length - 1] == b'}');
        }
    }
}

fn over_loopback(measured: Router, bare: Router) -> Vec<[f64; 2]> {
    let mut servers = [Server::start(measured), Server::start(bare)];
    let request = format!(
        "POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{PATIENT}",
        PATIENT.len()
    );
    let mut answer = vec![0; 16 * 1024];
    let turns = REQUESTS_A_ROUND as usize / CONNECTIONS;
    pairs(|which| {
        let server = &mut servers[which];
        let before = server.processor_ns();
        (0..turns).for_each(|_| server.ask(request.as_bytes(), &mut answer));
        (server.processor_ns() - before) / (turns * CONNECTIONS) as f64
    })
}
