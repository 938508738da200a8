//! The strict mode accepts the good cases of the OpenMetrics test suite and refuses the bad ones.

mod common;

use narthex_exposition::{ParseError, Parser, ParserOptions, Protocol};

fn verdict(page: &[u8]) -> Result<usize, ParseError> {
    let options = ParserOptions { strict: true, ..ParserOptions::default() };
    let mut parser = Parser::new(page, Protocol::OpenMetrics100, options);
    let mut entries = 0;
    while let Some(entry) = parser.next() {
        entry?;
        entries += 1;
    }
    Ok(entries)
}

#[test]
fn the_suite() {
    let Some(folder) = common::corpus("openmetrics_parsers") else { return };
    let mut wrong = Vec::new();
    let mut cases = 0;
    for case in common::entries(&folder) {
        let Ok(description) = std::fs::read(case.join("test.json")) else { continue };
        let description: serde_json::Value = serde_json::from_slice(&description).unwrap();
        let page = std::fs::read(case.join(description["file"].as_str().unwrap())).unwrap();
        let verdict = verdict(&page);
        if verdict.is_ok() != description["shouldParse"].as_bool().unwrap() {
            wrong.push(format!("{}: {verdict:?}", case.display()));
        }
        cases += 1;
    }
    assert!(cases > 100, "only {cases} cases found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One rule of the specification per line.
#[test]
fn rules() {
    let good = [
        "# EOF",
        "# TYPE a info\n# HELP a help\na_info{foo=\"bar\"} 1\n# EOF\n",
        "# TYPE a info\na_info{a=\"1\",foo=\"bar\"} 1 1\na_info{a=\"2\",foo=\"bar\"} 1 0\n# EOF\n",
        "# TYPE a stateset\na{a=\"bar\"} 0\na{a=\"foo\"} 1.0\n# EOF\n",
        "# TYPE a counter\na_total{foo=\"a{b}c\"} 1\n# EOF\n",
        "# TYPE a counter\na_total{foo=\"b\\\\ar\\n\\\"x\"} 1\n# EOF\n",
        "# TYPE a counter\n# HELP a he\\n\\\\l\\tp\na_total 1\n# EOF\n",
        "# TYPE a counter\na_total{foo=\"\0\"} 1\n# EOF\n",
        "# TYPE a counter\na_total{foo=\"1\"} 1 000\na_total{foo=\"2\"} 1 0.0\na_total{foo=\"3\"} 1 -1.1\n# EOF\n",
        "# TYPE a counter\na_total{foo=\"1\"} 1 12345678901234567890.1234567890\n# EOF\n",
        "# TYPE a histogram\na_bucket{le=\"-1.0\"} 0\na_bucket{le=\"+Inf\"} 3\n# EOF\n",
        "# TYPE a summary\na_count 1\na_sum 2\na_created 123.456\n# EOF\n",
        "# TYPE a counter\na_total 1 1\na_total 2 2\n# EOF\n",
        "# TYPE a gauge\n# UNIT a \na 1\n# EOF\n",
        "# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds -1e-3\n# EOF\n",
        "a 1\nb 2\n# EOF\n",
    ];
    for page in good {
        if let Err(error) = verdict(page.as_bytes()) {
            panic!("{page:?}: {error}");
        }
    }
    let bad = [
        "",
        "a 1",
        "a 1\n",
        "a 1\n# EOFblah",
        "a 1\n# EOF\n\n",
        "a 1\n\n# EOF\n",
        "a{a=1} 1\n# EOF\n",
        "a{a=\"1\",b=\"2\",} 1\n# EOF\n",
        "a{a=\"1\",a=\"1\"} 1\n# EOF\n",
        "a{,} 1\n# EOF\n",
        "a {a=\"1\"} 1\n# EOF\n",
        "a{a=\"1\"}  1\n# EOF\n",
        "a\n# EOF\n",
        "a 1  2\n# EOF\n",
        "a 1_2\n# EOF\n",
        "a 0b1\n# EOF\n",
        "a 1 1_2\n# EOF\n",
        "a 1 0x1p-3\n# EOF\n",
        "a 1 +Inf\n# EOF\n",
        "# HELP\n# EOF\n",
        "# HELP a\t\n# EOF\n",
        "# TYPE a\n# EOF\n",
        "# TYPE a meh \n# EOF\n",
        "# UNIT a\t\n# EOF\n",
        "# UNIT a_s s\n# UNIT a_s s\n# EOF\n",
        "# TYPE x_u info\n# UNIT x_u u\n# EOF\n",
        "# UNIT x_u u\n# TYPE x_u stateset\n# EOF\n",
        "# HELP a x\n# HELP a y\n# EOF\n",
        "# TYPE a gauge\na 1\n# HELP a gauge\n# EOF\n",
        "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\na 2\n# EOF\n",
        "a.b 1\n# EOF\n",
        "# TYPE a counter\na 1\n# EOF\n",
        "# TYPE a counter\na 1 # {a=\"b\"} 1\n# EOF\n",
        "# TYPE a counter\na_total -1\n# EOF\n",
        "# TYPE a counter\na_total 1 # {a=\"b\"} 0.5 1 1\n# EOF\n",
        "# TYPE a counter\na_total 1 # {a=\"b\",} 0.5\n# EOF\n",
        "# TYPE a counter\na_total 1 # {a=\"b\",a=\"c\"} 0.5\n# EOF\n",
        "# TYPE a counter\na_created NaN\n# EOF\n",
        "# TYPE a gauge\na 1 # {a=\"b\"} 1\n# EOF\n",
        "# TYPE a summary\na{quantile=\"0.5\"} 1 # {a=\"b\"} 1\n# EOF\n",
        "# TYPE a histogram\na_sum 1 # {a=\"b\"} 0.5\n# EOF\n",
        "# TYPE a stateset\na{a=\"bar\"} 2\n# EOF\n",
        "# TYPE a summary\na{quantile=\"foo\"} 0\n# EOF\n",
        "# TYPE a histogram\na_bucket 0\n# EOF\n",
        "# TYPE a histogram\na_bucket{le=\"x\"} 0\n# EOF\n",
        "# TYPE a histogram\na_bucket{le=\"NaN\"} 0\n# EOF\n",
        "# TYPE a histogram\na_bucket{le=\"+INF\"} 0\n# EOF\n",
        "# TYPE a histogram\na_bucket{le=\"0\"} 0\n# EOF\n",
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 0\na_sum 0\n# EOF\n",
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 0\na_count 0\n# EOF\n",
        "# TYPE a histogram\na_count NaN\n# EOF\n",
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\n# TYPE b histogram\nb_bucket{le=\"1\"} 1\n# EOF\n",
        "# TYPE a gaugehistogram\na_bucket{le=\"+Inf\"} 0\na_gsum 0\n# EOF\n",
        "# TYPE a summary\na_sum NaN\n# EOF\n",
        "# TYPE a summary\na_count -1\n# EOF\n",
        "# TYPE a gauge\na 0 -1\na 0 -2\n# EOF\n",
        "# TYPE a gauge\na 0 0\na 0\n# EOF\n",
        "# TYPE a gauge\na{a=\"1\"} 0\na{a=\"2\"} 0\na{a=\"1\"} 0\n# EOF\n",
        "# TYPE a gauge\na 0\na 0\n# EOF\n",
        "# TYPE a info\n# TYPE a counter\n# EOF\n",
        "# TYPE a counter\n# TYPE a_total gauge\na_total 1\n# EOF\n",
        "a_total 1\n# TYPE a counter\na_total 2\n# EOF\n",
    ];
    for page in bad {
        assert!(verdict(page.as_bytes()).is_err(), "accepted {page:?}");
    }
}
