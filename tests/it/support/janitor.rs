//! Leaves nothing behind, however the tests end.
//!
//! A small shell, in a process group of its own, reads a pipe that only this process can write to. When this process is gone,
//! even by `kill -9`, the pipe ends; the shell then stops every process that it was told of and removes the scratch folder.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// Reads lines `SIGNAL PID` (end this process by that signal) and `forget PID`. A zombie counts as gone: in a container the first
/// process may be slow to bury what was orphaned, or never do it.
const SCRIPT: &str = r#"
runs() { kill -0 "$1" && ! grep -q '^State:.*Z' "/proc/$1/status"; }
watched=
while read -r verb pid; do
  kept=
  for known in $watched; do [ "${known#*:}" = "$pid" ] || kept="$kept $known"; done
  watched=$kept
  [ "$verb" = forget ] || watched="$watched $verb:$pid"
done
for known in $watched; do kill -s "${known%:*}" "${known#*:}"; done
looks=0
for known in $watched; do
  pid=${known#*:}
  while runs "$pid" && [ "$looks" -lt 100 ]; do sleep 0.05; looks=$((looks + 1)); done
  kill -s KILL "$pid"
done
rm -rf "$1"
"#;

/// The shell that cleans up after this process.
pub(crate) struct Janitor {
    shell: Mutex<Child>,
}

impl Janitor {
    /// Starts the shell; it will remove `folder` when this process has ended.
    pub(crate) fn start(folder: &Path) -> Self {
        let shell = Command::new("sh")
            .arg("-c")
            .arg(SCRIPT)
            .arg("tribune-tests-janitor")
            .arg(folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("sh starts");
        Self {
            shell: Mutex::new(shell),
        }
    }

    /// The process `pid` must not outlive this one; `signal` ("KILL", "QUIT") ends it.
    pub(crate) fn watch(&self, pid: u32, signal: &str) {
        self.order(signal, pid);
    }

    /// The process `pid` has been waited for: its number may soon be someone else's.
    pub(crate) fn forget(&self, pid: u32) {
        self.order("forget", pid);
    }

    fn order(&self, verb: &str, pid: u32) {
        let mut shell = self.shell.lock().unwrap_or_else(PoisonError::into_inner);
        let orders = shell.stdin.as_mut().expect("stdin is piped");
        writeln!(orders, "{verb} {pid}").expect("the janitor lives as long as the tests");
    }
}
