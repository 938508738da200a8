//! One relabelling rule: what is written ([`RuleSpec`]), what is run ([`Rule`]), and the check between them.

use std::fmt;

use super::regex::RelabelRegex;
use super::template;
use crate::matcher::RegexError;
use crate::names::NameValidation;

const DEFAULT_SEPARATOR: &str = ";";
const DEFAULT_REPLACEMENT: &str = "$1";

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Action {
    /// Sets the target label to the replacement if the expression matches.
    #[default]
    Replace,
    /// Keeps only label sets that match.
    Keep,
    /// Drops label sets that match.
    Drop,
    /// Keeps only label sets whose target label equals the joined source labels.
    KeepEqual,
    /// Drops label sets whose target label equals the joined source labels.
    DropEqual,
    /// Sets the target label to the hash of the source labels, modulo `modulus`.
    HashMod,
    /// Copies every label whose name matches to the name that the replacement gives.
    LabelMap,
    /// Removes the labels whose names match.
    LabelDrop,
    /// Removes the labels whose names do not match.
    LabelKeep,
    /// Sets the target label to the source labels in lower case.
    Lowercase,
    /// Sets the target label to the source labels in upper case.
    Uppercase,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 11] = [
        Self::Replace,
        Self::Keep,
        Self::Drop,
        Self::KeepEqual,
        Self::DropEqual,
        Self::HashMod,
        Self::LabelMap,
        Self::LabelDrop,
        Self::LabelKeep,
        Self::Lowercase,
        Self::Uppercase,
    ];

    /// The name as in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Keep => "keep",
            Self::Drop => "drop",
            Self::KeepEqual => "keepequal",
            Self::DropEqual => "dropequal",
            Self::HashMod => "hashmod",
            Self::LabelMap => "labelmap",
            Self::LabelDrop => "labeldrop",
            Self::LabelKeep => "labelkeep",
            Self::Lowercase => "lowercase",
            Self::Uppercase => "uppercase",
        }
    }

    /// Reads a name of the configuration, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str().eq_ignore_ascii_case(name))
    }

    fn needs_target(self) -> bool {
        self.has_plain_target() || matches!(self, Self::Replace | Self::HashMod)
    }

    /// Whether the target label is a name and no template, and a replacement has no meaning.
    fn has_plain_target(self) -> bool {
        matches!(self, Self::KeepEqual | Self::DropEqual | Self::Lowercase | Self::Uppercase)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A rule as written; [`RuleSpec::default`] has Prometheus' defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSpec {
    /// The labels whose values are joined.
    pub source_labels: Vec<String>,
    /// What stands between joined values.
    pub separator: String,
    /// The expression, anchored at both ends.
    pub regex: String,
    /// The modulus of `hashmod`.
    pub modulus: u64,
    /// The label that is set or compared.
    pub target_label: String,
    /// The template of the new value (of the new name, for `labelmap`).
    pub replacement: String,
    /// What to do.
    pub action: Action,
    /// Which label names are valid.
    pub name_validation: NameValidation,
}

impl Default for RuleSpec {
    fn default() -> Self {
        Self {
            source_labels: Vec::new(),
            separator: DEFAULT_SEPARATOR.to_owned(),
            regex: RelabelRegex::default().as_str().to_owned(),
            modulus: 0,
            target_label: String::new(),
            replacement: DEFAULT_REPLACEMENT.to_owned(),
            action: Action::default(),
            name_validation: NameValidation::default(),
        }
    }
}

/// Why a rule is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The expression does not compile.
    #[error("field regex: {0}")]
    Regex(#[from] RegexError),
    /// `hashmod` by zero.
    #[error("field modulus: relabel configuration for hashmod requires non-zero modulus")]
    ZeroModulus,
    /// The action sets a label, and none is named.
    #[error("field target_label: relabel configuration for {0} action requires 'target_label' value")]
    NoTarget(Action),
    /// Not a label name.
    #[error("field target_label: \"{label}\" is invalid 'target_label' for {action} action")]
    BadTarget {
        /// What is written.
        label: String,
        /// The rule's action.
        action: Action,
    },
    /// Not a template of a label name.
    #[error("field replacement: \"{0}\" is invalid 'replacement' for labelmap action")]
    BadReplacement(String),
    /// The action has no replacement.
    #[error("field replacement: 'replacement' can not be set for {0} action")]
    UselessReplacement(Action),
    /// The action takes less than what is written.
    #[error("{action} action requires only {fields}, and no other fields")]
    UselessField {
        /// The rule's action.
        action: Action,
        /// What it takes.
        fields: &'static str,
    },
}

impl RuleSpec {
    /// Checks the rule and compiles its expression.
    pub fn compile(self) -> Result<Rule, RuleError> {
        let regex = RelabelRegex::new(&self.regex)?;
        self.check_target()?;
        self.check_useless_fields(&regex)?;
        Ok(Rule { spec: self, regex })
    }

    fn check_target(&self) -> Result<(), RuleError> {
        let action = self.action;
        if action == Action::HashMod && self.modulus == 0 {
            return Err(RuleError::ZeroModulus);
        }
        if action.needs_target() && self.target_label.is_empty() {
            return Err(RuleError::NoTarget(action));
        }
        let valid = |label: &str| self.name_validation.is_label_name(label);
        let valid_target = match action {
            Action::Replace => valid(&template::skeleton(&self.target_label)),
            _ if action.needs_target() => valid(&self.target_label),
            _ => true,
        };
        if !valid_target {
            return Err(RuleError::BadTarget { label: self.target_label.clone(), action });
        }
        if action == Action::LabelMap && !valid(&template::skeleton(&self.replacement)) {
            return Err(RuleError::BadReplacement(self.replacement.clone()));
        }
        Ok(())
    }

    fn check_useless_fields(&self, regex: &RelabelRegex) -> Result<(), RuleError> {
        let action = self.action;
        let other_replacement = self.replacement != DEFAULT_REPLACEMENT;
        let other = self.modulus != 0 || self.separator != DEFAULT_SEPARATOR || other_replacement;
        let useless = |fields| Err(RuleError::UselessField { action, fields });
        match action {
            Action::KeepEqual | Action::DropEqual if other || !regex.is_default() => {
                useless("'source_labels' and `target_label`")
            }
            Action::LabelDrop | Action::LabelKeep
                if other || !self.source_labels.is_empty() || !self.target_label.is_empty() =>
            {
                useless("'regex'")
            }
            Action::Lowercase | Action::Uppercase if other_replacement => {
                Err(RuleError::UselessReplacement(action))
            }
            _ => Ok(()),
        }
    }
}

/// A checked, compiled rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub(super) spec: RuleSpec,
    pub(super) regex: RelabelRegex,
}

impl Rule {
    /// The rule as written.
    pub fn spec(&self) -> &RuleSpec {
        &self.spec
    }
}
