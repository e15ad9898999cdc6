//! The executable as whoever runs it meets it: the first start, the second, what it refuses, and how it ends.

mod bodies;
mod first_run;
mod floods;
mod operator;
mod policy;
mod probes;
mod refusals;
mod stopping;

use std::path::Path;
use std::process::{Command, Stdio};

/// What a run of the executable came to.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// The executable, in a folder and with an environment that nobody else has set.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tribune"));
    command.args(arguments).current_dir(folder).env_clear();
    command.stdin(Stdio::null());
    command
}

/// Runs it to its end.
fn run(folder: &Path, arguments: &[&str]) -> Run {
    finish(command(folder, arguments))
}

fn finish(mut command: Command) -> Run {
    let output = command.output().expect("the executable starts");
    let text = |bytes| String::from_utf8(bytes).expect("it writes UTF-8");
    Run {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}
