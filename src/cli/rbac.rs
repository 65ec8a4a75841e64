//! `signoff rbac`: the least that a suite's run must be permitted.

use super::cluster::Access;
use super::{FilterArguments, SuiteArguments, read_suite, screen};
use crate::connect::Via;
use crate::plan::{Filter, Plan};
use crate::rbac::{self, Account};
use crate::record::Exit;

/// Print the ServiceAccount, Roles and bindings that a suite's run needs, and nothing more
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    filter: FilterArguments,
    /// How the run will reach components; `auto` is what a Pod of the cluster does
    #[arg(long, value_name = "WAY", value_enum, default_value = "auto")]
    access: Access,
    /// Name of the ServiceAccount and of all other objects; two suites on one cluster need two names
    #[arg(long, value_name = "NAME", default_value = "signoff", value_parser = label)]
    name: String,
    /// Namespace of the ServiceAccount
    #[arg(long, value_name = "NAMESPACE", default_value = "default", value_parser = label)]
    namespace: String,
}

/// The way that the rules are for.
fn via(access: Access) -> Via {
    match access {
        Access::Auto | Access::Dns => Via::Dns,
        Access::PortForward => Via::PortForward,
        Access::Proxy => Via::Proxy,
    }
}

/// Reads, selects, prints.
pub fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let plan = Plan::new(read_suite(&arguments.suite)?, &Filter::from(arguments.filter));
    if plan.is_empty() {
        eprintln!("error: nothing was selected; `signoff list {}` shows what there is", plan.suite.file);
        return Ok(Exit::NothingSelected);
    }
    let via = via(arguments.access);
    let way = match via {
        Via::Dns => "from inside the cluster",
        Via::PortForward => "by port-forward",
        Via::Proxy => "by the API server's proxy",
        Via::Url => "by given addresses",
    };
    let title = format!("What a run of {} uses when it reaches components {way}, and nothing more.", plan.suite.file);
    let permissions = rbac::permissions(&plan, |_| via);
    if permissions.is_empty() {
        screen::say(&format!(
            "# A run of {} uses nothing of a cluster: nothing has to be permitted.\n",
            plan.suite.file
        ));
        return Ok(Exit::Proven);
    }
    let optional = rbac::optional(&plan, |_| via, &permissions);
    let account = Account { name: arguments.name, namespace: arguments.namespace };
    screen::say(&rbac::manifest(&title, &account, &rbac::rules(&permissions), &optional));
    Ok(Exit::Proven)
}

/// A name as namespaces and ServiceAccounts may have it (RFC 1123 label).
fn label(text: &str) -> Result<String, String> {
    let is_good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let fits = !text.is_empty() && text.len() <= 63 && text.bytes().all(is_good);
    if fits && !text.starts_with('-') && !text.ends_with('-') {
        return Ok(text.to_owned());
    }
    Err("expected at most 63 lower-case letters, digits and inner dashes".to_owned())
}
