//! A child process with its output in a file, that never outlives the tests.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::{scratch, wait};

/// What a process may take to end once it was told to.
const TO_END: Duration = Duration::from_secs(30);

/// A running (or ended) child.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
    ended: Option<ExitStatus>,
}

impl Process {
    /// Starts `command` with standard output and error going to the end of the file `log`.
    pub(crate) fn start(command: Command, log: &Path) -> Self {
        Self::start_ended_by("KILL", command, log)
    }

    /// [`start`](Self::start) for a program that leaves something behind when killed: should the tests die, `signal` ends it.
    pub(crate) fn start_ended_by(signal: &str, mut command: Command, log: &Path) -> Self {
        let file = File::options()
            .create(true)
            .append(true)
            .open(log)
            .expect("the log file can be written");
        let program = command.get_program().to_owned();
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a file handle can be doubled"))
            .stderr(file)
            // Ctrl-C in the terminal ends the tests, and the janitor then ends this: in that order.
            .process_group(0)
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {}: {e}", program.display()));
        scratch::janitor().watch(child.id(), signal);
        Self {
            child,
            log: log.to_owned(),
            ended: None,
        }
    }

    /// The process number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// All that it has said so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Waits until `look` finds what it seeks in the log.
    ///
    /// Panics, with the log, when the process ends or `limit` passes before.
    pub(crate) fn wait_in_log<T>(
        &mut self,
        what: &str,
        limit: Duration,
        look: impl Fn(&str) -> Option<T>,
    ) -> T {
        let found = wait::until(what, limit, || {
            // First whether it has ended, then the log: what it said last is then certainly in it.
            let ended = self.has_ended();
            match look(&self.log()) {
                Some(answer) => Some(Ok(answer)),
                None => ended.map(Err),
            }
        });
        found.unwrap_or_else(|status| panic!("waiting for {what}, but it ended: {status}\n{}", self.log()))
    }

    /// How it ended, if it has.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().expect("the child is ours to wait for");
            if self.ended.is_some() {
                scratch::janitor().forget(self.child.id());
            }
        }
        self.ended
    }

    /// `kill -9`: it gets no chance to do anything more. Returns when it is gone.
    pub(crate) fn kill(&mut self) {
        if self.has_ended().is_none() {
            self.child.kill().expect("the child is ours to kill");
            self.wait();
        }
    }

    /// Sends the signal `name` ("TERM", "INT", "QUIT", "STOP", "CONT").
    pub(crate) fn signal(&mut self, name: &str) {
        assert!(self.has_ended().is_none(), "it has already ended\n{}", self.log());
        let sent = Command::new("sh")
            .args(["-c", "kill -s \"$1\" \"$2\"", "sh", name, &self.id().to_string()])
            .status()
            .expect("sh starts");
        assert!(sent.success(), "cannot send SIG{name}");
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.wait()
    }

    /// Waits for the end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        wait::until("a process to end", TO_END, || self.has_ended())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> (Process, scratch::Folder) {
        let folder = scratch::folder("sh");
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        (Process::start(command, &folder.path().join("log")), folder)
    }

    fn ready(log: &str) -> Option<()> {
        log.contains("ready\n").then_some(())
    }

    #[test]
    fn both_outputs_are_in_the_log_and_the_end_is_known() {
        let (mut process, _folder) = shell("echo out; echo err >&2; exit 3");
        assert_eq!(process.wait().code(), Some(3));
        assert_eq!(process.log(), "out\nerr\n");
    }

    #[test]
    fn a_process_that_is_asked_to_stop_may_say_goodbye() {
        let (mut process, _folder) = shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do :; done");
        process.wait_in_log("readiness", TO_END, ready);
        assert!(process.terminate().success());
        assert!(process.log().ends_with("bye\n"));
    }

    #[test]
    fn a_process_that_is_killed_may_not() {
        let (mut process, _folder) = shell("trap 'echo bye' TERM; echo ready; while :; do :; done");
        process.wait_in_log("readiness", TO_END, ready);
        process.kill();
        assert_eq!(process.has_ended().unwrap().code(), None);
        assert_eq!(process.log(), "ready\n");
    }

    #[test]
    #[should_panic(expected = "no such database")]
    fn a_process_that_ends_too_early_is_quoted() {
        let (mut process, _folder) = shell("echo no such database; exit 1");
        process.wait_in_log("readiness", TO_END, ready);
    }
}
