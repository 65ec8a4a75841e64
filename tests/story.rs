//! The story's suite as a test target: one trial a check, on a sandbox of its own.
//!
//! `cargo test --test story`; `--list`, filters, `--exact` and `--skip` are those of `cargo test`.

#[cfg(feature = "sandbox")]
fn main() -> std::process::ExitCode {
    use std::path::Path;
    use std::sync::Arc;

    use signoff::sandbox::lifecycle::{self, Options};

    // Only an error when a provider is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    signoff::trial::main(Path::new("suites/story-6.1.yaml"), || async {
        let launcher = Some(env!("CARGO_BIN_EXE_signoff").into());
        let progress = Arc::new(|text: &str| eprintln!("{text}"));
        let sandbox = lifecycle::up(&Options { launcher, ..Options::default() }, progress).await?;
        let versions = sandbox.versions().iter();
        let facts = versions.map(|found| (format!("{} version", found.component), found.version.clone())).collect();
        Ok((sandbox.kubeconfig.clone(), facts, sandbox))
    })
}

#[cfg(not(feature = "sandbox"))]
fn main() {
    println!("left out: built without the sandbox\n0 passed, 0 failed");
}
