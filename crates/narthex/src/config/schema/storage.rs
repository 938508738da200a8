//! `storage`: what can be changed in the database without a restart.

use super::{Field, Kind, Section, checked, def, opt, pos_of, section};
use crate::config::error::Cx;
use crate::config::node::Node;

const RETENTION_FIELDS: &[Field] =
    &[opt("time", Kind::Duration), opt("size", Kind::Size), opt("percentage", Kind::Float)];

static RETENTION: Section = checked("retention config", &[RETENTION_FIELDS], check_retention);

const ENCODING_FIELDS: &[Field] = &[opt("floats", Kind::Enum(&["xor", "xor2"]))];

static ENCODING: Section = section("chunk encoding config", &[ENCODING_FIELDS]);

const TSDB_FIELDS: &[Field] = &[
    opt("out_of_order_time_window", Kind::Duration),
    opt("stale_series_compaction_threshold", Kind::Float),
    opt("chunk_encoding", Kind::Section(&ENCODING)),
    opt("retention", Kind::Section(&RETENTION)),
];

static TSDB: Section = section("TSDB config", &[TSDB_FIELDS]);

const EXEMPLAR_FIELDS: &[Field] = &[def("max_exemplars", Kind::Int, "100000")];

static EXEMPLARS: Section = section("exemplars config", &[EXEMPLAR_FIELDS]);

const FIELDS: &[Field] = &[opt("tsdb", Kind::Section(&TSDB)), opt("exemplars", Kind::Section(&EXEMPLARS))];

/// The section.
pub(crate) static STORAGE: Section = section("storage config", &[FIELDS]);

fn check_retention(node: &mut Node, cx: &mut Cx) {
    if let Some(percentage) = node.float("percentage")
        && !(0.0..=100.0).contains(&percentage)
    {
        let message =
            format!("{percentage} is out of range: expected a percentage of the disk from 0 to 100");
        cx.problem_in("percentage", pos_of(node, "percentage"), message);
    }
}
