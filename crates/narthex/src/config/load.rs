//! From a path to a [`Config`]: reads the file and the files of more jobs that it names, expands external labels,
//! collects every problem.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::apply::apply;
use super::emit::emit;
use super::error::{ConfigError, Cx, Problem};
use super::node::{Node, Pos, Value};
use super::schema::{ROOT, SCRAPE_FILE, Section, inherit};
use super::yaml;

/// A configuration that is complete and has no problem.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    root: Node,
    /// Jobs from `scrape_config_files`.
    more_jobs: Vec<Node>,
}

impl Config {
    /// Reads and checks `path` and what it names.
    pub(crate) fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::load_with(path, false)
    }

    /// The same; `protobuf_first` says that jobs which name no protocols ask for protobuf before text.
    pub(crate) fn load_with(path: &Path, protobuf_first: bool) -> Result<Self, ConfigError> {
        let (mut root, mut problems) = read_with(path, &ROOT, protobuf_first)?;
        expand_external_labels(&mut root);
        let mut config = Self { root, more_jobs: Vec::new() };
        if problems.is_empty() {
            config.load_more_jobs(path, protobuf_first, &mut problems)?;
        }
        if problems.is_empty() { Ok(config) } else { Err(ConfigError::Invalid(problems)) }
    }

    /// The whole tree.
    pub(crate) fn root(&self) -> &Node {
        &self.root
    }

    /// All jobs, those of the file first.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = &Node> {
        self.root.list("scrape_configs").iter().chain(&self.more_jobs)
    }

    /// `global.external_labels`.
    pub(crate) fn external_labels(&self) -> Vec<(String, String)> {
        let labels = self.root.get("global").and_then(|global| global.get("external_labels"));
        let entries = labels.map_or(&[][..], Node::entries);
        entries.iter().map(|entry| (entry.key.clone(), entry.node.as_str().to_owned())).collect()
    }

    /// The effective configuration as YAML, secrets hidden.
    pub(crate) fn to_yaml(&self) -> String {
        emit(&self.root, &ROOT)
    }

    fn load_more_jobs(
        &mut self,
        path: &Path,
        protobuf_first: bool,
        problems: &mut Vec<Problem>,
    ) -> Result<(), ConfigError> {
        let mut names: HashMap<String, (PathBuf, Pos)> = HashMap::new();
        for job in self.root.list("scrape_configs") {
            names.insert(job.str("job_name").to_owned(), (path.to_owned(), job.pos));
        }
        let global = self.root.get("global").cloned().unwrap_or_else(|| Node::new(Value::Map(Vec::new())));
        for pattern in self.root.strings("scrape_config_files") {
            // A pattern that nothing matches names no file, one without wildcards included.
            for file in expand_pattern(Path::new(pattern)).into_iter().filter(|file| file.exists()) {
                let (mut tree, found) = read(&file, &SCRAPE_FILE)?;
                problems.extend(found);
                let mut cx = Cx::new(&file);
                cx.protobuf_first = protobuf_first;
                let Some(Value::List(jobs)) = take_jobs(&mut tree) else { continue };
                for (index, mut job) in jobs.into_iter().enumerate() {
                    cx.enter(format!("scrape_configs[{index}]"));
                    inherit(&mut job, &global, &mut cx);
                    let name = job.str("job_name").to_owned();
                    if let Some((other, pos)) = names.insert(name, (file.clone(), job.pos)) {
                        let place = format!("{}:{}", other.display(), pos.line);
                        cx.problem_in("job_name", job.pos, format!("is used twice: first in {place}"));
                    }
                    cx.leave();
                    self.more_jobs.push(job);
                }
                problems.append(&mut cx.problems);
            }
        }
        Ok(())
    }
}

/// Reads one file along a section.
pub(crate) fn read(path: &Path, section: &'static Section) -> Result<(Node, Vec<Problem>), ConfigError> {
    read_with(path, section, false)
}

fn read_with(
    path: &Path,
    section: &'static Section,
    protobuf_first: bool,
) -> Result<(Node, Vec<Problem>), ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let raw = yaml::parse(path, &text).map_err(ConfigError::Invalid)?;
    let mut cx = Cx::new(path);
    cx.protobuf_first = protobuf_first;
    let node = apply(&raw, section, &mut cx);
    Ok((node, cx.problems))
}

