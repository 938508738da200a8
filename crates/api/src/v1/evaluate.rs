//! What the two query endpoints share: the options of a query, running it, writing its answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use narthex_promql::annotations::API_LIMIT;
use narthex_promql::ast::Expr;
use narthex_promql::parser::parse_expr;
use narthex_promql::value::Value;
use narthex_promql::{QueryError, QueryOptions, QueryOutput, QueryStats, StepStats};

use crate::context::State;
use crate::error::ApiError;
use crate::json::{Writer, write_timestamp, write_value};
use crate::params::{Params, Source};
use crate::query_log::Entry;
use crate::quick::QuickWork;
use crate::respond::{Answer, ApiResult};

/// What a client asked, read from the parameters.
#[derive(Debug)]
pub(super) struct Asked {
    query: String,
    expr: Expr,
    timeout: Option<Duration>,
    lookback_ms: Option<i64>,
    stats: StepStats,
    limit: usize,
    source: Source,
}

impl Asked {
    /// Reads the parameters that both endpoints have.
    pub(super) fn parse(state: &State, params: &Params) -> Result<Self, ApiError> {
        let limit = params.limit()?;
        let timeout = params.duration("timeout")?;
        if timeout.is_some_and(|ms| ms <= 0) {
            let message = format!("timeout must be positive, got {}", params.get("timeout"));
            return Err(ApiError::parameter("timeout", message));
        }
        let timeout = timeout.map(|ms| Duration::from_millis(ms.unsigned_abs()));
        let lookback_ms =
            params
                .duration("lookback_delta")
                .map_err(|error| {
                    ApiError::bad_data(error.message.replace(
                        "invalid parameter \"lookback_delta\"",
                        "error parsing lookback delta duration",
                    ))
                })?
                .filter(|ms| *ms > 0);
        let query = params.get("query").to_owned();
        let expr = parse_expr(&query, state.engine.options().parser)
            .map_err(|error| ApiError::parameter("query", error))?;
        Ok(Self {
            query,
            expr,
            timeout,
            lookback_ms,
            stats: match params.get("stats") {
                "" => StepStats::Off,
                "all" => StepStats::PerStep,
                _ => StepStats::Total,
            },
            limit,
            source: params.source.clone(),
        })
    }

    /// Runs the query where work of its kind runs, logs it and writes its answer there, too. `times` are the first and
    /// the last evaluation time and the step, 0 for an instant query.
    pub(super) async fn answer(
        self,
        state: &Arc<State>,
        times: (i64, i64, i64),
        evaluate: impl FnOnce(&State, &Expr, &QueryOptions) -> Result<QueryOutput, QueryError> + Send + 'static,
    ) -> ApiResult {
        let engine_timeout = state.engine.options().timeout;
        let wait = self.timeout.map_or(engine_timeout, |own| {
            if engine_timeout.is_zero() { own } else { own.min(engine_timeout) }
        });
        let shared = Arc::clone(state);
        let key = QuickWork::key((&self.query, steps(times), self.lookback_ms, self.stats));
        let _running = state.engine_metrics.running.track();
        let begun = Instant::now();
        let entry = Entry { source: self.source.clone(), times };
        let log = state.query_log.begin(&self.query, entry, wait);
        let run = move |cancel| {
            let queued = begun.elapsed();
            let options = QueryOptions {
                lookback_ms: self.lookback_ms,
                timeout: self.timeout,
                cancel,
                stats: true,
                step_stats: self.stats,
            };
            let mut result = evaluate(&shared, &self.expr, &options);
            self.note(&shared, begun.elapsed(), &result);
            if let Ok(QueryOutput { stats: Some(stats), .. }) = &mut result {
                // The engine admits everybody: queries wait for their turn here.
                stats.queue_time += queued;
                stats.total_time += queued;
                shared.engine_metrics.observe(stats);
            }
            if let Some(log) = log {
                match &result {
                    Ok(output) => log.answered(output.stats.as_ref()),
                    Err(error) => log.failed(queued, &error.to_string()),
                }
            }
            Ok(self.write(result?))
        };
        state.queries.run_known(key, wait, run).await
    }

    fn note(&self, state: &State, took: Duration, outcome: &Result<QueryOutput, QueryError>) {
        match outcome {
            Ok(output) => {
                let samples = output.stats.as_ref().map_or(0, |stats| stats.total_samples as u64);
                state.top_queries.note(&self.query, took, Ok(samples));
            }
            // A client that gave up is no fault of the query.
            Err(QueryError::Canceled(_)) => state.top_queries.note(&self.query, took, Ok(0)),
            Err(error) => state.top_queries.note(&self.query, took, Err(&error.to_string())),
        }
    }

    fn write(&self, mut output: QueryOutput) -> Answer {
        let truncated = truncate(&mut output.value, self.limit);
        let answer = Answer::new(|out| {
            out.begin_object();
            write_value(out, &output.value);
            if let Some(stats) = output.stats.filter(|_| self.stats != StepStats::Off) {
                out.key("stats");
                write_stats(out, &stats);
            }
            out.end_object();
        });
        let mut warnings = output.annotations.warnings(&self.query, API_LIMIT);
        if truncated {
            warnings.push("results truncated due to limit".to_owned());
        }
        answer.with_warnings(warnings).with_infos(output.annotations.infos(&self.query, API_LIMIT))
    }
}

/// How many steps a query has, or a few more.
fn steps((start, end, step): (i64, i64, i64)) -> usize {
    let between = end.saturating_sub(start).checked_div(step);
    between.map_or(1, |steps| usize::try_from(steps).unwrap_or(usize::MAX).saturating_add(2))
}

/// Cuts a result to `limit` series; says whether something was cut.
fn truncate(value: &mut Value, limit: usize) -> bool {
    let cut = |length: usize| limit > 0 && length > limit;
    match value {
        Value::Vector(vector) if cut(vector.len()) => vector.truncate(limit),
        Value::Matrix(matrix) if cut(matrix.len()) => matrix.truncate(limit),
        _ => return false,
    }
    true
}

/// The statistics of a query as an object.
pub(crate) fn write_stats(out: &mut Writer, stats: &QueryStats) {
    let seconds = |duration: Duration| duration.as_secs_f64();
    out.begin_object().key("timings").begin_object();
    out.key("evalTotalTime").number(seconds(stats.prepare_time + stats.eval_time));
    out.key("resultSortTime").number(0.0);
    out.key("queryPreparationTime").number(seconds(stats.prepare_time));
    out.key("innerEvalTime").number(seconds(stats.eval_time));
    out.key("execQueueTime").number(seconds(stats.queue_time));
    out.key("execTotalTime").number(seconds(stats.total_time));
    out.end_object().key("samples").begin_object();
    // A sample counts at every step that looks at it; how many there were apart from that is "read".
    out.key("totalQueryableSamples").uint(stats.looked_at.unwrap_or_default());
    out.key("samplesRead").uint(stats.total_samples as u64);
    out.key("peakSamples").uint(stats.peak_samples as u64);
    if let Some(steps) = &stats.step_samples {
        out.key("totalQueryableSamplesPerStep").begin_array();
        for (t, samples) in steps {
            out.begin_array();
            write_timestamp(out, *t);
            out.uint(*samples).end_array();
        }
        out.end_array();
    }
    out.end_object().end_object();
}
