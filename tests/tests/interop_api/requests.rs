//! The requests: every endpoint of the API with its parameters, errors, methods and headers.

use std::fmt;

use super::setup::START;

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The method.
    pub(crate) method: &'static str,
    /// The path with its query string.
    pub(crate) path: String,
    /// Headers.
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    /// The body.
    pub(crate) body: String,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        self.headers.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))?;
        if self.body.is_empty() { Ok(()) } else { write!(f, " [{}]", self.body) }
    }
}

/// All of them.
pub(crate) fn requests() -> Vec<Request> {
    let mut all = Vec::new();
    queries(&mut all);
    expressions(&mut all);
    lookups(&mut all);
    targets(&mut all);
    for path in PATHS {
        all.push(get(*path));
    }
    methods(&mut all);
    forms(&mut all);
    all
}

fn get(path: impl Into<String>) -> Request {
    Request { method: "GET", path: path.into(), headers: Vec::new(), body: String::new() }
}

/// Percent-encodes everything but the plainest characters.
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Expressions to evaluate; what is scraped is constant, what is in the blocks is the same.
const EVALUATED: &[&str] = &[
    "m_total",
    "1",
    "\"x\"",
    "m_total[5m]",
    "sum(m_total)",
    "-m_total",
    "1+",
    "foo{",
    "rate(m_total)",
    "m_total{i=~\"(\"}",
    "",
    "requests_total",
    "{\"size_bytes\"}",
    "temperature_celsius",
    "up",
    "latency_seconds_bucket",
    "scalar(m_total)",
    "rate(m_total[5m])",
    "histogram_quantile(0.5, m_total)",
    "topk(2,m_total)",
    "sort_desc(m_total)",
    "label_replace(m_total,\"a\",\"$1\",\"i\",\"(.*)\")",
    "absent(nope)",
    "1/0",
    "count_values(\"a\",m_total)",
    "m_total @ 1704067300",
    "{}",
    "m_total offset -5m",
    "sum by (",
    "foo bar",
    "limitk(1,m_total)",
    "size_bytes",
    "histogram_quantile(0.9, size_bytes)",
    "requests_total / 0",
];

/// Parameters of `query`.
const AT: &[&str] = &[
    "time=abc",
    "time=-1",
    "time=1e20",
    "time=2024-01-01T00:00:00Z",
    "time=2024-01-01T00:00:00.5%2B01:00",
    "time=1704070000&timeout=abc",
    "time=1704070000&timeout=1m",
    "time=1704070000&timeout=-1s",
    "time=1704070000&timeout=0s",
    "time=1704070000&limit=1",
    "time=1704070000&limit=-1",
    "time=1704070000&limit=abc",
    "time=1704070000&limit=0",
    "time=1704070000&lookback_delta=1s",
    "time=1704070000&lookback_delta=x",
    "time=1704070000&lookback_delta=-5m",
    "time=1704070000&stats=all",
    "time=NaN",
    "time=1704070000&time=5",
    "time=1704070000;x=1",
    "time=%zz",
];

/// Parameters of `query_range`; `{S}` is the first sample.
const OVER: &[&str] = &[
    "start=1&end=2",
    "start=x&end=1&step=1",
    "start=1&end=x&step=1",
    "start=2&end=1&step=1",
    "start=1&end=2&step=0",
    "start=1&end=2&step=-1",
    "start=1&end=2&step=x",
    "start=0&end=11001&step=1",
    "start=0&end=11000&step=1",
    "start=0&end=11000.5&step=1",
    "start={S}&end=1704070800&step=10m",
    "step=1",
    "start={S}&end=1704070800&step=1e30",
    "start={S}&end=1704070800&step=0.0001",
    "start={S}&end=1704070800&step=600&limit=2",
    "start={S}&end=1704070800&step=600&timeout=x",
    "start={S}&end=1704070800&step=1h30m5s",
    "start={S}&end=1704070800&step=1.5m",
    "start=2024-01-01T00:00:00Z&end=2024-01-01T01:00:00Z&step=15m",
    "start={S}&end=1704070800&step=600&stats=all",
    "start={S}&end=1704070800&step=600&lookback_delta=1h",
    "start=1&end=2&step=0.0000001",
];

