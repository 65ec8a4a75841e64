//! The directions, as rules over modules and the paths that they name.

use crate::scan;

/// Modules that must not know how anything is reached, so that what they hold can be judged and shown without a network.
const PURE: [&str; 9] = [
    "check::verdict",
    "check::evidence",
    "check::finding",
    "check::measurement",
    "check::judgement",
    "plan",
    "rbac",
    "event",
    "report",
];
const NETWORK: [&str; 3] = ["kube", "reqwest", "tokio"];
/// What comes behind each module in the flow, and is no business of it.
const BEHIND: [(&str, &[&str]); 6] = [
    ("check", &["suite", "plan", "event", "run", "record", "rejudge", "report", "trial"]),
    ("suite", &["plan", "event", "run", "record", "rejudge", "report", "trial"]),
    ("plan", &["rbac", "event", "run", "record", "rejudge", "report", "trial"]),
    ("rbac", &["doctor", "event", "run", "record", "rejudge", "report", "trial"]),
    ("doctor", &["event", "run", "record", "rejudge", "report", "trial"]),
    ("report", &["run", "rejudge", "trial"]),
];

/// Source files by module.
#[derive(Default)]
pub struct Code {
    files: Vec<File>,
}

struct File {
    path: String,
    module: String,
    words: Vec<String>,
    names: Vec<String>,
}

impl Code {
    /// Adds one file; `path` begins with `src/`.
    pub fn add(&mut self, path: &str, text: &str) {
        let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
        let segments = inner.split('/').filter(|segment| !matches!(*segment, "mod" | "lib"));
        let module: Vec<String> = segments.map(str::to_owned).collect();
        let words = scan::words(text);
        let names = scan::paths(&module, &words).iter().map(|path| path.join("::")).collect();
        self.files.push(File { path: path.to_owned(), module: module.join("::"), words, names });
    }

    /// The modules of the kinds, from their list: `Query(super::query::Query)`.
    pub fn kinds(&self) -> Vec<String> {
        let lists = self.files.iter().filter(|file| file.module == "check::expectation");
        let names = lists.flat_map(|file| file.words.windows(5));
        names
            .filter(|words| words[0] == "(" && words[1] == "super" && words[2] == "::" && words[4] == "::")
            .map(|words| words[3].clone())
            .collect()
    }
}

/// Whether a module or a path is `root` or in it.
fn is_in(name: &str, root: &str) -> bool {
    name.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Every rule that a file breaks, in words.
pub fn violations(code: &Code) -> Vec<String> {
    let kinds: Vec<_> = code.kinds().iter().map(|kind| format!("check::{kind}")).collect();
    let mut broken = Vec::new();
    for file in &code.files {
        let rules = [network(file), kinds_apart(file, &kinds), sandbox_apart(file), against_the_flow(file)];
        broken.extend(rules.into_iter().flatten().map(|rule| format!("{} {rule}", file.path)));
    }
    broken
}

fn network(file: &File) -> Option<String> {
    PURE.iter().find(|pure| is_in(&file.module, pure))?;
    let name = file.words.iter().find(|word| NETWORK.contains(&word.as_str()))?;
    Some(format!("names `{name}`, but is judged and shown without a network"))
}

fn kinds_apart(file: &File, kinds: &[String]) -> Option<String> {
    let own = kinds.iter().find(|kind| is_in(&file.module, kind));
    if own.is_none() && !is_in(&file.module, "report") {
        return None;
    }
    let mut others = kinds.iter().filter(|kind| Some(*kind) != own);
    let other = others.find(|kind| file.names.iter().any(|name| is_in(name, kind)))?;
    Some(format!("imports the kind `{other}`, which only the list of kinds may"))
}

fn sandbox_apart(file: &File) -> Option<String> {
    if is_in(&file.module, "sandbox") {
        let name = file.names.iter().find(|name| !is_in(name, "sandbox"))?;
        return Some(format!("imports `{name}`, but the sandbox shares nothing with what is tested on it"));
    }
    if is_in(&file.module, "cli") || file.module == "main" {
        return None;
    }
    file.names.iter().find(|name| is_in(name, "sandbox")).map(|name| format!("imports `{name}`, which only `cli` may"))
}

fn against_the_flow(file: &File) -> Option<String> {
    let from = |root: &str| file.names.iter().find(|name| is_in(name, root));
    let behind = BEHIND.iter().filter(|(module, _)| is_in(&file.module, module)).flat_map(|(_, behind)| *behind);
    let cli = (!is_in(&file.module, "cli") && file.module != "main").then_some(&"cli");
    let name = behind.chain(cli).find_map(|root| from(root))?;
    Some(format!("imports `{name}`, which comes behind it in the flow"))
}
