//! Running rules over a label set.

use super::md5;
use super::rule::{Action, Rule};
use super::template::{expand, has_references};
use crate::LabelsBuilder;

/// Applies `rules` in order. `false` says that the label set is dropped; `labels` is then as the dropping rule saw it.
pub fn process(rules: &[Rule], labels: &mut LabelsBuilder) -> bool {
    rules.iter().all(|rule| apply(rule, labels))
}

/// Applies one rule; `false` says that the label set is dropped.
pub fn apply(rule: &Rule, labels: &mut LabelsBuilder) -> bool {
    let spec = &rule.spec;
    match spec.action {
        Action::LabelMap => label_map(rule, labels),
        Action::LabelDrop => retain_names(labels, |name| !rule.regex.is_match(name)),
        Action::LabelKeep => retain_names(labels, |name| rule.regex.is_match(name)),
        action => {
            let value = join(&spec.source_labels, &spec.separator, labels);
            match action {
                Action::Keep => return rule.regex.is_match(&value),
                Action::Drop => return !rule.regex.is_match(&value),
                Action::KeepEqual => return labels.get(&spec.target_label).unwrap_or_default() == value,
                Action::DropEqual => return labels.get(&spec.target_label).unwrap_or_default() != value,
                Action::HashMod => {
                    labels.set(&spec.target_label, &hash_mod(&value, spec.modulus).to_string());
                }
                Action::Lowercase => {
                    labels.set(&spec.target_label, &value.to_lowercase());
                }
                Action::Uppercase => {
                    labels.set(&spec.target_label, &value.to_uppercase());
                }
                _ => replace(rule, &value, labels),
            }
        }
    }
    true
}

fn join(names: &[String], separator: &str, labels: &LabelsBuilder) -> String {
    let mut value = String::new();
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            value.push_str(separator);
        }
        value.push_str(labels.get(name).unwrap_or_default());
    }
    value
}

fn replace(rule: &Rule, value: &str, labels: &mut LabelsBuilder) {
    let spec = &rule.spec;
    let plain_target = !has_references(&spec.target_label);
    if plain_target && rule.regex.is_default() && !has_references(&spec.replacement) {
        labels.set(&spec.target_label, &spec.replacement);
        return;
    }
    let Some(groups) = rule.regex.captures(value) else { return };
    let mut target = String::new();
    expand(&spec.target_label, &groups, &mut target);
    if !spec.name_validation.is_label_name(&target) {
        return;
    }
    let mut replacement = String::new();
    expand(&spec.replacement, &groups, &mut replacement);
    labels.set(&target, &replacement);
}

/// The last eight bytes of the MD5 as a big-endian number, modulo `modulus`.
fn hash_mod(value: &str, modulus: u64) -> u64 {
    let [.., a, b, c, d, e, f, g, h] = md5::digest(value.as_bytes());
    u64::from_be_bytes([a, b, c, d, e, f, g, h]) % modulus
}

fn label_map(rule: &Rule, labels: &mut LabelsBuilder) {
    let mapped: Vec<(String, String)> = labels
        .iter()
        .filter_map(|(name, value)| {
            let groups = rule.regex.captures(name)?;
            let mut new_name = String::new();
            expand(&rule.spec.replacement, &groups, &mut new_name);
            Some((new_name, value.to_owned()))
        })
        .collect();
    for (name, value) in &mapped {
        labels.set(name, value);
    }
}

fn retain_names(labels: &mut LabelsBuilder, mut keep: impl FnMut(&str) -> bool) {
    let gone: Vec<String> =
        labels.iter().filter(|(name, _)| !keep(name)).map(|(name, _)| name.to_owned()).collect();
    for name in &gone {
        labels.remove(name);
    }
}
