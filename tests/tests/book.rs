//! Executes the README and the book: every command and query in them runs against the story, and prints what the page says.
//!
//! Fenced blocks by their language:
//! * `console`: lines after `$ ` are commands, the lines below them what they print. `…` stands for any text within a line, and
//!   alone on a line for any lines.
//! * `promql`: a query that must have a result.
//! * `yaml` with `scrape_configs`: a configuration that `check config` must accept.
//! * `sh`, `bash`: must succeed. What starts with one of [`ELSEWHERE`] is run by another command of the repository.
//!
//! Everything else is text. Addresses of the story (`localhost:8000`, 9090, 3000) become those of the processes under test.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use narthex_tests::{Process, binary, free_port, get, wait_until};

/// Commands that the tests of a page cannot run, and what runs them instead.
const ELSEWHERE: [&str; 6] = [
    "make ",           // the verbs themselves: this is one of them
    "export PATH",     // done below
    "kubectl ",        // needs a cluster
    "docker-compose ", // `make interop` starts the containers
    "docker run ",     // and asks them
    "sudo ",
];

struct Story {
    folder: tempfile::TempDir,
    ports: [(u16, u16); 3],
    processes: Vec<Process>,
}

impl Story {
    fn start() -> Self {
        let ports = [(8000, free_port()), (9090, free_port()), (3000, free_port())];
        let folder = tempfile::tempdir().unwrap();
        let root = root();
        std::os::unix::fs::symlink(root.join("deploy"), folder.path().join("deploy")).unwrap();
        let mut story = Self { folder, ports, processes: Vec::new() };
        let config = std::fs::read_to_string(root.join("deploy/prometheus.yml")).unwrap();
        let config = config.replace("scrape_interval: 15s", "scrape_interval: 1s");
        let config = story
            .here(&config.replace("127.0.0.1:", "localhost:"))
            .replace("scrape_configs:", "  scrape_timeout: 900ms\nscrape_configs:");
        std::fs::write(story.path().join("prometheus.yml"), config).unwrap();
        let [api, server, dashboards] = ports.map(|(_, port)| port);
        let listen = |port: u16| format!("127.0.0.1:{port}");
        story.run("heart-disease-api", &["serve", "--listen", &listen(api)], api, "/health");
        let address = format!("--web.listen-address={}", listen(server));
        let arguments = [
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=tsdb",
            "--web.enable-lifecycle",
            "--web.enable-admin-api",
            &address,
        ];
        story.run("narthex", &arguments, server, "/-/ready");
        let source = format!("--datasource.url=http://{}", listen(server));
        let address = format!("--web.listen-address={}", listen(dashboards));
        story.run(
            "narthex",
            &["dash", &source, "--dashboards.path=deploy/dashboards", &address],
            dashboards,
            "/-/healthy",
        );
        let url = format!("http://{}", listen(api));
        story.processes.push(Process::spawn(
            "heart-disease-api",
            &["traffic", "--rate", "50", "--url", &url],
            story.path(),
        ));
        story
    }

