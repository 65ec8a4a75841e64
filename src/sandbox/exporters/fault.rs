//! How a stand-in misbehaves on request.

use std::sync::atomic::{AtomicU8, Ordering};

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// One way to misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    /// Not at all.
    Ok,
    /// Every request is answered with 500.
    #[value(name = "500")]
    Error,
    /// Requests are accepted and never answered.
    Hang,
    /// Answers are no metrics.
    Garbage,
    /// The process ends with exit code 1.
    Stop,
}

const MODES: [Mode; 5] = [Mode::Ok, Mode::Error, Mode::Hang, Mode::Garbage, Mode::Stop];

/// The mode of now; shared by all requests.
#[derive(Debug)]
pub struct Switch(AtomicU8);

impl Switch {
    /// A switch that starts in this mode.
    pub fn new(mode: Mode) -> Self {
        Self(AtomicU8::new(mode as u8))
    }

    /// Changes the mode.
    pub fn set(&self, mode: Mode) {
        self.0.store(mode as u8, Ordering::Release);
    }

    /// The mode of now.
    pub fn get(&self) -> Mode {
        MODES[usize::from(self.0.load(Ordering::Acquire)) % MODES.len()]
    }

    /// The bad answer of now; `None` when the good one is due.
    pub async fn answer(&self) -> Option<Response> {
        match self.get() {
            Mode::Ok => None,
            Mode::Error | Mode::Stop => Some((StatusCode::INTERNAL_SERVER_ERROR, "fault: 500\n").into_response()),
            Mode::Hang => std::future::pending().await,
            Mode::Garbage => Some(Body::from("{{ this is } not = metrics\n\u{1}").into_response()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn each_mode_is_kept_and_has_its_name() {
        let switch = Switch::new(Mode::Ok);
        for name in ["500", "hang", "garbage", "stop", "ok"] {
            let mode = Mode::from_str(name, false).unwrap();
            switch.set(mode);
            assert_eq!(switch.get(), mode);
        }
    }

    #[tokio::test]
    async fn the_good_answer_is_given_only_without_a_fault() {
        assert!(Switch::new(Mode::Ok).answer().await.is_none());
        let answer = Switch::new(Mode::Error).answer().await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
