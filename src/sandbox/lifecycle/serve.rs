//! The process that is the sandbox: API, controllers and nodes, until its parent no longer wants it.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::Context;

use super::folder::{self, Folder};
use super::message::{Message, send};
use super::options::Options;
use super::readiness;
use super::rooms::{self, Rooms};
use super::signals::{Signals, input_end};
use crate::sandbox::{binaries, scenario};

/// Programs may have to be built first, which takes minutes on a small machine.
const BINARIES: Duration = Duration::from_secs(10 * 60);
/// From programs that are there to a scenario that is up.
const READY: Duration = Duration::from_secs(120);

/// Serves a sandbox until standard input ends or a signal asks for the end. Exit code 1 when it never became ready.
pub async fn serve(options: &Options) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::install()?;
    folder::sweep(&std::env::temp_dir());
    let folder = Folder::create(&std::env::temp_dir())?;
    send(&Message::Folder(folder.path().to_owned()));
    log_to(folder.path())?;

    let mut rooms = None;
    let input = input_end();
    tokio::pin!(input);
    let outcome = tokio::select! {
        outcome = start(folder.path(), options, &mut rooms) => outcome,
        () = &mut input => Ok(()),
        _ = signals.wait() => Ok(()),
    };
    let code = match outcome {
        Ok(()) => {
            tokio::select! {
                () = &mut input => tracing::info!("the parent is gone or wants the end"),
                name = signals.wait() => tracing::info!("{name}"),
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!("{error:#}");
            send(&Message::Failed(format!("{error:#}")));
            ExitCode::FAILURE
        }
    };
    if let Some(rooms) = rooms {
        rooms.stop().await;
    }
    drop(folder);
    Ok(code)
}

/// From nothing to ready. `rooms` is filled as soon as there is something to stop.
async fn start(folder: &Path, options: &Options, rooms: &mut Option<Rooms>) -> anyhow::Result<()> {
    let tell = |text: &str| {
        tracing::info!("{text}");
        send(&Message::Progress(text.to_owned()));
    };
    let wanted = binaries::Options {
        folder: options.binaries.clone(),
        vm_version: options.vm_version.clone(),
        ..Default::default()
    };
    let scenario = scenario::named(&options.scenario)?;
    tell("looking for programs");
    let found = tokio::time::timeout(BINARIES, binaries::find(&wanted, &tell)).await;
    let found = found.context("the programs are not there after 10 minutes")??;

    let rooms = rooms.insert(Rooms::start(folder).await?);
    let server = rooms.api.url.clone();
    let kubeconfig = folder.join("kubeconfig");
    std::fs::write(&kubeconfig, rooms.api.kubeconfig())
        .with_context(|| format!("cannot write {}", kubeconfig.display()))?;
    send(&Message::Started { kubeconfig, server: server.clone() });
    tell(&format!("API at {server}"));
    rooms.add_nodes(folder, options, found).await?;
    tell(&format!("deploying {}", options.scenario));
    rooms.deploy(scenario).await?.iter().for_each(|left| tell(left));
    readiness::wait(&rooms.client, &rooms::logs(folder), (READY, scenario.never_ready), &tell).await?;
    send(&Message::Ready(Box::new(rooms.report(folder).await?)));
    Ok(())
}

/// Logs to DIR/serve.log, also the text of a panic: standard error leads nowhere.
fn log_to(folder: &Path) -> anyhow::Result<()> {
    let path = folder.join("serve.log");
    let file = std::fs::File::create(&path).with_context(|| format!("cannot make {}", path.display()))?;
    let filter = tracing_subscriber::EnvFilter::try_from_env("SIGNOFF_SANDBOX_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // Where the program has set up its own log already, that one is used.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Mutex::new(file)).try_init();
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    Ok(())
}
