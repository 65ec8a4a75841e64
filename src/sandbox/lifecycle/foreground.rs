//! `signoff sandbox up`: shows progress, prints what runs, stays until it is told to stop.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;

use super::handle::{Progress, Sandbox, up};
use super::options::Options;
use super::report::LOG_PATTERN;
use super::signals::Signals;

/// The form of what is printed on standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    /// A table for people.
    Text,
    /// One JSON object.
    Json,
}

/// Runs a sandbox in the foreground until Ctrl-C, SIGTERM or SIGHUP.
pub async fn foreground(options: &Options, output: Output) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::install()?;
    let begin = Instant::now();
    let line = Arc::new(Line::new());
    let shown = line.clone();
    let progress: Progress = Arc::new(move |text| shown.show(text));
    let ticker = tokio::spawn(tick(line.clone()));
    let started = tokio::select! {
        started = up(options, progress) => started,
        name = signals.wait() => {
            ticker.abort();
            line.clear();
            // Dropping the attempt kills what was started and removes its folder.
            note(&format!("{name}: sandbox stopped before it was ready; nothing is left"));
            return Ok(ExitCode::from(exit_code(name)));
        }
    };
    ticker.abort();
    line.clear();
    let mut sandbox = started?;
    print(&sandbox, output, begin.elapsed());
    tokio::select! {
        name = signals.wait() => {
            note(&format!("{name}: stopping"));
            sandbox.stop().await;
            note("sandbox stopped: no process and no folder is left");
            Ok(ExitCode::SUCCESS)
        }
        how = sandbox.ended() => {
            sandbox.stop().await;
            anyhow::bail!("the sandbox's process ended by itself ({how}); its containers and its folder are removed")
        }
    }
}

fn exit_code(signal: &str) -> u8 {
    match signal {
        "SIGINT" => 130,
        "SIGHUP" => 129,
        _ => 143,
    }
}

fn print(sandbox: &Sandbox, output: Output, took: Duration) {
    let text = match output {
        Output::Json => {
            let value = json!({
                "kubeconfig": sandbox.kubeconfig,
                "server": sandbox.server,
                "folder": sandbox.folder(),
                "components": sandbox.report.components,
                "versions": sandbox.report.versions,
                "sink": sandbox.report.sink,
            });
            format!("{value:#}\n")
        }
        Output::Text => text(sandbox, took),
    };
    // A reader that has gone away (`| head`) is no reason to end the sandbox.
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn text(sandbox: &Sandbox, took: Duration) -> String {
    let folder = sandbox.folder().unwrap_or_else(|| std::path::Path::new("/"));
    let versions: Vec<_> = sandbox
        .versions()
        .iter()
        .map(|version| format!("{} {} ({})", version.component, version.version, version.source))
        .collect();
    format!(
        "sandbox is ready after {:.1} s\n\n  export KUBECONFIG={}\n\n{}\nlogs: {}/logs/{LOG_PATTERN}\nprograms: {}\nCtrl-C stops it and removes everything\n",
        took.as_secs_f64(),
        sandbox.kubeconfig.display(),
        sandbox.report.table(),
        folder.display(),
        versions.join(", "),
    )
}

fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// One line of progress: drawn over itself on a terminal, one line after the other elsewhere.
struct Line {
    terminal: bool,
    state: Mutex<(String, usize)>,
}

const SPINNER: [char; 4] = ['|', '/', '-', '\\'];
const TICK: Duration = Duration::from_millis(120);

impl Line {
    fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), state: Mutex::default() }
    }

    fn show(&self, text: &str) {
        if self.terminal {
            self.state.lock().unwrap_or_else(PoisonError::into_inner).0 = text.to_owned();
            self.draw();
        } else {
            note(text);
        }
    }

    fn draw(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.0.is_empty() {
            state.1 = (state.1 + 1) % SPINNER.len();
            let text = clipped(&state.0, width());
            let _ = write!(std::io::stderr(), "\r\u{1b}[K{} {text}", SPINNER[state.1]);
        }
    }

    fn clear(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0.clear();
        if self.terminal {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}

async fn tick(line: Arc<Line>) {
    if !line.terminal {
        return;
    }
    loop {
        tokio::time::sleep(TICK).await;
        line.draw();
    }
}

/// Columns of the terminal (80 where it does not say); what does not fit would scroll with every frame.
fn width() -> usize {
    let columns = rustix::termios::tcgetwinsize(std::io::stderr()).map_or(0, |size| usize::from(size.ws_col));
    if columns < 20 { 80 } else { columns }
}

fn clipped(text: &str, columns: usize) -> String {
    let room = columns.saturating_sub(3);
    if text.chars().count() <= room { text.to_owned() } else { text.chars().take(room - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_clipped_to_the_terminal() {
        assert_eq!(clipped("short", 80), "short");
        assert_eq!(clipped("0123456789", 10), "012345…");
    }
}
