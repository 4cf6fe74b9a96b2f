//! No file of the repository may name a directory of the machine that it was written on.

use std::path::Path;

use crate::Failure;
use crate::tools;

/// The provider's own directory inside of sandboxes: their directory for temporary files may be called as this machine's is.
const IN_SANDBOXES: &str = ".rensei";

/// Fails with every line that names such a directory.
pub fn check() -> Result<(), Failure> {
    let directories = directories();
    let mut found = Vec::new();
    for name in files()? {
        // A file that was deleted and not yet committed is listed all the same.
        let Ok(bytes) = std::fs::read(tools::root().join(&name)) else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes);
        for (line, directory) in local_paths(&text, &directories) {
            found.push(format!("{name}:{line} names {directory}"));
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let lines = found.join("\n  ");
    Err(format!("directories of somebody's machine are in the repository:\n  {lines}").into())
}

/// The files of the repository, also those that are not yet added.
pub fn files() -> Result<Vec<String>, Failure> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = tools::output(tools::command("git").args(list))?;
    let names = output.split_terminator('\0').map(str::to_owned);
    // Generated, and full of addresses.
    Ok(names.filter(|name| name != "Cargo.lock").collect())
}

/// Directories of this machine in which people keep their files, each with a separator at its end.
fn directories() -> Vec<String> {
    let mut directories = Vec::new();
    let root = tools::root();
    let here = [Some(root.as_path()), root.parent(), std::env::home_dir().as_deref(), Some(&std::env::temp_dir())]
        .map(|directory| directory.map(Path::to_owned));
    for directory in here.into_iter().flatten() {
        let directory = format!("{}/", directory.to_string_lossy().trim_end_matches('/'));
        // The root of the file system is part of every absolute path.
        if directory.len() > 1 && !directories.contains(&directory) {
            directories.push(directory);
        }
    }
    directories
}

/// Every directory that a text names, with the number of the line. Inside of a longer path or a URL it is another directory.
fn local_paths<'a>(text: &str, directories: &'a [String]) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for directory in directories {
            let named = line.match_indices(directory.as_str()).any(|(at, found)| {
                let (before, rest) = (line.get(..at).unwrap_or_default(), line.get(at + found.len()..));
                !before.ends_with(|c: char| c.is_alphanumeric() || "._-~}/".contains(c))
                    && !rest.is_some_and(|rest| rest.starts_with(IN_SANDBOXES))
            });
            if named {
                found.push((number + 1, directory.as_str()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_of_this_machine_is_found_with_its_line() {
        let directories = ["/elsewhere/".to_owned()];
        let text = "nothing\nsee /elsewhere/file\n\"/elsewhere/a\" and file:///elsewhere/b";
        assert_eq!(local_paths(text, &directories), [(2, "/elsewhere/"), (3, "/elsewhere/")]);
    }

    #[test]
    fn the_same_words_inside_of_another_path_are_no_directory_of_this_machine() {
        let directories = ["/mine/".to_owned()];
        let others = ["/minefield/", "a/mine/b", "https://example.com/mine/", "${HOME}/mine/", "~/mine/", "/mine"];
        for text in others.into_iter().chain(["base=/mine/.rensei/0"]) {
            assert!(local_paths(text, &directories).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_repository_and_the_home_directory_are_looked_for() {
        let directories = directories();
        let root = format!("{}/", tools::root().display());
        assert!(directories.contains(&root), "{directories:?}");
        let home = std::env::home_dir().map(|home| format!("{}/", home.display()));
        assert!(home.is_none_or(|home| directories.contains(&home)), "{directories:?}");
        assert!(directories.iter().all(|directory| directory.len() > 1), "{directories:?}");
    }
}
