//! Query results: `{"resultType":"…","result":…}`.

use narthex_promql::value::{MatrixSeries, PointValue, Value, VectorSample};

use super::float::push_decimal;
use super::points::{POINT_ROOM, Points};
use super::{Writer, write_float, write_histogram, write_labels, write_timestamp};

/// About the bytes of a series without its points, for reserving memory.
const SERIES_BYTES: usize = 192;
/// About the bytes of a point, for reserving memory.
const POINT_BYTES: usize = 30;

/// Writes the members `resultType` and `result` into the open object.
pub fn write_value(out: &mut Writer, value: &Value) {
    out.key("resultType").string(value.type_name()).key("result");
    match value {
        Value::Scalar { t, v } => {
            out.begin_array();
            write_timestamp(out, *t);
            let bytes = out.value_bytes();
            bytes.push(b'"');
            push_decimal(bytes, *v);
            bytes.push(b'"');
            out.end_array();
        }
        Value::String { t, v } => {
            out.begin_array();
            write_timestamp(out, *t);
            out.string(v).end_array();
        }
        Value::Vector(vector) => {
            out.begin_array();
            vector.iter().for_each(|sample| write_vector_sample(out, sample));
            out.end_array();
        }
        Value::Matrix(matrix) => {
            out.begin_array();
            let mut points = Points::default();
            let all: usize =
                matrix.iter().map(|series| SERIES_BYTES + series.floats.len() * POINT_BYTES).sum();
            let longest = matrix.iter().map(|series| series.floats.len()).max().unwrap_or_default();
            out.reserve(all + longest * POINT_ROOM);
            matrix.iter().for_each(|series| write_matrix_series(out, &mut points, series));
            out.end_array();
        }
    }
}

/// Writes `{"metric":{…},"value":[t,"v"]}`, or with `histogram`.
pub fn write_vector_sample(out: &mut Writer, sample: &VectorSample) {
    out.begin_object().key("metric");
    write_labels(out, &sample.labels);
    match &sample.value {
        PointValue::Float(value) => {
            out.key("value").begin_array();
            write_timestamp(out, sample.t);
            write_float(out, *value);
        }
        PointValue::Histogram(histogram) => {
            out.key("histogram").begin_array();
            write_timestamp(out, sample.t);
            write_histogram(out, histogram);
        }
    }
    out.end_array().end_object();
}

/// Writes `{"metric":{…},"values":[…],"histograms":[…]}`; an empty list is left out.
fn write_matrix_series(out: &mut Writer, points: &mut Points, series: &MatrixSeries) {
    out.begin_object().key("metric");
    write_labels(out, &series.labels);
    if !series.floats.is_empty() {
        points.push(out.key("values").value_bytes(), &series.floats);
    }
    if !series.histograms.is_empty() {
        out.key("histograms").begin_array();
        for (t, histogram) in &series.histograms {
            out.begin_array();
            write_timestamp(out, *t);
            write_histogram(out, histogram);
            out.end_array();
        }
        out.end_array();
    }
    out.end_object();
}

#[cfg(test)]
mod tests {
    use narthex_model::Labels;

    use super::*;

    fn text(value: &Value) -> String {
        let mut out = Writer::new();
        out.begin_object();
        write_value(&mut out, value);
        out.end_object();
        String::from_utf8(out.into_bytes()).unwrap()
    }

    #[test]
    fn all_types() {
        assert_eq!(
            text(&Value::Scalar { t: 1_704_074_407_123, v: -1.0 }),
            r#"{"resultType":"scalar","result":[1704074407.123,"-1"]}"#
        );
        for (v, expected) in [
            (1e21, "1000000000000000000000"),
            (9.99e-7, "0.000000999"),
            (-0.0, "-0"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            let found = text(&Value::Scalar { t: 0, v });
            assert_eq!(found, format!(r#"{{"resultType":"scalar","result":[0,"{expected}"]}}"#));
        }
        assert_eq!(
            text(&Value::String { t: 1_000, v: "a\"b".to_owned() }),
            r#"{"resultType":"string","result":[1,"a\"b"]}"#
        );
        let labels = Labels::from_pairs([("__name__", "up"), ("l", "<x>")]);
        let sample = VectorSample { labels: labels.clone(), t: 1_500, value: PointValue::Float(0.5) };
        assert_eq!(
            text(&Value::Vector(vec![sample])),
            r#"{"resultType":"vector","result":[{"metric":{"__name__":"up","l":"<x>"},"value":[1.500,"0.5"]}]}"#
        );
        let series =
            MatrixSeries { labels, floats: vec![(0, 1.0), (1_000, f64::NAN)], histograms: Vec::new() };
        assert_eq!(
            text(&Value::Matrix(vec![series])),
            r#"{"resultType":"matrix","result":[{"metric":{"__name__":"up","l":"<x>"},"values":[[0,"1"],[1,"NaN"]]}]}"#
        );
        assert_eq!(text(&Value::Matrix(Vec::new())), r#"{"resultType":"matrix","result":[]}"#);
    }
}