fn queries(all: &mut Vec<Request>) {
    for expr in EVALUATED {
        let query = encode(expr);
        let now =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
        let time = if expr.contains("m_total") { 1_704_070_000 } else { now };
        all.push(get(format!("/api/v1/query?query={query}&time={time}")));
        all.push(get(format!("/api/v1/query?query={query}&time=1704070000.123")));
        all.push(get(format!("/api/v1/query_range?query={query}&start={START}&end=1704070800&step=600")));
    }
    all.extend(AT.iter().map(|parameters| get(format!("/api/v1/query?query=m_total&{parameters}"))));
    for parameters in OVER {
        let parameters = parameters.replace("{S}", &START.to_string());
        for query in ["m_total", "1%2B"] {
            all.push(get(format!("/api/v1/query_range?query={query}&{parameters}")));
        }
    }
    for parameters in [
        "",
        "query=foo",
        "query=requests_total&start=0&end=9999999999",
        "query=requests_total&start=5&end=1",
        "query=1%2B",
        "query=rate(requests_total%5B5m%5D)&start=0&end=9999999999",
        "query=requests_total&start=x",
        "query=1&start=0&end=1",
        "query=%7Benv%3D%22test%22%7D&start=0&end=9999999999",
    ] {
        all.push(get(format!("/api/v1/query_exemplars?{parameters}")));
    }
}

/// Expressions to look at only.
const SHOWN: &[&str] = &[
    "sum(m_total)",
    "1+",
    "",
    "foo{a=\"b\",c!=\"d\"}[5m] offset 5m @ 3",
    "{\"my.dotted\"}",
    "sum by (a) (rate(x[5m])) / on (b) group_left(c) y",
    "-(1)^2",
    "foo or bar and baz unless qux",
    "rate(foo[5m:1m])",
    "foo @ start()",
    "histogram_quantile(0.9, sum by (le) (rate(lat_seconds_bucket{env=\"test\",instance=~\"127.*\",path!=\"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}[5m])))",
    "a == bool b",
    "count_values(\"x\", y)",
    "\"str\"",
    "1e6",
    "0x10",
    "Inf",
    "{__name__=~\"a|b\"}",
    "foo{}",
    "foo{a=\"b\"} + ignoring(x) foo",
    "label_replace(a,\"b\",\"c\",\"d\",\"e\")",
    "time()",
    "foo[5m] ",
    "topk by (x) (3, y)",
    "quantile without () (0.5, y)",
    "foo offset 1h30m",
    "vector(1) atan2 vector(2)",
    "NaN",
    "1_000",
    "foo[1h]",
    "foo[5m+1m]",
    "foo offset -(5m)",
    "foo[step()*2]",
    "foo[(5m+1m)^2]",
    "foo[range()]",
    "rate(foo[5m:1m+1m])",
    "sum(foo",
    "foo{le=\"0.5\"} @ end() offset 1m",
    "max_over_time(foo[1h:] @ 10 offset 5m)",
    "absent(x{a=\"b\"})",
    "round(a,5)",
    "a > 1 < 2",
    "+a",
    "- 1",
    "a{b='c'}",
    "a{b=`c\n`}",
    "foo[-5m]",
    "foo offset -5m",
    "foo[5] offset 3",
];

fn expressions(all: &mut Vec<Request>) {
    for expr in SHOWN {
        for endpoint in ["format_query", "parse_query"] {
            all.push(get(format!("/api/v1/{endpoint}?query={}", encode(expr))));
        }
    }
}

/// Parameters of the endpoints that look up labels and series.
const SELECTIONS: &[&str] = &[
    "",
    "match[]=m_total",
    "match[]=m_total&start=0&end=1",
    "match[]=m_total&limit=2",
    "match[]={}",
    "match[]={a=~\".*\"}",
    "match[]=1%2B",
    "match[]=m_total&match[]=up",
    "match[]=m_total&limit=-1",
    "match[]=m_total&limit=x",
    "match[]=m_total&start=x",
    "match[]=m_total&end=x",
    "match[]=rate(m_total[5m])",
    "match[]=m_total[5m]",
    "match[]={job=\"app\"}",
    "match[]=m_total&start=5&end=1",
    "match[]={\"size_bytes\"}",
    "match[]=",
    "match[]=m_total&match[]=m_total&limit=1",
    "match[]=m_total offset 5m",
];