    fn run(&mut self, name: &str, arguments: &[&str], port: u16, ready: &str) {
        let process = Process::start(name, arguments, self.folder.path(), port, ready);
        self.processes.push(process);
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn server(&self) -> u16 {
        self.ports[1].1
    }

    /// `text` with the addresses of the processes under test.
    fn here(&self, text: &str) -> String {
        let mut text =
            text.replace("$(pidof narthex)", &self.processes.get(1).map_or(0, Process::id).to_string());
        for (known, port) in self.ports {
            text = text.replace(&format!("localhost:{known}"), &format!("127.0.0.1:{port}"));
        }
        text
    }

    /// Exit status and output of a shell command.
    fn shell(&self, command: &str) -> (bool, String) {
        let folder = binary("narthex").parent().unwrap().to_owned();
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
        let command = self.here(command).replace("target/release/", "");
        let output = Command::new("bash")
            .args(["-c", &format!("exec 2>&1; {command}")])
            .env("PATH", path)
            .current_dir(self.path())
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Whether the query has a result now.
    fn answers(&self, query: &str) -> bool {
        let encoded: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        get(self.server(), &format!("/api/v1/query?query={encoded}")).is_ok_and(|answer| {
            let json = answer.json();
            json["data"]["result"].as_array().is_some_and(|list| !list.is_empty())
        })
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A fenced block: language, first line's number, text.
struct Block {
    language: String,
    line: usize,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let (mut inside, mut indent) = (false, 0);
    for (number, line) in page.lines().enumerate() {
        let text = line.trim_start();
        if let Some(language) = text.strip_prefix("```") {
            inside = !inside;
            if inside {
                indent = line.len() - text.len();
                found.push(Block { language: language.to_owned(), line: number + 2, text: String::new() });
            }
        } else if let Some(block) = found.last_mut().filter(|_| inside) {
            // A block inside a list is as far to the right as its fence.
            writeln!(block.text, "{}", line.get(indent..).unwrap_or_default()).unwrap();
        }
    }
    found
}

/// Commands of a console block with the output that the page shows.
fn commands(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            found.push((command.to_owned(), Vec::new()));
            goes_on = command.ends_with('\\');
        } else if let Some((command, output)) = found.last_mut() {
            if goes_on {
                write!(command, "\n{line}").unwrap();
                goes_on = line.ends_with('\\');
            } else {
                output.push(line.to_owned());
            }
        }
    }
    found
}

/// Whether `line` has the pieces of `pattern` between its `…` in order, anchored at both ends.
fn line_matches(pattern: &str, line: &str) -> bool {
    let mut pieces = pattern.split('…');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let mut last = None;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
        last = Some(piece);
    }
    match last {
        None => rest.is_empty(),
        Some(piece) => line.ends_with(piece),
    }
}

fn output_matches(expected: &[String], output: &[&str]) -> bool {
    match expected.split_first() {
        None => output.is_empty(),
        Some((line, rest)) if line == "…" => {
            (0..=output.len()).any(|skipped| output_matches(rest, &output[skipped..]))
        }
        Some((line, rest)) => output
            .split_first()
            .is_some_and(|(first, others)| line_matches(line, first) && output_matches(rest, others)),
    }
}

#[test]
fn patterns_match_what_they_say() {
    assert!(line_matches("a…c", "abc") && line_matches("a…", "abc") && line_matches("…", ""));
    assert!(!line_matches("a…c", "abd") && !line_matches("abc", "abcd") && !line_matches("b…", "abc"));
    assert!(output_matches(&["…".to_owned(), "b".to_owned()], &["x", "y", "b"]));
    assert!(!output_matches(&["a".to_owned()], &["a", "b"]));
    assert_eq!(commands("$ a \\\n  b\nout\n$ c\n").len(), 2);
    assert_eq!(blocks("x\n```sh\nls\n```\n   ```promql\n   up\n   ```\n")[1].text, "up\n");
}

#[test]
fn every_command_and_query_of_the_pages_works() {
    let story = Story::start();
    // Windows of a rate and traffic of every kind.
    let ready = wait_until(Duration::from_secs(30), || {
        story.answers("rate(predictions_total[5m]) > 0")
            && story.answers("http_requests_total{status=\"422\"}")
    });
    assert!(ready, "no traffic arrived");

    let mut pages = vec![root().join("README.md")];
    let mut chapters: Vec<_> =
        std::fs::read_dir(root().join("docs/book/src")).unwrap().map(|entry| entry.unwrap().path()).collect();
    chapters.sort();
    pages.append(&mut chapters);

    let mut problems = String::new();
    let mut executed = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        for block in blocks(&text) {
            executed += 1;
            if let Err(problem) = execute(&story, &block) {
                writeln!(problems, "{name}:{}: {problem}\n", block.line).unwrap();
            }
        }
    }
    assert!(executed > 40, "only {executed} blocks were found");
    assert!(problems.is_empty(), "\n{problems}");
}

fn execute(story: &Story, block: &Block) -> Result<(), String> {
    match block.language.as_str() {
        "promql" => {
            block.text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).try_for_each(
                |query| {
                    if wait_until(Duration::from_secs(10), || story.answers(query)) {
                        Ok(())
                    } else {
                        Err(format!("no result: {query}"))
                    }
                },
            )
        }
        "console" => commands(&block.text).iter().try_for_each(|(command, expected)| {
            let expected: Vec<String> = expected.iter().map(|line| story.here(line)).collect();
            let (_, output) = story.shell(command);
            let lines: Vec<&str> = output.lines().collect();
            if output_matches(&expected, &lines) {
                Ok(())
            } else {
                Err(format!("{command}\nprints\n{output}\nand the page says\n{}", expected.join("\n")))
            }
        }),
        "yaml" if block.text.contains("scrape_configs") => {
            std::fs::write(story.path().join("block.yml"), &block.text).unwrap();
            // The files that it names are on another machine.
            succeed(story, "narthex check config --syntax-only block.yml")
        }
        "sh" | "bash" => {
            let script = block.text.replace("\\\n", " ");
            let by_line = script.lines().any(|line| is_elsewhere(line) || starts_a_server(line));
            if !by_line {
                return succeed(story, &format!("set -e\n{script}"));
            }
            script
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty() && !line.starts_with('#') && !is_elsewhere(line))
                .try_for_each(|line| {
                    if starts_a_server(line) { stays_up(story, line) } else { succeed(story, line) }
                })
        }
        _ => Ok(()),
    }
}

fn is_elsewhere(line: &str) -> bool {
    ELSEWHERE.iter().any(|start| line.trim_start().starts_with(start))
}

fn starts_a_server(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("target/release/");
    line.starts_with("narthex --") || line.starts_with("narthex dash")
}

/// A server that is started must still run after a moment.
fn stays_up(story: &Story, command: &str) -> Result<(), String> {
    let listen = format!("--web.listen-address=127.0.0.1:{}", free_port());
    let (_, output) =
        story.shell(&format!("mkdir -p my-dashboards; timeout 2 {command} {listen}; echo \"status $?\""));
    // `timeout` ends it with a signal, upon which it stops in order or not within the two seconds.
    if ["status 124", "status 0"].iter().any(|end| output.trim_end().ends_with(end)) {
        Ok(())
    } else {
        Err(format!("{command}\nended early:\n{output}"))
    }
}

fn succeed(story: &Story, command: &str) -> Result<(), String> {
    let (success, output) = story.shell(command);
    if success { Ok(()) } else { Err(format!("{command}\nfailed:\n{output}")) }
}
