//! What a command line of this field is expected to be: a plugin of kubectl, completed by shells, with manual pages.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Output};

const SIGNOFF: &str = env!("CARGO_BIN_EXE_signoff");

fn text(output: Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn kubectl_starts_it_as_a_plugin() {
    if Command::new("kubectl").args(["version", "--client"]).output().is_err() {
        return println!("LEFT OUT: there is no kubectl");
    }
    let folder = tempfile::tempdir().unwrap();
    symlink(SIGNOFF, folder.path().join("kubectl-signoff")).unwrap();
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let kubectl = |arguments: &[&str]| Command::new("kubectl").args(arguments).env("PATH", &path).output().unwrap();
    assert!(text(kubectl(&["plugin", "list"])).contains("/kubectl-signoff"));
    let help = text(kubectl(&["signoff", "run", "--help"]));
    assert!(help.contains("Usage: kubectl signoff run"), "{help}");
    for flag in ["--kubeconfig <", "--context <", "--as <", "--as-group <"] {
        assert!(help.contains(flag), "{flag}: {help}");
    }
    assert_eq!(kubectl(&["signoff", "run", "absent.yaml"]).status.code(), Some(2), "its exit code is the plugin's");
}

#[test]
fn bash_completes_verbs_and_flags() {
    let complete = |words: &str, last: &str, before: &str| {
        let script = format!(
            "source <({SIGNOFF} completions bash) && COMP_WORDS=({words}) && COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)) \
             && _signoff signoff '{last}' '{before}'; echo \"${{COMPREPLY[*]}}\""
        );
        text(Command::new("bash").args(["-c", &script]).output().unwrap()).trim().to_owned()
    };
    assert_eq!(complete("signoff rep", "rep", "signoff"), "report");
    assert_eq!(complete("signoff run --kube", "--kube", "run"), "--kubeconfig");
    assert_eq!(complete("signoff run --color ''", "", "--color"), "auto always never");
}

#[test]
fn every_shell_has_a_script() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = text(Command::new(SIGNOFF).args(["completions", shell]).output().unwrap());
        assert!(script.contains("signoff") && script.contains("allow-unproven"), "{shell}");
    }
}

#[test]
fn every_verb_that_is_shown_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    text(Command::new(SIGNOFF).arg("man").arg(&pages).output().unwrap());
    let page = |name: &str| fs::read_to_string(pages.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(text(Command::new(SIGNOFF).arg("man").output().unwrap()), page("signoff.1"));
    assert!(page("signoff-run.1").contains("allow\\-unproven"));
    let help = text(Command::new(SIGNOFF).arg("--help").output().unwrap());
    let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let verbs: Vec<&str> =
        verbs.filter(|line| !line.starts_with("   ")).map(|line| line.split_whitespace().next().unwrap()).collect();
    assert!(verbs.len() > 8, "{verbs:?}");
    for verb in verbs {
        assert!(page(&format!("signoff-{verb}.1")).contains("SYNOPSIS"), "{verb}");
    }
}
