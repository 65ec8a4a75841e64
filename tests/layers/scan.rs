//! Rust source as words, and the paths in it, spelled out from the crate's root.

/// Words and signs of a source, without comments, texts and characters.
pub fn words(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let skipped = skip(&chars, at);
        if skipped > at {
            at = skipped;
        } else if is_word(chars[at]) {
            let end = (at..chars.len()).find(|index| !is_word(chars[*index])).unwrap_or(chars.len());
            words.push(chars[at..end].iter().collect());
            at = end;
        } else {
            let pair = chars[at] == ':' && chars.get(at + 1) == Some(&':');
            if !chars[at].is_whitespace() {
                words.push(if pair { "::".to_owned() } else { chars[at].to_string() });
            }
            at += if pair { 2 } else { 1 };
        }
    }
    words
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where a comment, text or character that begins at `at` ends; `at` itself where none begins.
fn skip(chars: &[char], at: usize) -> usize {
    match chars[at..] {
        ['/', '/', ..] => (at..chars.len()).find(|index| chars[*index] == '\n').unwrap_or(chars.len()),
        ['/', '*', ..] => comment(chars, at),
        ['"', ..] => quoted(chars, at + 1, '"'),
        ['r', '"' | '#', ..] if at == 0 || !is_word(chars[at - 1]) => raw(chars, at),
        // A lifetime has no second quote; a character is one sign, or a backslash and more.
        ['\'', '\\', ..] | ['\'', _, '\'', ..] => quoted(chars, at + 1, '\''),
        _ => at,
    }
}

fn comment(chars: &[char], start: usize) -> usize {
    let (mut depth, mut at) = (0, start);
    while at < chars.len() {
        match chars[at..] {
            ['/', '*', ..] => depth += 1,
            ['*', '/', ..] => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(chars: &[char], mut at: usize, quote: char) -> usize {
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// A raw text: `r"..."`, `r#"..."#`. A raw name such as `r#type` is none.
fn raw(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    let start = at + 1 + hashes;
    if chars.get(start) != Some(&'"') {
        return at;
    }
    let closes = |index: &usize| {
        chars[*index] == '"' && chars[index + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
    };
    (start + 1..chars.len()).find(closes).map_or(chars.len(), |end| end + 1 + hashes)
}

/// Every path of a module's source that begins at the crate, as segments behind `crate`. `super` and braces are resolved.
pub fn paths(module: &[String], words: &[String]) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut inner: Vec<(String, usize)> = Vec::new();
    let (mut depth, mut at) = (0, 0);
    while at < words.len() {
        match words[at].as_str() {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inner.retain(|(_, opened)| *opened <= depth);
            }
            "mod" if words.get(at + 2).is_some_and(|word| word == "{") => {
                inner.push((words[at + 1].clone(), depth + 1))
            }
            // A path is read once, from its first segment.
            _ if at > 0 && words[at - 1] == "::" => {}
            _ if words.get(at + 1).is_some_and(|word| word == "::") || words[at] == "use" => {
                let here: Vec<_> = module.iter().chain(inner.iter().map(|(name, _)| name)).cloned().collect();
                let start = at + usize::from(words[at] == "use");
                let mut found = Vec::new();
                let end = tree(words, start, &[], &mut found);
                paths.extend(found.into_iter().filter_map(|path| from_root(&here, &path)));
                at = end.max(at + 1);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    paths
}

/// Reads a path with its braces from `at`, and adds every path of it to `found`; returns where it ends.
fn tree(words: &[String], mut at: usize, before: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = before.to_vec();
    loop {
        match words.get(at).map(String::as_str) {
            Some("{") if path.len() > before.len() || before.is_empty() && path.is_empty() => {
                at += 1;
                while words.get(at).is_some_and(|word| word != "}") {
                    let next = tree(words, at, &path, found);
                    at = if words.get(next).is_some_and(|word| word == ",") { next + 1 } else { next.max(at + 1) };
                }
                return at + 1;
            }
            Some("::") => at += 1,
            Some(word) if word == "*" || word.chars().all(is_word) => {
                path.push(word.to_owned());
                at += 1;
                if words.get(at).is_none_or(|next| next != "::") {
                    break;
                }
            }
            _ => break,
        }
    }
    found.push(path);
    if words.get(at).is_some_and(|word| word == "as") { at + 2 } else { at }
}

fn from_root(module: &[String], path: &[String]) -> Option<Vec<String>> {
    let ups = path.iter().take_while(|segment| *segment == "super").count();
    match path.first()?.as_str() {
        "crate" | "signoff" => Some(path[1..].to_vec()),
        "self" => Some(module.iter().chain(&path[1..]).cloned().collect()),
        "super" => Some(module[..module.len().checked_sub(ups)?].iter().chain(&path[ups..]).cloned().collect()),
        _ => None,
    }
}
