//! What it costs to measure `POST /predict`: the same routes with and without a line of measuring, side by side.
//!
//! `cargo bench -p heart-disease-api --features bench`. Two figures come out of it: the time of a request in the process (no socket), and
//! the processor time of a request over keep-alive connections on loopback, kernel included. The two kinds of routes take turns in short
//! rounds and each keeps its best, so that what disturbs the machine disturbs both.
//!
//! With `serve measured ADDRESS` or `serve bare ADDRESS` behind `--` it serves one of them as the service does, for load from
//! elsewhere, and with `repeat measured NUMBER` or `repeat bare NUMBER` it answers so many requests in the process, for a profiler that
//! counts instructions: `scripts/instrumentation-cost.sh` compares the two in both ways.
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
const ROUNDS: usize = 60;
const REQUESTS_A_ROUND: u32 = 4_000;
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
    println!("{ROUNDS} rounds of {REQUESTS_A_ROUND} requests each; the best round of each kind");
    let bare = app(false, false);
    report("in the process, requests, ns", in_process(&app(true, false), &bare));
    report("in the process, predictions, ns", in_process(&app(false, true), &bare));
    report("in the process, both, ns", in_process(&app(true, true), &bare));
    report("over loopback, both, processor ns", over_loopback(app(true, true), bare));
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

fn report(what: &str, [measured, bare]: [f64; 2]) {
    let added = measured - bare;
    println!(
        "{what:<34} measured {measured:>8.0}   bare {bare:>8.0}   added {added:>6.0} ({:.2} %)   {:>7.0} requests/s a core",
        100.0 * added / bare,
        1e9 / measured
    );
}

/// The best of the rounds of both, which take turns.
fn best(mut round: impl FnMut(usize) -> f64) -> [f64; 2] {
    let mut least = [f64::INFINITY; 2];
    for turn in 0..2 * ROUNDS {
        // A B, B A, A B, …: neither always comes first.
        let which = (turn + turn / 2) % 2;
        least[which] = least[which].min(round(which));
    }
    least
}

fn in_process(measured: &Router, bare: &Router) -> [f64; 2] {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let apps = [measured, bare];
    best(|which| {
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

fn over_loopback(measured: Router, bare: Router) -> [f64; 2] {
    let mut servers = [Server::start(measured), Server::start(bare)];
    let request = format!(
        "POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{PATIENT}",
        PATIENT.len()
    );
    let mut answer = vec![0; 16 * 1024];
    let turns = REQUESTS_A_ROUND as usize / CONNECTIONS;
    best(|which| {
        let server = &mut servers[which];
        let before = server.processor_ns();
        (0..turns).for_each(|_| server.ask(request.as_bytes(), &mut answer));
        (server.processor_ns() - before) / (turns * CONNECTIONS) as f64
    })
}
