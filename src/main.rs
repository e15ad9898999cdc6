//! The executable: reads the command line, runs the role that it names, and reports why it failed.

use std::error::Error;
use std::process::ExitCode;

use clap::Parser as _;
use tribune::boot;
use tribune::cli::Cli;

fn main() -> ExitCode {
    let error = match boot::run(Cli::parse()) {
        Ok(code) => return code,
        Err(error) => error,
    };
    eprint!("error: {error}");
    let mut next = error.source();
    while let Some(cause) = next {
        eprint!(": {cause}");
        next = cause.source();
    }
    eprintln!();
    ExitCode::FAILURE
}
