//! One patient: the 13 features of the request, read from JSON with every bad field named.
//!
//! Called by the routes and by training. Invariant: a [`Patient`] only exists with every value in its range.

use serde::Serialize;
use serde_json::Value;

/// What a feature may hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A whole number that stands for one of these, counted from 0.
    Category(&'static [&'static str]),
    /// Any finite number in the range, both ends included.
    Number {
        /// Least value.
        min: f64,
        /// Greatest value; `f64::MAX` when only finiteness is asked.
        max: f64,
    },
}

/// Name and range of one feature.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    /// The field's name in the request.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// What it means, with its unit.
    pub about: &'static str,
}

impl Feature {
    const fn category(name: &'static str, about: &'static str, values: &'static [&'static str]) -> Self {
        Self { name, kind: Kind::Category(values), about }
    }

    const fn number(name: &'static str, about: &'static str) -> Self {
        Self { name, kind: Kind::Number { min: 0.0, max: f64::MAX }, about }
    }

    /// What it means, and what each value of a category stands for.
    pub fn described(&self) -> String {
        let Kind::Category(values) = self.kind else { return self.about.to_owned() };
        let values: Vec<_> =
            values.iter().enumerate().map(|(value, meaning)| format!("{value} {meaning}")).collect();
        format!("{}: {}", self.about, values.join(", "))
    }
}

/// The features in the order of the request; [`Patient::values`] follows it.
pub const FEATURES: [Feature; 13] = [
    Feature { name: "age", kind: Kind::Number { min: 0.0, max: 120.0 }, about: "age in years" },
    Feature::category("sex", "sex", &["female", "male"]),
    Feature::category(
        "cp",
        "chest pain",
        &["asymptomatic", "atypical angina", "non-anginal pain", "typical angina"],
    ),
    Feature::number("trestbps", "resting blood pressure in mmHg"),
    Feature::number("chol", "serum cholesterol in mg/dl"),
    Feature::category("fbs", "fasting blood sugar above 120 mg/dl", &["no", "yes"]),
    Feature::category(
        "restecg",
        "resting ECG",
        &["left ventricular hypertrophy", "normal", "ST-T wave abnormality"],
    ),
    Feature::number("thalach", "maximum heart rate reached, beats per minute"),
    Feature::category("exang", "angina induced by exercise", &["no", "yes"]),
    Feature::number("oldpeak", "ST depression induced by exercise relative to rest, mm"),
    Feature::category(
        "slope",
        "slope of the peak exercise ST segment",
        &["downsloping", "flat", "upsloping"],
    ),
    Feature::category(
        "ca",
        "major vessels coloured by fluoroscopy",
        &["none", "one", "two", "three", "not known"],
    ),
    Feature::category("thal", "thallium scan", &["not known", "fixed defect", "normal", "reversible defect"]),
];

/// A patient whose values are all in range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patient {
    values: [f64; FEATURES.len()],
}

/// One field of a request that cannot be used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BadField {
    /// The field's name.
    pub field: &'static str,
    /// What is wrong and what is expected.
    pub message: String,
}

impl Patient {
    /// The values in the order of [`FEATURES`].
    pub fn values(&self) -> &[f64; FEATURES.len()] {
        &self.values
    }

    /// Checks plain numbers in the order of [`FEATURES`].
    pub fn from_values(values: [f64; FEATURES.len()]) -> Result<Self, Vec<BadField>> {
        let bad: Vec<_> = FEATURES.iter().zip(values).filter_map(|(f, v)| check(f, v).err()).collect();
        if bad.is_empty() { Ok(Self { values }) } else { Err(bad) }
    }

    /// Reads a JSON object; every missing, mistyped or out-of-range field is in the error. Other fields are ignored.
    pub fn from_json(body: &Value) -> Result<Self, Vec<BadField>> {
        let mut values = [0.0; FEATURES.len()];
        let mut bad = Vec::new();
        for (feature, slot) in FEATURES.iter().zip(&mut values) {
            match field(feature, body.get(feature.name)) {
                Ok(value) => *slot = value,
                Err(error) => bad.push(error),
            }
        }
        if bad.is_empty() { Ok(Self { values }) } else { Err(bad) }
    }
}

