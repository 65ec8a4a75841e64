//! A sandbox for a test.

use std::sync::Arc;

use signoff::sandbox::lifecycle::{self, Options, Sandbox};

/// A sandbox with this scenario that is ready; `None`, loudly, where its programs cannot be had.
pub async fn up(scenario: &str) -> Option<Sandbox> {
    let launcher = Some(env!("CARGO_BIN_EXE_signoff").into());
    let options = Options { launcher, scenario: scenario.to_owned(), ..Options::default() };
    match lifecycle::up(&options, Arc::new(|text: &str| eprintln!("{text}"))).await {
        Ok(sandbox) => Some(sandbox),
        Err(error) if format!("{error:#}").contains("cannot get ") => {
            eprintln!("LEFT OUT: the sandbox's programs cannot be had on this machine: {error:#}");
            None
        }
        Err(error) => panic!("the sandbox did not start: {error:#}"),
    }
}
