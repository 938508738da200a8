//! Processes under test.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The path of a workspace binary, built now if it is not fresh.
///
/// # Panics
/// When the binary cannot be built: no test can go on then.
pub fn binary(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "--bin", "narthex", "--bin", "heart-disease-api"])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .status();
        assert!(status.is_ok_and(|s| s.success()), "the binaries under test do not build");
        let test = std::env::current_exe().unwrap_or_default();
        // target/PROFILE/deps/test → target/PROFILE
        test.ancestors().nth(2).map(Path::to_owned).unwrap_or_default()
    });
    folder.join(name)
}

/// A port that was free a moment ago.
///
/// # Panics
/// When the loopback address has no free port.
#[expect(clippy::unwrap_used, reason = "a machine without a free port can run no test")]
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap().port()
}

/// Calls `check` every 50 ms until it says yes; false after `limit`.
pub fn wait_until(limit: Duration, mut check: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if check() {
            return true;
        }
        if start.elapsed() > limit {
            return false;
        }
        sleep(Duration::from_millis(50));
    }
}

/// A running process; killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a workspace binary with its output in `folder`, and waits until `GET ready` on `port` answers 200.
    ///
    /// # Panics
    /// When it does not start or does not become ready within 30 s; the message holds its output.
    pub fn start(name: &str, arguments: &[&str], folder: &Path, port: u16, ready: &str) -> Self {
        Self::start_program(&binary(name), arguments, folder, port, ready)
    }

    /// The same for any program.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn start_program(program: &Path, arguments: &[&str], folder: &Path, port: u16, ready: &str) -> Self {
        let name = program.display();
        let mut process = Self::spawn_program(program, arguments, folder);
        let up = wait_until(Duration::from_secs(30), || {
            super::get(port, ready).is_ok_and(|answer| answer.status == 200)
                || process.child.try_wait().is_ok_and(|status| status.is_some())
        });
        let ended = process.child.try_wait().ok().flatten();
        assert!(up && ended.is_none(), "{name} did not become ready ({ended:?}):\n{}", process.output());
        process
    }

    /// Starts a workspace binary with its output in `folder`.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn spawn(name: &str, arguments: &[&str], folder: &Path) -> Self {
        Self::spawn_program(&binary(name), arguments, folder)
    }

    /// The same for any program.
    ///
    /// # Panics
    /// When it cannot be started.
    #[expect(clippy::unwrap_used, reason = "without its process a test cannot go on")]
    pub fn spawn_program(program: &Path, arguments: &[&str], folder: &Path) -> Self {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let log = folder.join(format!("{name}-{}.log", free_port()));
        let out = File::create(&log).unwrap();
        let child = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .spawn()
            .unwrap();
        Self { child, log }
    }

    /// Everything it has printed.
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as `kill -9` does.
    pub fn kill(&mut self) {
        // It may have ended already, which is as good.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }

    /// Waits for its end and returns the exit code; `None` when it does not end in time or a signal ended it.
    pub fn exit_code(&mut self, limit: Duration) -> Option<i32> {
        let mut status = None;
        wait_until(limit, || {
            status = self.child.try_wait().ok().flatten();
            status.is_some()
        });
        status.and_then(|s| s.code())
    }

    /// Asks it to stop (SIGTERM) and returns its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        let _sent = Command::new("kill").args(["-TERM", &self.id().to_string()]).status();
        self.exit_code(Duration::from_secs(20))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
