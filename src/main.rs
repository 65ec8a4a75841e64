//! The program `signoff`: prepares what the whole process shares, runs the command line, and is the only place that exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    // kube and reqwest each want a provider of cryptography; two at once would make both refuse to choose.
    let _ = rustls::crypto::ring::default_provider().install_default();
    signoff::cli::main(std::env::args_os())
}