fn field(feature: &Feature, value: Option<&Value>) -> Result<f64, BadField> {
    let bad = |found: &str| BadField {
        field: feature.name,
        message: format!("{found}; expected {}", expected(feature)),
    };
    match value {
        None => Err(bad("missing")),
        Some(Value::Number(number)) => {
            check(feature, number.as_f64().ok_or_else(|| bad("not a 64-bit number"))?)
        }
        Some(Value::Null) => Err(bad("null is not a number")),
        Some(Value::Bool(value)) => Err(bad(&format!("{value} is a boolean and not a number"))),
        Some(Value::String(_)) => Err(bad("a string is not a number")),
        Some(Value::Array(_)) => Err(bad("an array is not a number")),
        Some(Value::Object(_)) => Err(bad("an object is not a number")),
    }
}

fn check(feature: &Feature, value: f64) -> Result<f64, BadField> {
    let ok = match feature.kind {
        Kind::Category(values) => value.fract() == 0.0 && (0.0..values.len() as f64).contains(&value),
        Kind::Number { min, max } => (min..=max).contains(&value),
    };
    if ok {
        // -0.0 is a legal JSON number; keep one zero.
        Ok(value + 0.0)
    } else {
        Err(BadField {
            field: feature.name,
            message: format!("{value} is out of range; expected {}", expected(feature)),
        })
    }
}

fn expected(feature: &Feature) -> String {
    match feature.kind {
        Kind::Category(values) => {
            format!("a whole number from 0 to {} ({})", values.len() - 1, feature.described())
        }
        Kind::Number { min, max } if max == f64::MAX => {
            format!("a number of at least {min} ({})", feature.about)
        }
        Kind::Number { min, max } => format!("a number from {min} to {max} ({})", feature.about),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn example() -> Value {
        json!({"age": 63, "sex": 1, "cp": 3, "trestbps": 145, "chol": 233, "fbs": 1, "restecg": 0, "thalach": 150,
               "exang": 0, "oldpeak": 2.3, "slope": 0, "ca": 0, "thal": 1})
    }

    #[test]
    fn the_example_patient_is_fine() {
        let patient = Patient::from_json(&example()).unwrap();
        assert_eq!(patient.values()[0], 63.0);
        assert_eq!(patient.values()[9], 2.3);
    }

    #[test]
    fn every_bad_field_is_named() {
        let mut body = example();
        body["age"] = json!(121);
        body["sex"] = json!(true);
        body["cp"] = json!(1.5);
        body["thal"] = Value::Null;
        body["chol"] = json!("233");
        body.as_object_mut().unwrap().remove("ca");
        let bad = Patient::from_json(&body).unwrap_err();
        let names: Vec<_> = bad.iter().map(|b| b.field).collect();
        assert_eq!(names, ["age", "sex", "cp", "chol", "ca", "thal"]);
        assert!(bad[0].message.contains("from 0 to 120"), "{}", bad[0].message);
        assert!(bad[4].message.starts_with("missing"));
    }

    #[test]
    fn the_ends_of_the_ranges() {
        for (name, good, wrong) in [
            ("age", json!(0), json!(-1)),
            ("age", json!(120), json!(120.5)),
            ("ca", json!(4), json!(5)),
            ("thal", json!(0), json!(4)),
            ("oldpeak", json!(0), json!(-0.1)),
            ("chol", json!(1e308), json!([1])),
            ("slope", json!(2.0), json!(3)),
            ("restecg", json!(2), json!({})),
        ] {
            let mut body = example();
            body[name] = good.clone();
            assert!(Patient::from_json(&body).is_ok(), "{name} {good}");
            body[name] = wrong.clone();
            assert_eq!(Patient::from_json(&body).unwrap_err()[0].field, name, "{wrong}");
        }
        assert_eq!(
            Patient::from_json(&json!([1, 2])).unwrap_err().len(),
            13,
            "not an object: all are missing"
        );
    }
}