fn lookups(all: &mut Vec<Request>) {
    for parameters in SELECTIONS {
        let parameters: String = parameters
            .chars()
            .map(|c| {
                if "=&[]%".contains(c) || c.is_ascii_alphanumeric() {
                    c.to_string()
                } else {
                    encode(&c.to_string())
                }
            })
            .collect();
        for endpoint in ["series", "labels", "label/job/values", "label/i/values", "label/__name__/values"] {
            all.push(get(format!("/api/v1/{endpoint}?{parameters}")));
        }
    }
    for name in
        ["a%20b", "U__a_2e_b", "a.b", "%C3%A4", "1a", "U__", "U__a_2e", "nope", "__name__", "U__xyz_zz_"]
    {
        all.push(get(format!("/api/v1/label/{name}/values")));
    }
}

fn targets(all: &mut Vec<Request>) {
    let mut add = |endpoint: &str, parameters: &[&str]| {
        all.extend(parameters.iter().map(|parameters| get(format!("/api/v1/{endpoint}?{parameters}"))));
    };
    add(
        "targets",
        &[
            "",
            "state=active",
            "state=dropped",
            "state=any",
            "state=foo",
            "scrapePool=app",
            "scrapePool=nope",
            "state=ACTIVE",
            "state=dropped&scrapePool=app",
        ],
    );
    add(
        "targets/metadata",
        &[
            "",
            "match_target=%7Bjob%3D%22app%22%7D",
            "match_target=%7Bjob%3D%22nope%22%7D",
            "metric=temperature_celsius",
            "limit=x",
            "limit=-1",
            "limit=0",
            "match_target=1%2B",
            "match_target=foo",
            "metric=nope",
        ],
    );
    add(
        "metadata",
        &[
            "",
            "metric=temperature_celsius",
            "limit=x",
            "limit=0",
            "limit=-1",
            "limit_per_metric=1",
            "limit_per_metric=x",
            "limit_per_metric=0",
            "metric=nope",
            "metric=latency_seconds",
            "limit_per_metric=-1",
        ],
    );
    add(
        "rules",
        &[
            "",
            "type=alert",
            "type=record",
            "type=foo",
            "rule_name[]=a",
            "rule_group[]=a&file[]=b",
            "exclude_alerts=true",
            "exclude_alerts=x",
            "match[]=a",
            "match[]=1%2B",
            "group_limit=1",
            "group_limit=x",
            "group_limit=0",
            "group_limit=-1",
            "group_next_token=abc",
            "group_next_token=abc&group_limit=1",
        ],
    );
    let labels = |text: &str| format!("scrapePool=app&labels={}", encode(text));
    for text in [
        "{\"__address__\":\"x:1\",\"dropme\":\"yes\"}",
        "{\"__address__\":\"x:1\",\"__meta_x\":\"z\"}",
        "{}",
        "null",
        "x",
        "[]",
        "{\"a\":1}",
        "",
    ] {
        add("targets/relabel_steps", &[labels(text).as_str()]);
    }
    add(
        "targets/relabel_steps",
        &["", "scrapePool=nope&labels=%7B%7D", "scrapePool=empty&labels=%7B%7D", "scrapePool=app"],
    );
}

const PATHS: &[&str] = &[
    "/api/v1/alerts",
    "/api/v1/alertmanagers",
    "/api/v1/scrape_pools",
    "/api/v1/status/config",
    "/api/v1/status/runtimeinfo",
    "/api/v1/status/buildinfo",
    "/api/v1/status/flags",
    "/api/v1/status/tsdb",
    "/api/v1/status/tsdb?limit=1",
    "/api/v1/status/tsdb?limit=0",
    "/api/v1/status/tsdb?limit=x",
    "/api/v1/status/tsdb?limit=10001",
    "/api/v1/status/tsdb?limit=-1",
    "/api/v1/status/tsdb/blocks",
    "/api/v1/status/walreplay",
    "/api/v1/features",
    "/api/v1/notifications",
    "/api/v1/nope",
    "/api/v1/status/nope",
    "/api/v1/status",
    "/api/v1/admin/tsdb/snapshot",
    "/api/v1/admin/tsdb/delete_series",
    "/version",
    "/-/healthy",
    "/-/ready",
    "/-/reload",
    "/-/quit",
    "/federate",
    "/federate?match[]=nope",
    "/federate?match[]=1%2B",
    "/federate?match[]=%7B%7D",
    "/-/foo",
    "/api",
    "/api/",
    "/api/v2/x",
    "/favicon.ico",
    "/robots.txt",
    "/consoles/x",
    "/user/x",
    "/classic/graph",
];

