//! Data directories in both directions (`make interop`): what promtool dumps of a directory, `narthex tsdb dump` dumps byte
//! for byte, whoever wrote it, also after damage that we repaired. Without `NARTHEX_PEERS_BIN` every test says SKIPPED.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::path::{Path, PathBuf};
use std::process::Command;

use narthex_tests::binary;

fn promtool() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("NARTHEX_PEERS_BIN") else {
        eprintln!("SKIPPED: NARTHEX_PEERS_BIN is not set, no promtool to compare with (run `make interop`)");
        return None;
    };
    Some(Path::new(&folder).join("promtool"))
}

/// Standard output of a tool that succeeds.
fn run(program: &Path, arguments: &[&str], dir: &Path) -> Vec<u8> {
    let output = Command::new(program).args(arguments).current_dir(dir).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {arguments:?}: {complaint}", program.display());
    output.stdout
}

/// Both tools dump the same of the data directory `data` in `dir`; how many lines.
fn dumps_alike(promtool: &Path, dir: &Path, data: &str) -> usize {
    let mut lines = 0;
    for verb in ["dump", "dump-openmetrics"] {
        let theirs = run(promtool, &["tsdb", verb, data], dir);
        let ours = run(&binary("narthex"), &["tsdb", verb, data], dir);
        let split =
            |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect::<Vec<_>>();
        if ours != theirs {
            let (ours, theirs) = (split(&ours), split(&theirs));
            let differs = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
            panic!("{verb} {data}: {} lines of ours, {} of theirs: {differs:?}", ours.len(), theirs.len());
        }
        lines = ours.iter().filter(|byte| **byte == b'\n').count();
    }
    for list in [&["tsdb", "list", data][..], &["tsdb", "list", "-r", data]] {
        assert_eq!(run(&binary("narthex"), list, dir), run(promtool, list, dir), "{list:?}");
    }
    lines
}

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn their_directories_dump_alike() {
    let Some(promtool) = promtool() else { return };
    let corpora = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpora/tsdb"));
    if !corpora.is_dir() {
        eprintln!("SKIPPED: no data directories at {}", corpora.display());
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut sets = vec![corpora.join("demo_15s_3h"), corpora.join("bulk_60s_1d")];
    sets.extend(std::fs::read_dir(corpora.join("live")).unwrap().map(|set| set.unwrap().path().join("data")));
    for (index, set) in sets.iter().enumerate() {
        let data = format!("set{index}");
        copy_dir(set, &dir.path().join(&data));
        std::fs::create_dir_all(dir.path().join(&data).join("wal")).unwrap();
        let lines = dumps_alike(&promtool, dir.path(), &data);
        assert!(lines > 1000, "{}: {lines} lines", set.display());
        eprintln!("{}: {lines} lines alike", set.display());
    }
    let old = dir.path().join("v1/01BZJ9WJQPWHGNC2W4J9TA62KC");
    copy_dir(&corpora.join("upstream/index_format_v1"), &old);
    std::fs::create_dir_all(dir.path().join("v1/wal")).unwrap();
    assert!(dumps_alike(&promtool, dir.path(), "v1") > 100);
}

/// A page with numbers of every form, over three ranges of blocks.
fn page() -> String {
    let mut text = String::from("# TYPE odd gauge\n");
    let values =
        ["0", "-0", "1e6", "123456.5", "1e21", "1e-5", "NaN", "+Inf", "-Inf", "5e-324", "0.1", "1234567"];
    for (index, value) in values.iter().cycle().take(600).enumerate() {
        let (id, t) = (index % 7, 1_700_000_000 + index * 31);
        text.push_str(&format!("odd{{id=\"{id}\",text=\"q\\\"\\\\ é\u{a0}\u{1f525}\"}} {value} {t}.25\n"));
    }
    text + "# EOF\n"
}

#[test]
fn both_import_alike() {
    let Some(promtool) = promtool() else { return };
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("page.txt"), page()).unwrap();
    let mut dumps = Vec::new();
    for (program, data) in [(binary("narthex"), "ours"), (promtool.clone(), "theirs")] {
        run(&program, &["tsdb", "create-blocks-from", "openmetrics", "page.txt", data], dir.path());
        std::fs::create_dir_all(dir.path().join(data).join("wal")).unwrap();
        assert!(dumps_alike(&promtool, dir.path(), data) >= 600);
        dumps.push(run(&promtool, &["tsdb", "dump", data], dir.path()));
    }
    assert!(dumps[0] == dumps[1], "blocks made by both hold the same");
}

#[test]
fn a_log_that_we_repaired_opens_there() {
    let Some(promtool) = promtool() else { return };
    let dir = tempfile::tempdir().unwrap();
    let series: String = (0..200).map(|i| format!("{{\"__name__\":\"m\",\"i\":\"{i}\"}}\n")).collect();
    std::fs::write(dir.path().join("series.json"), series).unwrap();
    let bench = ["tsdb", "bench", "write", "--scrapes=300", "series.json"];
    run(&binary("narthex"), &bench, dir.path());
    assert_eq!(dumps_alike(&promtool, dir.path(), "benchout/storage"), 200 * 300 + 1);
    // The tool leaves the damage alone, a start of the server repairs it.
    let wal = dir.path().join("benchout/storage/wal/00000000");
    let mut bytes = std::fs::read(&wal).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    std::fs::write(&wal, &bytes).unwrap();
    std::fs::remove_dir_all(dir.path().join("benchout/storage/chunks_head")).unwrap();
    std::fs::write(dir.path().join("prometheus.yml"), "").unwrap();
    let port = narthex_tests::free_port();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let arguments = ["--config.file=prometheus.yml", "--storage.tsdb.path=benchout/storage", listen.as_str()];
    let mut server = narthex_tests::Process::start("narthex", &arguments, dir.path(), port, "/-/ready");
    server.kill();
    let left = dumps_alike(&promtool, dir.path(), "benchout/storage");
    assert!((10_000..200 * 300).contains(&left), "{left} lines");
}
