//! Links between the repository's pages: the file that one names has to be there, and so has the heading.

use std::path::{Component, Path, PathBuf};

use crate::tools;
use crate::{Failure, tree};

/// Fails with every link of a page that leads nowhere.
pub fn check() -> Result<(), Failure> {
    let mut broken = Vec::new();
    for name in tree::files()?.iter().filter(|name| name.ends_with(".md")) {
        // A file that was deleted and not yet committed is listed all the same.
        let Ok(page) = std::fs::read_to_string(tools::root().join(name)) else {
            continue;
        };
        for (line, target) in links(&page) {
            if let Some(problem) = problem(Path::new(name), &page, target) {
                broken.push(format!("{name}:{line} links to {target}: {problem}"));
            }
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(format!("links lead nowhere:\n  {}", broken.join("\n  ")).into()) }
}

/// What is wrong with a link of a page, which is given with its name in the repository.
fn problem(name: &Path, page: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    if file.is_empty() {
        return missing(page, heading);
    }
    let path = plain(&name.parent().unwrap_or(Path::new("")).join(file));
    let full = tools::root().join(&path);
    if !full.exists() {
        return Some(format!("there is no {}", path.display()));
    }
    if heading.is_empty() {
        return None;
    }
    std::fs::read_to_string(full).map_or_else(|error| Some(error.to_string()), |text| missing(&text, heading))
}

fn missing(page: &str, heading: &str) -> Option<String> {
    let there = lines(page).any(|(_, line)| line.starts_with('#') && anchor(line) == heading);
    (!there).then(|| format!("there is no heading #{heading}"))
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// The anchor of a heading, as it is made where pages are shown: letters, digits, `-` and `_` in lower case, blanks as `-`.
fn anchor(heading: &str) -> String {
    let kept = |c: char| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        _ => c.is_alphanumeric().then_some(c),
    };
    heading.trim_start_matches('#').trim().to_lowercase().chars().filter_map(kept).collect()
}

/// The lines of a page outside of its blocks of code, numbered from 1.
fn lines(page: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut code = false;
    page.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        (!code && !fence).then_some((index + 1, line))
    })
}

/// The targets of all links and pictures, with the number of their line.
fn links(page: &str) -> Vec<(usize, &str)> {
    let targets = |line| str::split(line, "](").skip(1).filter_map(|rest| rest.split(')').next());
    lines(page).flat_map(|(number, line)| targets(line).map(move |target| (number, target))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# A page\n\n## Once, and `twice` (a_b)\n\n```md\n[no](nowhere.md)\n# no heading\n```\n[a](#a-page) ![b](b.svg)\n";

    #[test]
    fn links_are_found_outside_of_code() {
        assert_eq!(links(PAGE), [(9, "#a-page"), (9, "b.svg")]);
    }

    #[test]
    fn a_heading_is_found_by_its_anchor() {
        for heading in ["a-page", "once-and-twice-a_b"] {
            assert_eq!(missing(PAGE, heading), None, "{heading}");
        }
        assert!(missing(PAGE, "no-heading").is_some());
    }

    #[test]
    fn a_file_is_looked_for_beside_the_page() {
        let of = |target: &str| problem(Path::new("xtask/PAGE.md"), PAGE, target);
        for target in ["src/links.rs", "../Cargo.toml", "./tools.txt", "https://example.com/x.md#y", "#a-page"] {
            assert_eq!(of(target), None, "{target}");
        }
        assert_eq!(of("src/nothing.rs"), Some("there is no xtask/src/nothing.rs".to_owned()));
        assert_eq!(of("#b"), Some("there is no heading #b".to_owned()));
    }
}
