//! Random queries that are well typed: every function, operator and modifier, over the series of `data`.

use narthex_promql::ast::ValueType;
use narthex_promql::functions_table::{FUNCTIONS, Signature};

use crate::data::{LENGTH, START};
use crate::random::Random;

/// Metric names as they stand in a selector, and the matchers that make sense with any of them.
const METRICS: &[&str] = &[
    "c_total",
    "c_total",
    "c_total",
    "g",
    "g",
    "churn",
    "churn",
    "odd",
    "up",
    "h_bucket",
    "h_count",
    "nh",
    "nh",
    "nhcb",
    "mixed",
    "{\"my.metric\"}",
    "huge",
    "seconds",
    "target_info",
    "nothing",
    "{__name__=~\"h_.+|g\"}",
    "{__name__=~\"n.*\"}",
    "{__name__=~\"c_.*|mixed\"}",
];
const MATCHERS: &[&str] = &[
    "job=\"a\"",
    "job!=\"a\"",
    "instance=~\"0|1\"",
    "code=~\"5..\"",
    "job=~\".+\"",
    "nope=\"\"",
    "le=\"+Inf\"",
    "instance!~\"[12]\"",
    "instance=\"0\"",
    "job=\"b\"",
    "code=\"200\"",
    "le!=\"1\"",
];
const LABELS: &[&str] = &["job", "instance", "code", "le", "l", "nope", "\"dotted.name\"", "__name__"];
const RANGES: &[&str] = &[
    "1m",
    "5m",
    "37s",
    "15s",
    "1h",
    "2m30s",
    "90s",
    "20s",
    "10m",
    "3m",
    "step() * 3",
    "max_of(1m, step())",
    "1m + 30s",
    "min_of(range(), 5m)",
    "300",
    "2m",
    "30m",
    "250ms",
];
const STEPS: &[&str] = &["", "", "30s", "1m", "7s", "15s", "step()", "2m"];
const LABEL_SETS: &[&str] = &[
    "job",
    "job, instance",
    "instance",
    "code",
    "",
    "le",
    "job, le",
    "job, instance, le",
    "__name__",
    "nope",
    "job, code",
    "\"dotted.name\"",
];

/// Makes queries.
pub(crate) struct Generator {
    pub(crate) random: Random,
}

impl Generator {
    /// A query whose value has the type `wanted`.
    pub(crate) fn expression(&mut self, wanted: ValueType, depth: u64) -> String {
        match wanted {
            ValueType::Scalar => self.scalar(depth),
            ValueType::Matrix => self.matrix(depth),
            ValueType::String => self.random.pick(&["\"text\"", "'é\\n'", "(`raw`)"]).to_owned(),
            ValueType::Vector | ValueType::None => self.vector(depth),
        }
    }

    fn number(&mut self) -> String {
        let fixed = [
            "0", "1", "-1", "2", "0.5", "10", "100", "-0.5", "Inf", "-Inf", "NaN", "0x1f", "1e3", "5m",
            "1e-3", "3.25", "0.9", "0.99", "1.5", "-2", "017", "1_000", "4", "60",
        ];
        self.random.pick(&fixed).to_owned()
    }

    fn time(&mut self) -> String {
        format!("{}", (START + self.random.between(0, LENGTH)) as f64 / 1000.0)
    }

    fn modifiers(&mut self) -> String {
        let mut parts = Vec::new();
        if self.random.one_in(8) {
            let time = self.time();
            parts.push(match self.random.below(4) {
                0 => " @ start()".to_owned(),
                1 => " @ end()".to_owned(),
                _ => format!(" @ {time}"),
            });
        }
        if self.random.one_in(6) {
            let offsets = [
                "5m",
                "-1m",
                "30s",
                "1h",
                "step()",
                "-step()",
                "17s",
                "+(1m + 5s)",
                "-(30s * 2)",
                "300",
                "max_of(1m, 2m)",
            ];
            parts.push(format!(" offset {}", self.random.pick(&offsets)));
        }
        if self.random.one_in(2) {
            parts.reverse();
        }
        parts.concat()
    }

