//! The command line: [`Flags`] for the server, and the tools as subcommands.
//!
//! Both `--flag=value` and `--flag value` are taken; an unknown flag is refused with the nearest known one.

mod flags;
mod table;
mod tools;
mod tsdb;

pub(crate) use flags::{FlagError, Flags};
pub(crate) use table::{FEATURES, FEATURES_WITHOUT_EFFECT};
pub(crate) use tools::{
    CheckCommand, DashOptions, HttpFile, QueryCommand, QueryOptions, QueryTarget, TestCommand, Tool,
};
pub(crate) use tsdb::{AnalyzeOptions, BenchCommand, DumpOptions, ImportOptions, ImportSource, TsdbCommand};

use clap::{Arg, ArgAction, Command, FromArgMatches as _, Subcommand as _};

use table::{FLAGS, Kind};

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Asked {
    /// Run the server.
    Serve(Box<Flags>),
    /// Run a tool.
    Tool(Box<Tool>),
}

/// The version as the tools print it.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The Prometheus version that this server behaves as, for peers that look at version numbers.
pub(crate) const COMPATIBLE_WITH: &str = "3.14.0";

fn command() -> Command {
    let mut command = Command::new("narthex")
        .version(VERSION)
        .long_version(concat!(env!("CARGO_PKG_VERSION"), " (compatible with Prometheus 3.14.0)"))
        .about("Collects, stores and queries metrics; takes Prometheus' configuration, flags, API and data")
        .max_term_width(110)
        .subcommand_negates_reqs(true)
        .args_conflicts_with_subcommands(true);
    for flag in FLAGS {
        command = command.arg(argument(flag.name, flag.kind, flag.help, flag.default));
        if flag.kind == Kind::Bool {
            command = command.arg(negation(flag.name));
        }
    }
    command = command.arg(
        Arg::new("agent")
            .long("agent")
            .num_args(0..=1)
            .require_equals(true)
            .hide(true)
            .action(ArgAction::Append),
    );
    Tool::augment_subcommands(command)
}

fn argument(name: &'static str, kind: Kind, help: &'static str, default: &'static str) -> Arg {
    let help = if default.is_empty() || kind == Kind::Bool {
        help.to_owned()
    } else {
        format!("{help} [default: {default}]")
    };
    let arg = Arg::new(name).long(name).help(help);
    match kind {
        Kind::Bool => arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(["true", "false"])
            .hide_possible_values(true)
            .value_name("BOOL"),
        Kind::Texts => arg.action(ArgAction::Append).value_name("TEXT"),
        Kind::OneOf(values) => arg.value_parser(values.to_vec()),
        Kind::Text => arg.value_name("TEXT"),
        Kind::Count | Kind::Ratio => arg.value_name("NUMBER"),
        Kind::Duration => arg.value_name("DURATION"),
        Kind::Size => arg.value_name("SIZE"),
    }
}

/// `--no-NAME`.
fn negation(name: &'static str) -> Arg {
    let id = format!("no-{name}");
    Arg::new(id.clone()).long(id).action(ArgAction::SetTrue).overrides_with(name).hide(true)
}

/// Reads the arguments of the process; ends it with a message when they are wrong, or after `--help` and `--version`.
pub(crate) fn parse() -> Result<Asked, FlagError> {
    let matches = command().get_matches();
    match Tool::from_arg_matches(&matches) {
        Ok(tool) => Ok(Asked::Tool(Box::new(tool))),
        Err(_) => Flags::read(&matches).map(|flags| Asked::Serve(Box::new(flags))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(args: &[&str]) -> Result<Flags, FlagError> {
        let matches = command().try_get_matches_from([&["narthex"], args].concat()).unwrap();
        Flags::read(&matches)
    }

    #[test]
    fn the_table_is_sorted_and_consistent() {
        command().debug_assert();
        assert!(FLAGS.is_sorted_by_key(|flag| flag.name));
    }

    #[test]
    fn defaults_and_both_spellings() {
        let defaults = flags(&[]).unwrap();
        assert_eq!(defaults.text("config.file"), "prometheus.yml");
        assert_eq!(defaults.texts("web.listen-address"), ["0.0.0.0:9090"]);
        assert_eq!(defaults.duration_ms("query.timeout"), 120_000);
        assert!(!defaults.bool("web.enable-lifecycle"));
        let given = flags(&[
            "--config.file",
            "a.yml",
            "--web.listen-address=:1",
            "--web.listen-address",
            ":2",
            "--web.enable-lifecycle",
            "--no-storage.tsdb.wal-compression",
            "--enable-feature=a,b",
            "--enable-feature=c",
        ])
        .unwrap();
        assert_eq!(given.text("config.file"), "a.yml");
        assert_eq!(given.texts("web.listen-address"), [":1", ":2"]);
        assert!(given.bool("web.enable-lifecycle") && !given.bool("storage.tsdb.wal-compression"));
        assert_eq!(given.features(), ["a", "b", "c"]);
    }

    #[test]
    fn wrong_values_name_their_flag() {
        for (args, text) in [
            (&["--query.timeout=abc"][..], "--query.timeout"),
            (&["--query.max-samples=-1"], "--query.max-samples"),
            (&["--storage.tsdb.retention.size=5"], ""),
            (&["--agent"], "agent mode"),
        ] {
            match flags(args) {
                Err(error) => assert!(error.to_string().contains(text) && !text.is_empty(), "{error}"),
                Ok(_) => assert!(text.is_empty(), "{args:?} was taken"),
            }
        }
        let error =
            command().try_get_matches_from(["narthex", "--web.listen-adress=x"]).unwrap_err().to_string();
        assert!(error.contains("web.listen-address"), "{error}");
    }
}
