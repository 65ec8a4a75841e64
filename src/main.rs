//! The program `signoff`: prepares what the whole process shares, runs the command line, and is the only place that exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    // kube and reqwest each want a provider of cryptography; two at once would make both refuse to choose.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the runtime could not be started: {error}");
            return ExitCode::from(signoff::record::Exit::Inconclusive.code());
        }
    };
    let code = runtime.block_on(signoff::cli::main(std::env::args_os()));
    // A second Ctrl-C does not wait for what is still being undone.
    runtime.shutdown_background();
    code
}