    fn matched(&mut self) -> String {
        let metric = self.random.pick(METRICS);
        let matchers: Vec<&str> = (0..self.random.below(5) / 2).map(|_| self.random.pick(MATCHERS)).collect();
        match (metric.strip_suffix('}'), matchers.is_empty()) {
            (_, true) => metric.to_owned(),
            (Some(open), false) => format!("{open}, {}}}", matchers.join(", ")),
            (None, false) => format!("{metric}{{{}}}", matchers.join(",")),
        }
    }

    fn mode(&mut self) -> &'static str {
        self.random.pick(&["", "", "", "", "", " anchored", " smoothed"])
    }

    fn selector(&mut self) -> String {
        let mode = if self.random.one_in(15) { " smoothed" } else { "" };
        format!("{}{mode}{}", self.matched(), self.modifiers())
    }

    /// Two selectors that have labels in common, for joins.
    fn pair(&mut self, depth: u64) -> (String, String) {
        if depth > 1 && self.random.one_in(2) {
            return (self.vector(depth - 1), self.vector(depth - 1));
        }
        let families: &[(&str, &str)] = &[
            ("c_total", "c_total"),
            ("g", "churn"),
            ("g", "odd"),
            ("nh", "nh"),
            ("nhcb", "nhcb"),
            ("nh", "g"),
            ("mixed", "g"),
            ("c_total", "g"),
            ("g", "c_total"),
            ("h_bucket", "h_count"),
            ("nh", "nhcb"),
            ("c_total", "target_info"),
            ("churn", "up"),
            ("mixed", "mixed"),
            ("up", "c_total"),
        ];
        let (left, right) = families[self.random.below(families.len() as u64) as usize];
        let wrap = |random: &mut Random, name: &str| match random.below(6) {
            0 => format!("rate({name}[2m])"),
            1 => format!("{name}{{{}}}", random.pick(MATCHERS)),
            2 => format!("sum by (job, instance) ({name})"),
            3 => format!("{name} offset 1m"),
            _ => name.to_owned(),
        };
        (wrap(&mut self.random, left), wrap(&mut self.random, right))
    }

    fn matrix(&mut self, depth: u64) -> String {
        let range = self.random.pick(RANGES);
        if depth > 0 && self.random.one_in(3) {
            let (inner, step) = (self.vector(depth - 1), self.random.pick(STEPS));
            return format!("({inner})[{range}:{step}]{}", self.modifiers());
        }
        format!("{}[{range}]{}{}", self.matched(), self.mode(), self.modifiers())
    }

    fn scalar(&mut self, depth: u64) -> String {
        if depth == 0 {
            return match self.random.below(8) {
                0 => "time()".to_owned(),
                1 => "pi()".to_owned(),
                2 => self.random.pick(&["start()", "end()", "step()", "range()"]).to_owned(),
                _ => self.number(),
            };
        }
        match self.random.below(6) {
            0 => format!("scalar({})", self.vector(depth - 1)),
            1 => {
                let op = self
                    .random
                    .pick(&["+", "-", "*", "/", "%", "^", "atan2", "== bool", "> bool", "<= bool"]);
                format!("({} {op} {})", self.scalar(depth - 1), self.scalar(depth - 1))
            }
            2 => format!("-{}", self.scalar(0)),
            3 => {
                format!("{}({}, {})", self.random.pick(&["min_of", "max_of"]), self.scalar(0), self.scalar(0))
            }
            _ => self.scalar(0),
        }
    }

    fn vector(&mut self, depth: u64) -> String {
        if depth == 0 {
            return self.selector();
        }
        match self.random.below(20) {
            0..=7 => self.call(depth),
            8..=11 => self.aggregate(depth),
            12..=16 => self.binary(depth),
            17 => format!("-({})", self.vector(depth - 1)),
            18 => format!("({})", self.vector(depth - 1)),
            _ => self.selector(),
        }
    }

    fn call(&mut self, depth: u64) -> String {
        loop {
            let signature = &FUNCTIONS[self.random.below(FUNCTIONS.len() as u64) as usize];
            if signature.returns == ValueType::Vector {
                return self.call_of(signature, depth);
            }
        }
    }

    fn call_of(&mut self, signature: &Signature, depth: u64) -> String {
        let inner = depth - 1;
        let arguments = match signature.name {
            "label_replace" => {
                let (to, from) = (self.random.pick(LABELS).trim_matches('"').to_owned(), self.label());
                let replacement = self.random.pick(&["$1", "x-$1", "", "${1}y", "const", "$2"]);
                let regex = self.random.pick(&["(.*)", "(.).*", "a|b", "([0-9])(.*)", ".+", ""]);
                format!("{}, \"{to}\", \"{replacement}\", \"{from}\", \"{regex}\"", self.vector(inner))
            }
            "label_join" => {
                let (to, a, b) = (self.label(), self.label(), self.label());
                let separator = self.random.pick(&["-", "", "/"]);
                format!("{}, \"{to}\", \"{separator}\", \"{a}\", \"{b}\"", self.vector(inner))
            }
            "sort_by_label" | "sort_by_label_desc" => {
                format!("{}, \"{}\", \"{}\"", self.vector(inner), self.label(), self.label())
            }
            "histogram_quantiles" => {
                let (a, b) = (self.number(), self.random.pick(&["0.5", "0.9", "1", "2", "-1"]));
                format!("{}, \"{}\", {b}, {a}", self.histograms(inner), self.label())
            }
            "histogram_quantile" => format!("{}, {}", self.quantile(inner), self.histograms(inner)),
            "histogram_fraction" => {
                format!("{}, {}, {}", self.scalar(0), self.scalar(0), self.histograms(inner))
            }
            "info" => {
                let data = [
                    "",
                    ", {version=~\".+\"}",
                    ", {__name__=\"build_info\"}",
                    ", {__name__=~\".*_info\"}",
                    ", {os=\"1\"}",
                    ", {__name__=~\".+_info\", branch=\"x\", os=~\".*\"}",
                ];
                format!("{}{}", self.vector(inner), self.random.pick(&data))
            }
            "quantile_over_time" => format!("{}, {}", self.quantile(inner), self.matrix(inner)),
            "double_exponential_smoothing" => {
                let factors = ["0.5", "0.1", "0.99", "0", "1", "1.5"];
                let (a, b) = (self.random.pick(&factors[..5]), self.random.pick(&factors));
                format!("{}, {a}, {b}", self.matrix(inner))
            }
            "start_timestamp" | "absent" if inner == 0 => self.selector(),
            _ => {
                let least = signature.min_args() as u64;
                let most = signature.max_args().map_or(least + 2, |most| most as u64);
                let count = least + self.random.below(most - least + 1);
                let arguments: Vec<String> = (0..count)
                    .map(|i| match signature.arg_type(i as usize) {
                        ValueType::Vector if signature.name.starts_with("histogram") => {
                            self.histograms(inner)
                        }
                        // The year of a float is a table look-up of its own: keep arguments near real times.
                        ValueType::Vector
                            if signature.args.len() == 1
                                && signature.max_args() == Some(1)
                                && signature.min_args() == 0
                                && !self.random.one_in(4) =>
                        {
                            self.random
                                .pick(&["seconds", "vector(time())", "timestamp(g)", "g * 1e7"])
                                .to_owned()
                        }
                        wanted => self.expression(wanted, inner),
                    })
                    .collect();
                arguments.join(", ")
            }
        };
        format!("{}({arguments})", signature.name)
    }

    fn label(&mut self) -> String {
        self.random.pick(LABELS).trim_matches('"').to_owned()
    }

    fn quantile(&mut self, depth: u64) -> String {
        match self.random.below(6) {
            0 => self.scalar(depth),
            _ => self.random.pick(&["0.5", "0.9", "0", "1", "0.25", "1.1", "-0.1", "NaN", "0.99"]).to_owned(),
        }
    }

    fn histograms(&mut self, depth: u64) -> String {
        if depth > 1 && self.random.one_in(2) {
            return self.vector(depth);
        }
        let metric = self.random.pick(&[
            "nh",
            "nhcb",
            "h_bucket",
            "mixed",
            "nh",
            "{__name__=~\"nh|h_bucket\"}",
            "h_bucket",
        ]);
        match self.random.below(9) {
            0 => format!("rate({metric}[{}])", self.random.pick(RANGES)),
            1 => format!("sum by ({}) (rate({metric}[2m]))", self.random.pick(LABEL_SETS)),
            2 => format!("sum by (job, le) ({metric})"),
            3 => format!("increase({metric}[5m]{})", self.mode()),
            4 => format!("{metric} {} {}", self.random.pick(&["</", ">/"]), self.number()),
            5 => format!("avg_over_time({metric}[3m])"),
            6 => format!("{metric} * {}", self.number()),
            _ => format!("{metric}{}", self.modifiers()),
        }
    }

    fn aggregate(&mut self, depth: u64) -> String {
        let op = self.random.pick(&[
            "sum",
            "avg",
            "min",
            "max",
            "group",
            "count",
            "stddev",
            "stdvar",
            "topk",
            "bottomk",
            "count_values",
            "quantile",
            "limitk",
            "limit_ratio",
            "sum",
            "avg",
        ]);
        let parameter = match op {
            "topk" | "bottomk" | "limitk" => {
                let fixed = self.random.pick(&["1", "2", "3", "5", "0", "-1", "2.9", "100"]).to_owned();
                if self.random.one_in(12) { self.scalar(depth - 1) + ", " } else { fixed + ", " }
            }
            "limit_ratio" => {
                format!(
                    "{}, ",
                    self.random.pick(&["0.5", "-0.5", "0.1", "1", "-1", "1.5", "-3", "0", "-0.9"])
                )
            }
            "count_values" => format!("\"{}\", ", self.random.pick(&["v", "job", "a.b"])),
            "quantile" => self.quantile(depth - 1) + ", ",
            _ => String::new(),
        };
        let inner = self.vector(depth - 1);
        let labels = self.random.pick(LABEL_SETS);
        match self.random.below(5) {
            0 => format!("{op}({parameter}{inner})"),
            1 => format!("{op} without ({labels}) ({parameter}{inner})"),
            2 => format!("{op}({parameter}{inner}) by ({labels})"),
            _ => format!("{op} by ({labels}) ({parameter}{inner})"),
        }
    }

    fn binary(&mut self, depth: u64) -> String {
        let arithmetic = ["+", "-", "*", "/", "%", "^", "atan2", "+", "-", "*", "/"];
        let comparison = ["==", "!=", ">", "<", ">=", "<="];
        let op = match self.random.below(5) {
            0..=2 => self.random.pick(&arithmetic).to_owned(),
            3 => {
                let bool = if self.random.one_in(2) { " bool" } else { "" };
                self.random.pick(&comparison).to_owned() + bool
            }
            _ => self.random.pick(&["</", ">/", "+", "=="]).to_owned(),
        };
        match self.random.below(8) {
            0 => format!("({}) {op} {}", self.vector(depth - 1), self.scalar(depth - 1)),
            1 if !matches!(op.as_str(), "</" | ">/") => {
                format!("{} {op} ({})", self.scalar(depth - 1), self.vector(depth - 1))
            }
            2 | 3 => {
                let (left, right) = self.pair(depth);
                let op = self.random.pick(&["and", "or", "unless"]);
                let matching = match self.random.below(3) {
                    0 => format!(" on ({})", self.random.pick(LABEL_SETS)),
                    1 => format!(" ignoring ({})", self.random.pick(LABEL_SETS)),
                    _ => String::new(),
                };
                format!("({left}) {op}{matching} ({right})")
            }
            _ => {
                let (left, right) = self.pair(depth);
                let mut matching = match self.random.below(4) {
                    0 => String::new(),
                    1 => format!(
                        " ignoring ({})",
                        self.random.pick(&["code", "le", "job", "instance", "", "code, le"])
                    ),
                    _ => format!(
                        " on ({})",
                        self.random.pick(&[
                            "job, instance",
                            "job, instance",
                            "job",
                            "instance",
                            "job, instance, code",
                            ""
                        ])
                    ),
                };
                if !matching.is_empty() && self.random.one_in(2) {
                    let side = self.random.pick(&["group_left", "group_right"]);
                    let labels = self.random.pick(&["", "", "version", "code", "nope", "le, os"]);
                    matching.push_str(&format!(" {side} ({labels})"));
                }
                if self.random.one_in(5) {
                    let value = self.random.pick(&["0", "-1", "NaN", "2.5"]);
                    matching.push_str(&match self.random.below(4) {
                        0 => format!(" fill_left({value})"),
                        1 => format!(" fill_right({value})"),
                        2 => format!(" fill_left(1) fill_right({value})"),
                        _ => format!(" fill({value})"),
                    });
                }
                format!("({left}) {op}{matching} ({right})")
            }
        }
    }
}
