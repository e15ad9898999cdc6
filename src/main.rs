//! The executable: reads the command line, runs the role that it names, and reports why it failed.

use std::process::ExitCode;

use clap::Parser as _;
use tribune::boot;
use tribune::cli::Cli;

fn main() -> ExitCode {
    let Err(error) = boot::run(Cli::parse()) else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: {}", error.told());
    ExitCode::FAILURE
}
