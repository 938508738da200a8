//! Label sets as objects.

use narthex_model::Labels;

use super::Writer;

/// Writes a label set; names and values carry no more escapes than JSON needs.
pub fn write_labels(out: &mut Writer, labels: &Labels) {
    out.begin_object();
    for (name, value) in labels {
        out.key(name).plain_string(value);
    }
    out.end_object();
}
