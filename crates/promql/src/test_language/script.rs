//! Lines to commands.

use super::eval::{self, Eval};
use super::series::{self, SeriesLine};
use super::start_time;

/// A parsed script.
#[derive(Debug)]
pub struct Script {
    /// Up to the first that cannot be read.
    pub(super) commands: Vec<Command>,
    /// Why reading ended before the end.
    pub(super) error: Option<ScriptError>,
}

/// What one line or block asks for.
#[derive(Debug)]
pub(super) enum Command {
    /// Forget all series.
    Clear,
    /// Append series.
    Load(Load),
    /// Evaluate and compare.
    Eval(Box<Eval>),
}

/// A `load` block.
#[derive(Debug)]
pub(super) struct Load {
    /// Where it stands, from 1.
    pub(super) line: usize,
    /// The distance between two values, in milliseconds.
    pub(super) interval_ms: i64,
    /// Whether native histograms are made from the classic ones as well.
    pub(super) with_nhcb: bool,
    /// In order; of equal label sets the last one counts.
    pub(super) series: Vec<SeriesLine>,
}

/// A script that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ScriptError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

/// The lines of a script, read one by one; comments are empty lines.
pub(super) struct Lines<'a> {
    lines: Vec<&'a str>,
    next: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let lines = text.split('\n').map(str::trim).map(|line| if line.starts_with('#') { "" } else { line });
        Self { lines: lines.collect(), next: 0 }
    }

    /// The next line and its number.
    pub(super) fn next(&mut self) -> Option<(usize, &'a str)> {
        let line = self.lines.get(self.next)?;
        self.next += 1;
        Some((self.next, line))
    }

    /// The next line of a block, `None` behind its end.
    pub(super) fn next_in_block(&mut self) -> Option<(usize, &'a str)> {
        self.next().filter(|(_, line)| !line.is_empty())
    }
}

impl Script {
    /// Reads a script, up to the first command that cannot be read.
    pub fn parse(text: &str) -> Self {
        let mut commands = Vec::new();
        let error = parse_commands(text, &mut commands).err();
        Self { commands, error }
    }
}

fn parse_commands(text: &str, commands: &mut Vec<Command>) -> Result<(), ScriptError> {
    let mut lines = Lines::new(text);
    while let Some((number, line)) = lines.next() {
        if line.is_empty() {
            continue;
        }
        let word = line.split([' ', '\t']).next().unwrap_or_default().to_ascii_lowercase();
        let command = match word.as_str() {
            "clear" => Ok(Command::Clear),
            word if word.starts_with("load") => parse_load(number, line, &mut lines).map(Command::Load),
            word if word.starts_with("eval") => {
                eval::parse(number, line, &mut lines).map(|eval| Command::Eval(Box::new(eval)))
            }
            word => Err(error(
                number,
                format!("unknown command {word:?}: expected clear, load, load_with_nhcb or eval"),
            )),
        };
        commands.push(command?);
    }
    Ok(())
}

pub(super) fn error(line: usize, message: impl Into<String>) -> ScriptError {
    ScriptError { line, message: message.into() }
}

/// A duration, as an offset from time 0.
pub(super) fn duration(line: usize, text: &str) -> Result<i64, ScriptError> {
    narthex_model::duration::parse_ms(text).map_err(|cause| error(line, cause.to_string()))
}

fn parse_load(number: usize, head: &str, lines: &mut Lines<'_>) -> Result<Load, ScriptError> {
    let (command, interval) = head.split_once([' ', '\t']).unwrap_or((head, ""));
    let with_nhcb = match command.to_ascii_lowercase().as_str() {
        "load" => false,
        "load_with_nhcb" => true,
        _ => {
            return Err(error(
                number,
                format!("unknown command {command:?}: expected load or load_with_nhcb"),
            ));
        }
    };
    let interval_ms = duration(number, interval.trim())?;
    let mut series: Vec<SeriesLine> = Vec::new();
    let mut starts: Option<(usize, start_time::StartLine)> = None;
    while let Some((number, line)) = lines.next_in_block() {
        if start_time::is_start_line(line) {
            if starts.is_some() {
                return Err(error(number, "two @st lines without a series line between"));
            }
            starts = Some((number, start_time::parse(number, line)?));
            continue;
        }
        let mut parsed = series::parse(number, line)?;
        if let Some((start_number, start)) = starts.take() {
            if start.labels != parsed.labels || start.offsets_ms.len() != parsed.values.len() {
                let message = format!(
                    "@st line of {} with {} slots is not followed by a line of the same series with as many slots",
                    start.labels,
                    start.offsets_ms.len()
                );
                return Err(error(start_number, message));
            }
            parsed.start_offsets_ms = start.offsets_ms;
        }
        series.retain(|other| other.labels != parsed.labels);
        series.push(parsed);
    }
    match starts {
        Some((number, _)) => Err(error(number, "an @st line at the end of a block")),
        None => Ok(Load { line: number, interval_ms, with_nhcb, series }),
    }
}
