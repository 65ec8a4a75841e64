//! What `serve` tells its parent: one JSON object a line, on standard output.

use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::report::Report;

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Message {
    /// The folder exists; the parent removes it if `serve` no longer can.
    Folder(PathBuf),
    /// The API answers; this kubeconfig leads to it.
    Started { kubeconfig: PathBuf, server: String },
    /// What is being done, for people.
    Progress(String),
    /// Everything is deployed and answers.
    Ready(Box<Report>),
    /// It cannot become ready, or ended with an error; the reason, over several lines.
    Failed(String),
}

/// Sends one line. A parent that is gone is noticed through standard input, so errors are ignored here.
pub fn send(message: &Message) {
    if let Ok(mut line) = serde_json::to_vec(message) {
        line.push(b'\n');
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(&line).and_then(|()| out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_and_comes_back() {
        let message = Message::Failed("one\ntwo".into());
        let line = serde_json::to_string(&message).unwrap();
        assert_eq!(line, r#"{"failed":"one\ntwo"}"#);
        assert_eq!(serde_json::from_str::<Message>(&line).unwrap(), message);
    }
}