const ORIGIN: (&str, &str) = ("Origin", "http://a.example");

fn methods(all: &mut Vec<Request>) {
    let with = |method, path: &str, headers: &[(&'static str, &'static str)]| Request {
        method,
        headers: headers.to_vec(),
        ..get(path)
    };
    for path in [
        "/api/v1/query?query=1&time=1",
        "/api/v1/labels?start=0&end=1",
        "/api/v1/alerts",
        "/api/v1/label/nope/values",
        "/api/v1/rules",
    ] {
        all.extend(["HEAD", "DELETE", "PUT", "PATCH", "OPTIONS"].map(|method| with(method, path, &[])));
        all.push(with("OPTIONS", path, &[ORIGIN, ("Access-Control-Request-Method", "POST")]));
        all.push(with("GET", path, &[ORIGIN]));
    }
    for path in ["/version", "/-/healthy", "/metrics", "/federate", "/-/reload", "/-/quit"] {
        all.extend(["OPTIONS", "PATCH"].map(|method| with(method, path, &[])));
        all.push(with("OPTIONS", path, &[ORIGIN]));
    }
    for (method, path) in [
        ("HEAD", "/-/healthy"),
        ("HEAD", "/-/ready"),
        ("POST", "/-/healthy"),
        ("POST", "/version"),
        ("POST", "/metrics"),
        ("POST", "/federate"),
        ("DELETE", "/api/v1/series?match[]=m_total"),
        ("POST", "/api/v1/admin/tsdb/delete_series"),
        ("POST", "/api/v1/admin/tsdb/delete_series?match[]=nope"),
        ("PUT", "/api/v1/admin/tsdb/delete_series?match[]=nope"),
        ("POST", "/api/v1/admin/tsdb/delete_series?match[]=nope&start=x"),
        ("POST", "/api/v1/admin/tsdb/clean_tombstones"),
        ("POST", "/api/v1/admin/tsdb/snapshot?skip_head=x"),
        ("POST", "/api/v1/admin/tsdb/snapshot?skip_head=1"),
        ("POST", "/-/reload"),
        ("PUT", "/-/reload"),
        ("POST", "/api/v1/label/job/values"),
    ] {
        all.push(with(method, path, &[]));
    }
    for accept in ["application/xml", "application/json", "text/html", "*/*"] {
        all.push(with("GET", "/api/v1/query?query=m_total&time=1704070000", &[("Accept", accept)]));
    }
    for coding in ["gzip", "deflate", "br", "gzip;q=0, deflate", "*"] {
        all.push(with("GET", "/api/v1/status/flags", &[("Accept-Encoding", coding)]));
    }
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

fn forms(all: &mut Vec<Request>) {
    let mut post = |path: &str, kind: Option<(&'static str, &'static str)>, body: &str| {
        let headers = kind.into_iter().collect();
        all.push(Request { method: "POST", path: path.to_owned(), headers, body: body.to_owned() });
    };
    for body in ["query=m_total&time=1704070000", "query=m_total&time=1704070000&limit=1", "xxxx", ""] {
        post("/api/v1/query", Some(FORM), body);
        let range = format!("{body}&start={START}&end=1704070800&step=600");
        post("/api/v1/query_range", Some(FORM), &range);
        post("/api/v1/labels", Some(FORM), body);
    }
    post("/api/v1/query?query=up&time=5", Some(FORM), "query=m_total&time=1704070000");
    post("/api/v1/query?time=1704070000", Some(FORM), "query=m_total");
    post(
        "/api/v1/query",
        Some(("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")),
        "query=m_total&time=1704070000",
    );
    let multipart = ("Content-Type", "multipart/form-data; boundary=x");
    let part = |name: &str, value: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = format!("{}{}--x--\r\n", part("query", "m_total"), part("time", "1704070000"));
    post("/api/v1/query", Some(multipart), &body);
    post("/api/v1/query", None, "query=m_total&time=1704070000");
    post("/api/v1/query?query=m_total&time=1704070000", Some(("Content-Type", "application/json")), "{}");
    post("/api/v1/series", Some(FORM), "match[]=m_total");
    post("/api/v1/query_exemplars", Some(FORM), "query=requests_total&start=0&end=9999999999");
    post("/api/v1/format_query", Some(FORM), "query=a%2Bb");
    post("/api/v1/parse_query", Some(FORM), "query=a%2Bb");
}
