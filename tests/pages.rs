//! What a kind tells stands on its page: every code in its source is in the page's table.

#[path = "common/codes.rs"]
mod codes;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;
use signoff::check::expectation::PAGES;

/// The code of a kind, without its tests.
fn source(path: &Path, text: &mut String) {
    let is_test = path.file_stem().is_some_and(|name| name == "tests");
    if is_test || !path.exists() {
        return;
    }
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| source(&entry.unwrap().path(), text));
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        let file = fs::read_to_string(path).unwrap();
        text.push_str(file.split("#[cfg(test)]\nmod tests {").next().unwrap());
    }
}

#[test]
fn every_code_that_a_kind_tells_stands_on_its_page() {
    let mut missing = Vec::new();
    let mut count = 0;
    // `repository` puts its own name before its codes.
    for (kind, page) in PAGES.iter().filter(|(kind, _)| *kind != "repository") {
        let known = codes::of(page);
        let families: BTreeSet<&str> =
            known.iter().filter_map(|code| code.split_once('/')).map(|(family, _)| family).collect();
        let mut text = String::new();
        source(Path::new(&format!("src/check/{kind}.rs")), &mut text);
        source(Path::new(&format!("src/check/{kind}")), &mut text);
        for family in families {
            let told = Regex::new(&format!(r#""({family}/[a-z0-9][a-z0-9-]*)""#)).unwrap();
            for code in told.captures_iter(&text).map(|found| found[1].to_owned()) {
                count += 1;
                if !known.contains(&code) {
                    missing.push(format!("{kind}: {code}"));
                }
            }
        }
    }
    assert!(count > 150, "only {count} codes were found: the sources have another shape");
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_code_of_a_repository_stands_on_its_page() {
    let (_, page) = PAGES.iter().find(|(kind, _)| *kind == "repository").unwrap();
    let (known, mut text) = (codes::of(page), String::new());
    source(Path::new("src/check/repository"), &mut text);
    let told = Regex::new(r#"Fault::new\([^;]*?"([a-z]+(?:-[a-z]+)+)""#).unwrap();
    let told: BTreeSet<String> = told.captures_iter(&text).map(|found| format!("repository/{}", &found[1])).collect();
    assert!(told.len() > 20, "{told:?}");
    let missing: Vec<_> = told.difference(&known).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
