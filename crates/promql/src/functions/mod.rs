//! The functions of PromQL, a file for each family. The planner looks them up by name and puts operators around them.

pub(crate) mod absent;
pub(crate) mod date;
pub(crate) mod histogram;
pub(crate) mod info;
pub(crate) mod labels;
pub(crate) mod math;
pub(crate) mod range;
pub(crate) mod sort;
