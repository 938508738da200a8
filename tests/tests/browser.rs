//! The pages in a real chromium: query, targets and dashboard over the real binaries. The checks themselves are in
//! `tests/browser/story.mjs`. Without chromium, Node.js or the web interface's packages the test says SKIPPED.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use narthex_tests::{Process, free_port, get, wait_until};

fn found(program: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(program)).find(|path| path.is_file())
}

fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(found)
}

#[test]
fn the_pages_draw_the_story() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (Some(chromium), Some(node)) = (chromium(), found("node")) else {
        eprintln!("SKIPPED: no chromium or no node, so no page was opened");
        return;
    };
    if !root.join("ui/node_modules/playwright-core").is_dir() || !root.join("ui/dist/index.html").is_file() {
        eprintln!("SKIPPED: the web interface is not built (make ui), so no page was opened");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (api, server, dash, dead) = (free_port(), free_port(), free_port(), free_port());
    let config = format!(
        "global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: heart-disease-api\n    static_configs:\n      - targets: ['127.0.0.1:{api}']\n  - job_name: dead\n    static_configs:\n      - targets: ['127.0.0.1:{dead}']\n    relabel_configs:\n      - target_label: team\n        replacement: heart\n"
    );
    std::fs::write(folder.path().join("prometheus.yml"), config).unwrap();
    let at = |port: u16| format!("127.0.0.1:{port}");
    let _api =
        Process::start("heart-disease-api", &["serve", "--listen", &at(api)], folder.path(), api, "/health");
    let listen = format!("--web.listen-address={}", at(server));
    let arguments = ["--config.file=prometheus.yml", "--storage.tsdb.path=tsdb", listen.as_str()];
    let _server = Process::start("narthex", &arguments, folder.path(), server, "/-/ready");
    let boards = folder.path().join("dashboards");
    std::fs::create_dir(&boards).unwrap();
    for file in std::fs::read_dir(root.join("deploy/dashboards")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), boards.join(file.file_name())).unwrap();
    }
    let dashboards = format!("--dashboards.path={}", boards.display());
    let source = format!("--datasource.url=http://{}", at(server));
    let listen = format!("--web.listen-address={}", at(dash));
    let arguments = ["dash", source.as_str(), dashboards.as_str(), "--dashboards.writable", listen.as_str()];
    let _dash = Process::start("narthex", &arguments, folder.path(), dash, "/-/healthy");
    let url = format!("http://{}", at(api));
    let _traffic =
        Process::spawn("heart-disease-api", &["traffic", "--rate", "50", "--url", &url], folder.path());
    let stored = wait_until(Duration::from_secs(30), || {
        get(server, "/api/v1/query?query=count(count_over_time(predictions_total[1m])%20%3E%203)")
            .is_ok_and(|answer| answer.json()["data"]["result"][0]["value"][1] == "2")
    });
    assert!(stored, "the traffic did not arrive in the database");

    let mut command = Command::new(node);
    command
        .arg(root.join("tests/browser/story.mjs"))
        .env("NARTHEX_URL", format!("http://{}", at(server)))
        .env("DASH_URL", format!("http://{}", at(dash)))
        .env("CHROMIUM", chromium);
    let output = command.output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    eprintln!("{said}");
    assert!(output.status.success(), "{said}");
}
