//! The pages of the kinds, as `signoff explain` shows them.

use std::fmt::Write;

use crate::check::expectation::PAGES;
use crate::suite::closest;

/// What checks of every kind may find.
const SHARED: &str = include_str!("explain/shared.md");

/// The page of one kind. The error names the kinds that there are.
pub fn page(kind: &str) -> Result<String, String> {
    page_of(kind, PAGES)
}

/// Every kind with the first sentence of its page.
pub fn index() -> String {
    index_of(PAGES)
}

fn page_of(kind: &str, pages: &[(&str, &str)]) -> Result<String, String> {
    if let Some((_, page)) = pages.iter().find(|(name, _)| *name == kind) {
        return Ok(format!("{}\n", page.trim()));
    }
    let names = || pages.iter().map(|(name, _)| *name);
    let near = closest(kind, names()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(format!("unknown kind `{kind}`{near}\nexpected one of: {}", names().collect::<Vec<_>>().join(", ")))
}

fn index_of(pages: &[(&str, &str)]) -> String {
    let width = pages.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut out = String::new();
    for (name, page) in pages {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{name:width$}  {}", first_sentence(page));
    }
    out + "\n`signoff explain KIND` shows how a kind looks and judges, and its keys.\n\n" + SHARED
}

/// The first sentence behind the title, on one line.
fn first_sentence(page: &str) -> String {
    let prose = page.lines().skip_while(|line| line.trim().is_empty() || line.starts_with('#'));
    let paragraph: Vec<_> = prose.take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let paragraph = paragraph.join(" ");
    match paragraph.find(". ") {
        Some(end) => paragraph[..=end].to_owned(),
        None => paragraph,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: &[(&str, &str)] =
        &[("crds", "# crds\n\nThe CRDs are\nserved. More, e.g. this.\n\nKeys"), ("workload", "It has rolled out.\n")];

    #[test]
    fn the_index_has_the_first_sentence_of_each_page() {
        let index = index_of(KINDS);
        let lines: Vec<_> = index.lines().take(3).collect();
        assert_eq!(lines, ["crds      The CRDs are served.", "workload  It has rolled out.", ""]);
    }

    #[test]
    fn a_page_is_shown_whole() {
        assert_eq!(page_of("workload", KINDS), Ok("It has rolled out.\n".to_owned()));
    }

    #[test]
    fn an_unknown_kind_is_refused_with_the_kinds_that_there_are() {
        let error = page_of("crd", KINDS).unwrap_err();
        assert_eq!(error, "unknown kind `crd`; did you mean `crds`?\nexpected one of: crds, workload");
        assert_eq!(page_of("flux", KINDS).unwrap_err(), "unknown kind `flux`\nexpected one of: crds, workload");
    }

    #[test]
    fn every_kind_has_a_page() {
        for (name, _) in PAGES {
            assert!(page(name).is_ok_and(|page| page.trim().len() > 100), "{name} has no page worth reading");
        }
    }
}
