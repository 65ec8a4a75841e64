use super::*;

#[test]
fn the_arguments_are_well_formed() {
    Arguments::command().debug_assert();
}

#[test]
fn a_pair_needs_a_name_and_an_equals_sign() {
    assert_eq!(pair("url=http://x?a=b"), Ok(("url".to_owned(), "http://x?a=b".to_owned())));
    assert_eq!(pair("empty="), Ok(("empty".to_owned(), String::new())));
    assert!(pair("=x").is_err() && pair("x").is_err());
}

#[test]
fn the_help_shows_every_exit_code() {
    for command in [Arguments::command(), Arguments::command().find_subcommand("run").unwrap().clone()] {
        let help = command.clone().render_long_help().to_string();
        for exit in [Exit::Proven, Exit::Failed, Exit::Usage, Exit::Unproven, Exit::NothingSelected, Exit::Terminated] {
            assert!(help.contains(&format!("\n  {:<3}  ", exit.code())), "{exit:?}: {help}");
        }
    }
}

#[test]
fn as_a_plugin_it_is_called_as_kubectl_calls_it() {
    let called = |program: &str| super::called(Some(&OsString::from(program)));
    assert_eq!(called("/usr/local/bin/kubectl-signoff"), "kubectl signoff");
    assert_eq!(called("kubectl-signoff.exe"), "kubectl signoff");
    assert_eq!(called("./signoff"), "signoff");
    assert_eq!(super::called(None), "signoff");
    let error = command("kubectl signoff").try_get_matches_from(["kubectl-signoff", "run"]).unwrap_err().to_string();
    assert!(error.contains("Usage: kubectl signoff run"), "{error}");
}
