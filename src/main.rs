//! The executable: reads the command line, runs the role that it names, and reports why it failed.

use std::process::ExitCode;

use clap::Parser as _;
use tribune::boot;
use tribune::cli::Cli;

fn main() -> ExitCode {
    let error = match boot::run(Cli::parse()) {
        Ok(code) => return code,
        Err(error) => error,
    };
    eprintln!("error: {}", error.told());
    ExitCode::FAILURE
}
