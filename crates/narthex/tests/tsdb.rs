//! `narthex tsdb …` as a person types it: what is imported is listed, analysed and dumped.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

fn narthex(args: &[&str], dir: &Path) -> (String, String, bool) {
    let output = Command::new(env!("CARGO_BIN_EXE_narthex")).args(args).current_dir(dir).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.success())
}

fn done(args: &[&str], dir: &Path) -> String {
    let (out, err, ok) = narthex(args, dir);
    assert!(ok, "{args:?}: {err}");
    out
}

const PAGE: &str = "# TYPE requests counter
requests_total{code=\"200\"} 10 1700000000.000
requests_total{code=\"200\"} 11 1700000015.000
requests_total{code=\"500\"} 1 1700000015.000
requests_total{code=\"200\"} 1500000 1700010000.500
# TYPE temperature gauge
temperature{place=\"a \\\"b\\\"\"} -0.5 1700000030.000
temperature{place=\"a \\\"b\\\"\"} NaN 1700000010.000
# EOF
";

#[test]
fn imported_samples_come_out_again() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("page.txt"), PAGE).unwrap();
    let made = done(&["tsdb", "create-blocks-from", "openmetrics", "page.txt", "data"], dir.path());
    assert_eq!(made.lines().count(), 3, "{made}");
    let listed = done(&["tsdb", "list", "data"], dir.path());
    let header = "BLOCK ULID                  MIN TIME       MAX TIME       DURATION     NUM SAMPLES  NUM CHUNKS   NUM SERIES   SIZE";
    let mut lines = listed.lines();
    assert_eq!(lines.next(), Some(header));
    let cells: Vec<Vec<&str>> = lines.map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(cells[0][1..7], ["1700000000000", "1700000030001", "30.001s", "5", "4", "3"]);
    assert_eq!(cells[1][1..7], ["1700010000500", "1700010000501", "1ms", "1", "1", "1"]);
    let dumped = done(&["tsdb", "dump", "data"], dir.path());
    assert_eq!(
        dumped,
        "{__name__=\"requests_total\", code=\"200\"} 10 1700000000000
{__name__=\"requests_total\", code=\"200\"} 11 1700000015000
{__name__=\"requests_total\", code=\"200\"} 1.5e+06 1700010000500
{__name__=\"requests_total\", code=\"500\"} 1 1700000015000
{__name__=\"temperature\", place=\"a \\\"b\\\"\"} NaN 1700000010000
{__name__=\"temperature\", place=\"a \\\"b\\\"\"} -0.5 1700000030000
"
    );
    let two =
        ["tsdb", "dump", "--format=seriesjson", "--match=temperature", "--match={code=~\"5..\"}", "data"];
    assert_eq!(
        done(&two, dir.path()),
        "{\"__name__\":\"requests_total\",\"code\":\"500\"}\n{\"__name__\":\"temperature\",\"place\":\"a \\\"b\\\"\"}\n"
    );
    let from = ["tsdb", "dump-openmetrics", "--min-time=1700000015000", "--max-time=1700000020000", "data"];
    assert_eq!(
        done(&from, dir.path()),
        "requests_total{code=\"200\"} 11 1700000015.000\nrequests_total{code=\"500\"} 1 1700000015.000\n# EOF\n"
    );
    let analysis = done(
        &["tsdb", "analyze", "--extended", "--limit=1", "--match=requests_total", "data", cells[0][0]],
        dir.path(),
    );
    for line in [
        "Matched series: 2",
        "Postings (unique label pairs): 3",
        "Postings entries (total label pairs): 4",
        "2 __name__=requests_total",
        "14 __name__",
        "samples per float chunk (min/avg/max): 1/1/2",
        "samples per histogram chunk: N/A",
    ] {
        assert!(analysis.lines().any(|found| found == line), "{line} in {analysis}");
    }
    assert!(std::fs::read_dir(dir.path().join("data")).unwrap().count() == 2, "nothing is left of the tools");
}

#[test]
fn what_cannot_be_done_is_said() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("no_time.txt"), "a 1\n# EOF\n").unwrap();
    std::fs::write(dir.path().join("no_end.txt"), "a 1 1\n").unwrap();
    for (args, text) in [
        (&["tsdb", "create-blocks-from", "openmetrics", "no_time.txt"][..], "expected timestamp for series"),
        (&["tsdb", "create-blocks-from", "openmetrics", "no_end.txt"], "EOF"),
        (&["tsdb", "create-blocks-from", "openmetrics", "missing.txt"], "missing.txt"),
        (&["tsdb", "create-blocks-from", "openmetrics", "--label=x", "no_time.txt"], "NAME=VALUE"),
        (&["tsdb", "list", "nowhere"], "nowhere"),
        (&["tsdb", "analyze", "."], "no blocks found"),
        (&["tsdb", "dump", "--match={", "."], "parse error"),
    ] {
        let (_, err, ok) = narthex(args, dir.path());
        assert!(!ok && err.contains(text), "{args:?}: {err}");
    }
}

#[test]
fn bench_write_says_how_fast() {
    let dir = tempfile::tempdir().unwrap();
    let series: String = (0..30).map(|i| format!("{{\"__name__\":\"m\",\"i\":\"{}\"}}\n", i % 20)).collect();
    std::fs::write(dir.path().join("series.json"), series).unwrap();
    let out = done(&["tsdb", "bench", "write", "--scrapes=150", "--metrics=1000", "series.json"], dir.path());
    assert!(out.contains("\n > total samples: 4000\n") && out.contains(" > samples/sec: "), "{out}");
    let dumped = done(&["tsdb", "dump", "benchout/storage"], dir.path());
    assert_eq!(dumped.lines().count(), 4000);
    // Again into the same directory, but never over something else.
    let again = ["tsdb", "bench", "write", "--scrapes=100", "--out=benchout", "series.json"];
    done(&again, dir.path());
    std::fs::write(dir.path().join("benchout/thesis.tex"), "years of work").unwrap();
    let (_, err, ok) = narthex(&again, dir.path());
    assert!(!ok && err.contains("benchout: has thesis.tex in it"), "{err}");
    assert!(dir.path().join("benchout/thesis.tex").exists() && dir.path().join("benchout/storage").exists());
}

/// A dump equals what promtool printed when the blocks were made.
#[test]
fn dump_is_promtools_dump() {
    let corpora = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora/tsdb/demo_15s_3h"));
    if !corpora.is_dir() {
        println!("SKIPPED: no blocks at {}", corpora.display());
        return;
    }
    let archive = corpora.join("promtool_dump.txt.xz");
    let Ok(mut child) = Command::new("xz").arg("-dc").arg(&archive).stdout(Stdio::piped()).spawn() else {
        println!("SKIPPED: no xz to unpack {}", archive.display());
        return;
    };
    let mut want = String::new();
    child.stdout.take().unwrap().read_to_string(&mut want).unwrap();
    child.wait().unwrap();
    let got = done(&["tsdb", "dump", &corpora.display().to_string()], Path::new("."));
    let differs = got.lines().zip(want.lines()).find(|(got, want)| got != want);
    assert_eq!((differs, got.len()), (None, want.len()));
}
