//! `GET /openapi.json`: the API in OpenAPI 3.1, made of the same tables that check the requests.

use axum::Json;
use serde_json::{Map, Value, json};

use crate::patient::{FEATURES, Feature, Kind};

/// The patient of the documentation.
pub(super) const EXAMPLE: [f64; FEATURES.len()] =
    [63., 1., 3., 145., 233., 1., 0., 150., 0., 2.3, 0., 0., 1.];

/// The document.
pub(super) async fn document() -> Json<Value> {
    Json(describe())
}

/// One route for the documentation page: method, path, what it does, its answers.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) about: &'static str,
    /// The schema of its body, if it takes one.
    pub(super) body: Option<&'static str>,
    /// Status and meaning.
    pub(super) answers: &'static [(u16, &'static str)],
}

/// Everything but the pages for people.
pub(super) const OPERATIONS: [Operation; 5] = [
    Operation {
        method: "post",
        path: "/predict",
        about: "Predicts for one patient.",
        body: Some("Patient"),
        answers: &[
            (200, "The prediction."),
            (400, "The body is not JSON."),
            (413, "The body is too large."),
            (422, "Fields are missing or out of range; each is named."),
            (503, "Too many requests are being answered."),
        ],
    },
    Operation {
        method: "post",
        path: "/predict/batch",
        about: "Predicts for up to 1000 patients, in their order; one bad field refuses the batch.",
        body: Some("Patients"),
        answers: &[
            (200, "The predictions."),
            (400, "The body is not JSON."),
            (413, "The body is too large, or there are too many patients."),
            (422, "Fields are missing or out of range; each is named with the number of its patient."),
            (503, "Too many requests are being answered."),
        ],
    },
    Operation {
        method: "get",
        path: "/health",
        about: "Whether the process lives.",
        body: None,
        answers: &[(200, "It does.")],
    },
    Operation {
        method: "get",
        path: "/ready",
        about: "Whether requests are welcome.",
        body: None,
        answers: &[(200, "They are."), (503, "The service is stopping.")],
    },
    Operation {
        method: "get",
        path: "/metrics",
        about: "The service's metrics, in the format that the Accept header prefers.",
        body: None,
        answers: &[(200, "The page.")],
    },
];

fn describe() -> Value {
    let mut paths = Map::new();
    for operation in &OPERATIONS {
        let mut answers = Map::new();
        for (status, about) in operation.answers {
            let mut answer = json!({"description": about});
            if let Some(schema) = schema_of_answer(operation, *status) {
                answer["content"] = json!({"application/json": {"schema": reference(schema)}});
            }
            answers.insert(status.to_string(), answer);
        }
        let mut described = json!({"summary": operation.about, "responses": answers});
        if let Some(body) = operation.body {
            described["requestBody"] =
                json!({"required": true, "content": {"application/json": {"schema": reference(body)}}});
        }
        paths.insert(operation.path.to_owned(), json!({ operation.method: described }));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Heart-disease prediction",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "An example of instrumentation, trained on the UCI Cleveland data. Not for medical use.",
            "license": {"name": "Apache-2.0 OR MIT"},
        },
        "paths": paths,
        "components": {"schemas": schemas()},
    })
}

fn schema_of_answer(operation: &Operation, status: u16) -> Option<&'static str> {
    match (operation.body, status) {
        (None, _) => None,
        (Some("Patients"), 200) => Some("Predictions"),
        (Some(_), 200) => Some("Prediction"),
        (Some(_), _) => Some("Problem"),
    }
}

fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

fn schemas() -> Value {
    let names: Vec<&str> = FEATURES.iter().map(|feature| feature.name).collect();
    let features: Map<String, Value> =
        FEATURES.iter().map(|feature| (feature.name.to_owned(), schema_of(feature))).collect();
    let example: Map<String, Value> = FEATURES
        .iter()
        .zip(EXAMPLE)
        .map(|(feature, value)| (feature.name.to_owned(), value.into()))
        .collect();
    let contributions: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!({"type": "number"}))).collect();
    json!({
        "Patient": {
            "type": "object",
            "required": names,
            "properties": features,
            "example": example,
        },
        "Patients": {
            "type": "array",
            "maxItems": super::batch::PATIENTS_MAX,
            "items": reference("Patient"),
        },
        "Prediction": {
            "type": "object",
            "required": ["prediction", "probability", "contributions"],
            "properties": {
                "prediction": {"enum": [0, 1], "description": "1 disease, 0 no disease"},
                "probability": {"type": "number", "minimum": 0, "maximum": 1, "description": "of disease"},
                "model_version": {"type": "string"},
                "contributions": {
                    "type": "object",
                    "description": "what each feature added to the log-odds of disease",
                    "properties": contributions,
                },
            },
        },
        "Predictions": {
            "type": "object",
            "required": ["model_version", "predictions"],
            "properties": {
                "model_version": {"type": "string"},
                "predictions": {"type": "array", "items": reference("Prediction")},
            },
        },
        "Problem": {
            "type": "object",
            "required": ["error"],
            "properties": {
                "error": {"type": "string"},
                "fields": {"type": "array", "items": reference("BadField")},
                "patients": {
                    "type": "array",
                    "description": "the patients of a batch that cannot be used",
                    "items": {
                        "type": "object",
                        "properties": {
                            "patient": {"type": "integer", "description": "its place in the list, from 0"},
                            "fields": {"type": "array", "items": reference("BadField")},
                        },
                    },
                },
            },
        },
        "BadField": {
            "type": "object",
            "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
        },
    })
}

fn schema_of(feature: &Feature) -> Value {
    match feature.kind {
        Kind::Category(values) => {
            let max = values.len() - 1;
            json!({"type": "integer", "minimum": 0, "maximum": max, "description": feature.described()})
        }
        Kind::Number { min, max } if max == f64::MAX => {
            json!({"type": "number", "minimum": min, "description": feature.about})
        }
        Kind::Number { min, max } => {
            json!({"type": "number", "minimum": min, "maximum": max, "description": feature.about})
        }
    }
}
