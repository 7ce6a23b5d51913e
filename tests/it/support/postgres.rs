//! One throw-away PostgreSQL cluster for the whole test process, on a Unix socket in a folder
//! of its own.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
};

/// A running server.
pub struct Cluster {
    /// The folder of the socket.
    socket: PathBuf,
    pid: u32,
    /// Stops the server and removes its folder once its standard input closes. That happens
    /// whenever this process ends, after a panic and by SIGKILL too, when no destructor runs.
    _guard: Child,
}

impl Cluster {
    /// The server of this process; `None`, said loudly once, where no server program is found.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        SHARED
            .get_or_init(|| {
                let Some(programs) = programs() else {
                    missing();
                    return None;
                };
                Some(start(&programs))
            })
            .as_ref()
    }

    /// A server for one test alone, which may do to it what it likes; gone when dropped.
    pub fn own() -> Option<Self> {
        Self::shared()?;
        programs().as_deref().map(start)
    }

    /// The folder of the server's socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The server's process, which every other of its processes is a child of.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The URL of a schema.
    pub fn url(&self, schema: &str) -> String {
        let socket = self.socket.display().to_string().replace('/', "%2F");
        format!(
            "postgres:///postgres?host={socket}&user=postgres\
             &options=-c%20search_path%3D{schema}"
        )
    }
}

/// The folder of the server's programs: where `PATH` says, or Debian keeps them.
fn programs() -> Option<PathBuf> {
    let in_path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&in_path).collect();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    folders.into_iter().find(|folder| {
        ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file())
    })
}

/// Says that half of the store's tests do not run, past the harness, which hides the output
/// of tests that pass.
fn missing() {
    assert!(
        std::env::var_os("BEDSIDE_REQUIRE_POSTGRES").is_none_or(|value| value != "1"),
        "BEDSIDE_REQUIRE_POSTGRES=1, but initdb, pg_ctl and postgres are neither in PATH nor \
         in /usr/lib/postgresql/*/bin"
    );
    let line = "\n!!!! NO POSTGRESQL SERVER PROGRAM FOUND: every store test runs on SQLite only. \
                Mend: apt-get install postgresql !!!!\n\n";
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

fn start(programs: &Path) -> Cluster {
    let folder = tempfile::Builder::new().prefix("bedside-pg-").tempdir().unwrap().keep();
    let data = folder.join("data");
    let as_root = fs::metadata("/proc/self").is_ok_and(|me| owner(&me) == 0);
    if as_root {
        run(Command::new("chown").arg("postgres").arg(&folder));
    }
    let program = |name: &str| {
        let path = programs.join(name);
        // PostgreSQL refuses to run as root.
        let mut command = if as_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(&folder).env("LC_ALL", "C");
        command
    };
    run(program("initdb")
        .arg("--pgdata")
        .arg(&data)
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"])
        .arg("--no-sync"));
    // Nothing here outlives the process, so the disk may be late; synchronous_commit stays on,
    // since the store refuses to work without it.
    let options = format!(
        "-c listen_addresses= -c unix_socket_directories={} -c fsync=off -c full_page_writes=off \
         -c max_connections=300",
        folder.display()
    );
    run(program("pg_ctl")
        .args(["start", "--wait", "--silent", "--pgdata"])
        .arg(&data)
        .arg("--log")
        .arg(folder.join("log"))
        .arg("--options")
        .arg(options));
    let pid = fs::read_to_string(data.join("postmaster.pid")).unwrap();
    let pid: u32 = pid.lines().next().unwrap().parse().unwrap();
    let guard = Command::new("sh")
        .arg("-c")
        .arg(
            "trap '' INT TERM HUP; read _; kill -QUIT \"$1\"; \
             while kill -0 \"$1\" 2>/dev/null; do sleep 0.05; done; rm -rf \"$2\"",
        )
        .arg("guard")
        .arg(pid.to_string())
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Cluster { socket: folder, pid, _guard: guard }
}

#[cfg(unix)]
fn owner(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::uid(metadata)
}

/// Runs a program to its end. Its output goes to files of its own, not to pipes: the server
/// that `pg_ctl` leaves behind would hold a pipe open for ever.
fn run(command: &mut Command) {
    let output = tempfile::NamedTempFile::new().unwrap();
    let Output { status, .. } = command
        .stdin(Stdio::null())
        .stdout(output.reopen().unwrap())
        .stderr(output.reopen().unwrap())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    let said = fs::read_to_string(output.path()).unwrap_or_default();
    assert!(status.success(), "{command:?}: {status}\n{said}");
}
