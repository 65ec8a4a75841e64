//! What the terminal can show, and the run as it is shown there while it goes on.

use std::io::{IsTerminal, Write, stderr, stdout};

use jiff::Timestamp;

use crate::event::{Event, Swept, What};
use crate::record::{CriterionRecord, Fold, Run};
use crate::report::terminal::{self, Style};
use crate::run::Audience;

/// When to use colours.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct ColorArgument {
    /// When to use colours; `auto` follows the terminal, NO_COLOR and CLICOLOR_FORCE
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// Widest page; longer lines are hard to read.
const WIDEST: usize = 120;

/// The style of standard output.
pub fn style(color: ColorArgument) -> Style {
    let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let columns = || set("COLUMNS").and_then(|columns| columns.parse().ok());
    Style {
        width: width.or_else(columns).unwrap_or(WIDEST).min(WIDEST),
        unicode: is_utf8(set),
        color: has_color(color.color, stdout().is_terminal(), set),
    }
}

/// The value of an environment variable that is set and not empty.
fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether the locale speaks UTF-8; the first of the three variables that is set decides, as in setlocale(3).
fn is_utf8(set: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

fn has_color(color: Color, is_terminal: bool, set: impl Fn(&str) -> Option<String>) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR").is_some() => false,
        Color::Auto if set("CLICOLOR_FORCE").is_some_and(|force| force != "0") => true,
        Color::Auto => is_terminal && set("TERM").as_deref() != Some("dumb"),
    }
}

/// Prints to standard output. A reader that went away (`| head`) is no error.
pub fn say(text: &str) {
    let mut out = stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// How a run is shown while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// On a terminal: one moving line, and each criterion as soon as it is complete.
    Moving,
    /// In a pipe or in CI: one line for each check that ended.
    Lines,
    /// Not at all.
    Quiet,
}

/// A run on the terminal: progress on standard error, the page on standard output.
pub struct Screen {
    mode: Mode,
    style: Style,
    /// How many criteria are printed; the head is printed with the first.
    printed: usize,
    frame: usize,
}

impl Screen {
    /// For this terminal.
    pub fn new(color: ColorArgument, quiet: bool) -> Self {
        let mode = match () {
            () if quiet => Mode::Quiet,
            () if stderr().is_terminal() && stdout().is_terminal() && set("CI").is_none() => Mode::Moving,
            () => Mode::Lines,
        };
        Self { mode, style: style(color), printed: 0, frame: 0 }
    }

    /// Shows what happens before the run, the sandbox's start: a moving line on a terminal, else line after line.
    #[cfg(feature = "sandbox")]
    pub fn note(&self) -> impl Fn(&str) + Send + Sync + 'static {
        let (mode, room) = (self.mode, self.style.width.saturating_sub(1));
        move |text: &str| match mode {
            Mode::Moving => eprint!("\r\x1b[K{}", text.chars().take(room).collect::<String>()),
            Mode::Lines => eprintln!("{text}"),
            Mode::Quiet => {}
        }
    }

    /// Prints what is not printed yet, the failures again, and the summary.
    pub fn close(mut self, run: &Run, folder: &str) {
        self.clear();
        if self.mode != Mode::Quiet {
            self.blocks(run, |_| true);
        }
        say(&terminal::closing(run, folder, &self.style));
    }

    /// Prints the criteria that follow, as long as they are complete.
    fn blocks(&mut self, run: &Run, is_complete: impl Fn(&CriterionRecord) -> bool) {
        while let Some(top) = run.tops().nth(self.printed).filter(|top| is_complete(top)) {
            self.clear();
            if self.printed == 0 {
                say(&terminal::head(run, &self.style));
            }
            say(&terminal::block(run, top, &self.style));
            self.printed += 1;
        }
    }

    /// Says what an earlier run had left.
    fn swept(&self, swept: &Swept) {
        if self.mode != Mode::Quiet {
            self.clear();
            swept.lines().for_each(|(name, value)| eprintln!("{name}: {value}"));
        }
    }

    /// Removes the moving line.
    fn clear(&self) {
        if self.mode == Mode::Moving {
            eprint!("\r\x1b[K");
        }
    }
}

impl Audience for Screen {
    fn event(&mut self, event: &Event, so_far: &Fold) {
        let check = match &event.what {
            What::CheckEnded { check, .. } => check,
            What::Swept(swept) => return self.swept(swept),
            _ => return,
        };
        match self.mode {
            Mode::Quiet => {}
            Mode::Moving => {
                let run = so_far.run();
                self.blocks(&run, |top| {
                    let bullets = run.bullets(&top.criterion.id);
                    let mut checks = bullets.chain([top]).flat_map(|part| &part.criterion.checks);
                    checks.all(|check| so_far.has_ended(check))
                });
            }
            Mode::Lines => {
                let run = so_far.run();
                let ended = run.check(check).map(|check| terminal::ended(&run, check, so_far.progress(), &self.style));
                eprintln!("{}", ended.unwrap_or_default());
            }
        }
    }

    fn tick(&mut self, so_far: &Fold) {
        if self.mode == Mode::Moving {
            self.frame += 1;
            eprint!("\r\x1b[K{}", terminal::progress(so_far, Timestamp::now(), self.frame, &self.style));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn colours_follow_the_argument_then_the_environment_then_the_terminal() {
        assert!(has_color(Color::Always, false, with(&[("NO_COLOR", "1")])));
        assert!(!has_color(Color::Never, true, with(&[("CLICOLOR_FORCE", "1")])));
        assert!(!has_color(Color::Auto, true, with(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")])));
        assert!(has_color(Color::Auto, false, with(&[("CLICOLOR_FORCE", "1")])));
        assert!(!has_color(Color::Auto, false, with(&[("CLICOLOR_FORCE", "0")])));
        assert!(has_color(Color::Auto, true, with(&[])));
        assert!(!has_color(Color::Auto, true, with(&[("TERM", "dumb")])));
    }

    #[test]
    fn the_first_locale_variable_that_is_set_decides() {
        assert!(is_utf8(with(&[("LANG", "en_US.UTF-8")])));
        assert!(is_utf8(with(&[("LC_ALL", "C.utf8"), ("LANG", "C")])));
        assert!(!is_utf8(with(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")])));
        assert!(!is_utf8(with(&[])));
    }
}
