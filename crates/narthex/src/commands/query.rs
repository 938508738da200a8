//! `narthex query …`: asks a running server and prints as `promtool query` does, or the JSON.

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::{complain, http, say};
use crate::cli::{HttpFile, QueryCommand, QueryTarget};

/// Runs one query.
pub(crate) async fn run(http: &HttpFile, command: QueryCommand) -> ExitCode {
    let answered = match &command {
        QueryCommand::Instant { target, expr, time } => {
            let now = now_seconds();
            let params = vec![("query", expr), ("time", time.as_ref().unwrap_or(&now))];
            ask(http, target, "query", params, vectors).await
        }
        QueryCommand::Range { target, expr, start, end, step } => {
            let (now, before) = (now_seconds(), seconds_before(300.0));
            let (start, end) = (start.as_ref().unwrap_or(&before), end.as_ref().unwrap_or(&now));
            let chosen = step.clone().unwrap_or_else(|| default_step(start, end));
            let params = vec![("query", expr), ("start", start), ("end", end), ("step", &chosen)];
            ask(http, target, "query_range", params, vectors).await
        }
        QueryCommand::Series { target, matches, start, end } => {
            ask(http, target, "series", with_range(matches, start, end), series).await
        }
        QueryCommand::Analyze { server, kind: _, matches, duration, time } => {
            return super::query_analyze::run(server, http, matches, duration, time.as_deref()).await;
        }
        QueryCommand::Labels { target, name, matches, start, end } => {
            ask(http, target, &format!("label/{name}/values"), with_range(matches, start, end), texts).await
        }
    };
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn with_range<'a>(
    matches: &'a [String],
    start: &'a Option<String>,
    end: &'a Option<String>,
) -> Vec<(&'a str, &'a String)> {
    let mut params: Vec<_> = matches.iter().map(|selector| ("match[]", selector)).collect();
    params.extend(start.iter().map(|time| ("start", time)));
    params.extend(end.iter().map(|time| ("end", time)));
    params
}

async fn ask(
    http: &HttpFile,
    target: &QueryTarget,
    endpoint: &str,
    params: Vec<(&str, &String)>,
    print: fn(&Value),
) -> Result<(), String> {
    let params: Vec<(&str, &str)> = params.into_iter().map(|(name, value)| (name, value.as_str())).collect();
    let server = http::Server::new(&target.server, http)?;
    let reply = server.get(&format!("api/v1/{endpoint}"), &params).await?;
    let data = data(&reply)?;
    if target.format == "json" {
        say(&data.to_string());
    } else {
        print(&data);
    }
    Ok(())
}

/// The data of an answer; prints its warnings and infos.
pub(super) fn data(reply: &http::Reply) -> Result<Value, String> {
    let mut answer: Value = serde_json::from_slice(&reply.body)
        .map_err(|error| format!("the server answered {} and no JSON: {error}", reply.status))?;
    if answer["status"] != "success" {
        let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
        return Err(format!("query error: {}: {}", text("errorType"), text("error")));
    }
    for kind in ["warnings", "infos"] {
        for text in answer[kind].as_array().into_iter().flatten().filter_map(Value::as_str) {
            complain(&format!("{}: {text}", kind.trim_end_matches('s')));
        }
    }
    Ok(answer["data"].take())
}

/// `name{a="b"}` of a label object.
pub(super) fn label_text(labels: &Value) -> String {
    let Some(labels) = labels.as_object() else { return "{}".to_owned() };
    let name = labels.get("__name__").and_then(Value::as_str).unwrap_or_default();
    let rest: Vec<_> = labels
        .iter()
        .filter(|(label, _)| *label != "__name__")
        .map(|(label, value)| format!("{label}={:?}", value.as_str().unwrap_or_default()))
        .collect();
    if rest.is_empty() && !name.is_empty() {
        name.to_owned()
    } else {
        format!("{name}{{{}}}", rest.join(", "))
    }
}

/// `value @[time]` of a point.
fn point_text(point: &Value) -> String {
    let value = point[1].as_str().map_or_else(|| point[1].to_string(), str::to_owned);
    format!("{value} @[{}]", point[0])
}

fn vectors(data: &Value) {
    let result = &data["result"];
    if matches!(data["resultType"].as_str(), Some("scalar" | "string")) {
        say(&format!("{}: {}", data["resultType"].as_str().unwrap_or_default(), point_text(result)));
        return;
    }
    for element in result.as_array().into_iter().flatten() {
        let labels = label_text(&element["metric"]);
        for single in [&element["value"], &element["histogram"]].into_iter().filter(|point| point.is_array())
        {
            say(&format!("{labels} => {}", point_text(single)));
        }
        let many = [&element["values"], &element["histograms"]];
        let points: Vec<_> = many.into_iter().filter_map(Value::as_array).flatten().map(point_text).collect();
        if !points.is_empty() {
            say(&format!("{labels} =>\n{}", points.join("\n")));
        }
    }
}

fn series(data: &Value) {
    data.as_array().into_iter().flatten().for_each(|labels| say(&label_text(labels)));
}

fn texts(data: &Value) {
    data.as_array().into_iter().flatten().filter_map(Value::as_str).for_each(say);
}

pub(super) fn now_seconds() -> String {
    seconds_before(0.0)
}

fn seconds_before(seconds: f64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    format!("{:.3}", now - seconds)
}

/// A step that gives about 250 points, at least one second.
fn default_step(start: &str, end: &str) -> String {
    match (start.parse::<f64>(), end.parse::<f64>()) {
        (Ok(start), Ok(end)) => format!("{}", ((end - start) / 250.0).floor().max(1.0)),
        _ => "15".to_owned(),
    }
}