fn take_jobs(tree: &mut Node) -> Option<Value> {
    let Value::Map(entries) = &mut tree.value else { return None };
    entries.drain(..).find(|entry| entry.key == "scrape_configs").map(|entry| entry.node.value)
}

/// The files that a path with wildcards in its last element stands for, sorted. A path without wildcards stands for
/// itself, there or not.
pub(crate) fn expand_pattern(pattern: &Path) -> Vec<PathBuf> {
    let name = pattern.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !name.contains(['*', '?', '[']) {
        return vec![pattern.to_owned()];
    }
    let folder = pattern.parent().unwrap_or(Path::new(""));
    let read_from = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(read_from) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .flatten()
        .filter(|entry| glob_matches(&name, &entry.file_name().to_string_lossy()))
        .map(|entry| folder.join(entry.file_name()))
        .collect();
    files.sort();
    files
}

/// Whether `name` matches a pattern of `*`, `?`, `[a-z]`, `[^a]` and `\x`.
pub(crate) fn glob_matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    glob_chars(&pattern, &name)
}

fn glob_chars(pattern: &[char], name: &[char]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some(('*', rest)) => (0..=name.len()).any(|skip| glob_chars(rest, &name[skip..])),
        Some(('[', rest)) => {
            let Some(end) = rest.iter().skip(1).position(|c| *c == ']').map(|index| index + 1) else {
                return false;
            };
            let (set, rest) = (&rest[..end], &rest[end + 1..]);
            let (negated, set) = match set.split_first() {
                Some(('^', set)) => (true, set),
                _ => (false, set),
            };
            name.split_first()
                .is_some_and(|(c, tail)| set_contains(set, *c) != negated && glob_chars(rest, tail))
        }
        Some((first, rest)) => {
            let (wanted, rest) = match (first, rest.split_first()) {
                ('\\', Some((escaped, rest))) => (*escaped, rest),
                _ => (*first, rest),
            };
            name.split_first()
                .is_some_and(|(c, tail)| (wanted == *c || *first == '?') && glob_chars(rest, tail))
        }
    }
}

fn set_contains(set: &[char], c: char) -> bool {
    match set {
        [low, '-', high, rest @ ..] => (*low..=*high).contains(&c) || set_contains(rest, c),
        [one, rest @ ..] => *one == c || set_contains(rest, c),
        [] => false,
    }
}

/// `$NAME` and `${NAME}` in external labels become the environment's value, `$$` a dollar sign.
fn expand_external_labels(root: &mut Node) {
    let Value::Map(entries) = &mut root.value else { return };
    let Some(global) = entries.iter_mut().find(|entry| entry.key == "global") else { return };
    let Value::Map(entries) = &mut global.node.value else { return };
    let Some(labels) = entries.iter_mut().find(|entry| entry.key == "external_labels") else { return };
    let Value::Map(labels) = &mut labels.node.value else { return };
    for label in labels {
        if let Value::Str(text) = &mut label.node.value
            && text.contains('$')
        {
            *text = expand(text, |name| {
                let value = std::env::var(name);
                if value.is_err() {
                    tracing::warn!(
                        label = label.key,
                        variable = name,
                        "the environment variable in an external label is not set: taken as empty"
                    );
                }
                value.unwrap_or_default()
            });
        }
    }
}

fn expand(text: &str, lookup: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        out.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        if let Some(tail) = rest.strip_prefix('$') {
            out.push('$');
            rest = tail;
        } else if let Some((name, tail)) = rest.strip_prefix('{').and_then(|tail| tail.split_once('}')) {
            out.push_str(&lookup(name));
            rest = tail;
        } else {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (name, tail) = rest.split_at(end);
            if name.is_empty() {
                out.push('$');
            } else {
                out.push_str(&lookup(name));
            }
            rest = tail;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, matches) in [
            ("*.yml", "a.yml", true),
            ("*.yml", "a.yaml", false),
            ("a?c", "abc", true),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("[", "[", false),
        ] {
            assert_eq!(glob_matches(pattern, name), matches, "{pattern} {name}");
        }
    }

    #[test]
    fn variables() {
        let look = |name: &str| format!("<{name}>");
        assert_eq!(expand("a$B-${C}$$d$", look), "a<B>-<C>$d$");
    }
}
