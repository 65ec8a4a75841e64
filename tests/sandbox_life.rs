//! Nothing of a sandbox survives: not a signal, not a kill of either process, not two kills at once.

#![cfg(feature = "sandbox")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const GONE: Duration = Duration::from_secs(5);

/// A running `signoff sandbox up` in a temp dir of its own.
struct Running {
    up: Child,
    temp: tempfile::TempDir,
    /// Its folder.
    folder: PathBuf,
    /// The start of its addresses: `127.N.`.
    block: String,
}

impl Running {
    /// Starts one and waits until it is ready; `None`, loudly, where its programs cannot be had.
    fn start() -> Option<Self> {
        let temp = tempfile::tempdir().unwrap();
        let mut up = signoff(temp.path())
            .arg("up")
            .args(["--output", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(up.stdout.take().unwrap());
        let stderr = up.stderr.take().unwrap();
        let told = std::thread::spawn(move || {
            BufReader::new(stderr).lines().map_while(Result::ok).collect::<Vec<_>>().join("\n")
        });
        let mut text = String::new();
        while serde_json::from_str::<Value>(&text).is_err() {
            if reader.read_line(&mut text).unwrap() == 0 {
                let told = told.join().unwrap();
                assert!(told.contains("cannot get "), "the sandbox did not start:\n{told}");
                up.wait().unwrap();
                eprintln!("SKIPPED: the sandbox's programs cannot be had on this machine:\n{told}");
                return None;
            }
        }
        let ready: Value = serde_json::from_str(&text).unwrap();
        let server = ready["server"].as_str().unwrap().trim_start_matches("http://");
        let block = server.split('.').take(2).map(|part| format!("{part}.")).collect();
        let folder = PathBuf::from(ready["folder"].as_str().unwrap());
        let running = Self { up, temp, folder, block };
        assert!(running.folder.join("kubeconfig").exists());
        assert!(running.processes().len() > 5, "too few processes for a sandbox: {:?}", running.processes());
        Some(running)
    }

    fn up_pid(&self) -> Pid {
        pid(self.up.id())
    }

    fn serve_pid(&self) -> Pid {
        let parent = format!("PPid:\t{}\n", self.up.id());
        let child =
            |pid: &u32| fs::read_to_string(format!("/proc/{pid}/status")).is_ok_and(|status| status.contains(&parent));
        pid(all_pids().into_iter().find(child).expect("`up` has a child"))
    }

    /// Processes that belong to this sandbox, by what their command line or environment names.
    fn processes(&self) -> Vec<String> {
        let folder = self.folder.to_string_lossy().into_owned();
        let temp = self.temp.path().to_string_lossy().into_owned();
        let own = std::process::id();
        let read = |pid: u32, what: &str| {
            let bytes = fs::read(format!("/proc/{pid}/{what}")).unwrap_or_default();
            String::from_utf8_lossy(&bytes).replace('\0', " ")
        };
        let all =
            all_pids().into_iter().filter(|pid| *pid != own).map(|pid| (read(pid, "cmdline"), read(pid, "environ")));
        all.filter(|(line, environ)| {
            let text = format!("{line} {environ}");
            text.contains(&folder) || text.contains(&temp) || text.contains(&self.block)
        })
        .map(|(line, _)| line)
        .collect()
    }

    /// Waits until the kernel has taken the folder's lock back: a killed process ends a moment after its kill.
    fn wait_for_the_lock(&self) {
        let end = Instant::now() + GONE;
        let lock = fs::File::open(self.folder.join("lock")).unwrap();
        while lock.try_lock().is_err() {
            assert!(Instant::now() < end, "{} is still locked after {GONE:?}", self.folder.display());
            sleep(Duration::from_millis(20));
        }
    }

    /// Waits until no process and no folder is left.
    fn assert_gone(&mut self) {
        let end = Instant::now() + GONE;
        loop {
            // A process of ours that ended stays in /proc until we have asked for its status.
            let _ = self.up.try_wait();
            let (processes, folders) = (self.processes(), folders(self.temp.path()));
            if processes.is_empty() && folders.is_empty() {
                return;
            }
            assert!(Instant::now() < end, "left after {GONE:?}: {processes:#?} {folders:?}");
            sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.up.kill();
        let _ = self.up.wait();
    }
}

fn signoff(temp: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
    command.arg("sandbox").env("TMPDIR", temp).stdin(Stdio::null());
    command
}

fn pid(number: u32) -> Pid {
    Pid::from_raw(i32::try_from(number).unwrap()).unwrap()
}

fn all_pids() -> Vec<u32> {
    fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn folders(temp: &Path) -> Vec<PathBuf> {
    fs::read_dir(temp).unwrap().flatten().map(|entry| entry.path()).collect()
}

#[test]
fn a_kill_of_the_front_end_leaves_nothing() {
    let Some(mut running) = Running::start() else {
        return;
    };
    kill_process(running.up_pid(), Signal::KILL).unwrap();
    running.assert_gone();
}

#[test]
fn a_kill_of_the_serving_process_leaves_nothing() {
    let Some(mut running) = Running::start() else {
        return;
    };
    kill_process(running.serve_pid(), Signal::KILL).unwrap();
    running.assert_gone();
    assert_eq!(running.up.wait().unwrap().code(), Some(3));
}

#[test]
fn a_termination_ends_in_order() {
    let Some(mut running) = Running::start() else {
        return;
    };
    kill_process(running.up_pid(), Signal::TERM).unwrap();
    running.assert_gone();
    assert_eq!(running.up.wait().unwrap().code(), Some(0));
}

#[test]
fn what_two_kills_leave_is_swept_by_the_next_start() {
    let Some(mut running) = Running::start() else {
        return;
    };
    // Stopped, the front end cannot clean up after the serving process.
    kill_process(running.up_pid(), Signal::STOP).unwrap();
    kill_process(running.serve_pid(), Signal::KILL).unwrap();
    kill_process(running.up_pid(), Signal::KILL).unwrap();
    running.up.wait().unwrap();
    assert_eq!(folders(running.temp.path()), [running.folder.clone()]);
    running.wait_for_the_lock();
    // With its input at its end, the next one starts, sweeps, and ends.
    let mut next = signoff(running.temp.path()).arg("serve").stdout(Stdio::piped()).spawn().unwrap();
    next.stdout.take().unwrap().read_to_end(&mut Vec::new()).unwrap();
    next.wait().unwrap();
    running.assert_gone();
}
