//! Native histograms: `{"count":"…","sum":"…","buckets":[[kind,"lower","upper","count"],…]}`.
//!
//! `kind` says which bounds belong to the bucket: 0 the upper, 1 the lower, 2 none, 3 both. Empty buckets are left out,
//! and `buckets` itself when all are empty.

use narthex_model::FloatHistogram;

use super::{Writer, write_float};

/// Writes a histogram.
pub fn write_histogram(out: &mut Writer, histogram: &FloatHistogram) {
    out.begin_object().key("count");
    write_float(out, histogram.count);
    out.key("sum");
    write_float(out, histogram.sum);
    let mut open = false;
    for bucket in histogram.all_buckets() {
        if bucket.count == 0.0 {
            continue;
        }
        if !open {
            out.key("buckets").begin_array();
            open = true;
        }
        let kind = match (bucket.lower_inclusive, bucket.upper_inclusive) {
            (false, true) => 0,
            (true, false) => 1,
            (false, false) => 2,
            (true, true) => 3,
        };
        out.begin_array().int(kind);
        write_float(out, bucket.lower);
        write_float(out, bucket.upper);
        write_float(out, bucket.count);
        out.end_array();
    }
    if open {
        out.end_array();
    }
    out.end_object();
}
