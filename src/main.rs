//! The executable: reads the command line, runs the role that it names, and reports why it failed.

use std::process::ExitCode;

use clap::Parser as _;
use tribune::boot;
use tribune::cli::Cli;

/// Requests take and give back small pieces of memory, on all threads at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let error = match boot::run(Cli::parse()) {
        Ok(code) => return code,
        Err(error) => error,
    };
    eprintln!("error: {}", error.told());
    ExitCode::FAILURE
}
