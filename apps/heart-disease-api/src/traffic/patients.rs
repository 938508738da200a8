//! The requests of the generator: patients like those of the study, with a share of mistakes people make.

use serde_json::{Value, json};

/// A request to send.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) body: String,
}

/// An endless, seeded sequence of requests.
#[derive(Debug)]
pub(super) struct Patients {
    state: u64,
}

impl Patients {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed ^ 0x5851_f42d_4c95_7f2d }
    }

    /// 83 % good patients, 5 % small batches, 5 % bad fields, 2 % no JSON, 5 % other pages.
    pub(super) fn next_request(&mut self) -> Request {
        let post = |body: String| Request { method: "POST", path: "/predict", body };
        let get = |path| Request { method: "GET", path, body: String::new() };
        match self.below(100) {
            0..83 => post(self.patient().to_string()),
            83..88 => {
                let patients: Vec<_> = (0..=self.below(4)).map(|_| self.patient()).collect();
                Request { method: "POST", path: "/predict/batch", body: json!(patients).to_string() }
            }
            88..93 => post(self.bad_patient().to_string()),
            93..95 => post("age=63&sex=1".to_owned()),
            95..98 => get("/health"),
            98 => get("/"),
            _ => get("/no-such-page"),
        }
    }

    fn patient(&mut self) -> Value {
        // Two kinds of people: the worried well and those with signs, in the shares of the study.
        let signs = self.below(100) < 46;
        json!({
            "age": self.between(if signs { 40 } else { 29 }, if signs { 77 } else { 72 }),
            "sex": u64::from(self.below(100) < if signs { 82 } else { 56 }),
            "cp": if signs && self.below(4) > 0 { 0 } else { self.below(4) },
            "trestbps": self.between(94, if signs { 200 } else { 170 }),
            "chol": self.between(126, 420),
            "fbs": u64::from(self.below(100) < 15),
            "restecg": self.below(2),
            "thalach": self.between(if signs { 71 } else { 110 }, if signs { 175 } else { 202 }),
            "exang": u64::from(self.below(100) < if signs { 55 } else { 14 }),
            "oldpeak": self.between(0, if signs { 42 } else { 20 }) as f64 / 10.0,
            "slope": if signs { self.below(2) } else { 1 + self.below(2) },
            "ca": if signs { self.below(4) } else { u64::from(self.below(5) == 0) },
            "thal": if signs { 2 + self.below(2) } else { 2 },
        })
    }

    fn bad_patient(&mut self) -> Value {
        let mut patient = self.patient();
        match self.below(4) {
            0 => patient["age"] = json!(self.between(121, 400)),
            1 => patient["chol"] = json!("high"),
            2 => patient["cp"] = json!(7),
            _ => {
                if let Some(fields) = patient.as_object_mut() {
                    fields.remove("thal");
                    fields.remove("ca");
                }
            }
        }
        patient
    }

    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    fn below(&mut self, bound: u64) -> u64 {
        // xorshift64*: enough for traffic.
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patient::Patient;

    #[test]
    fn good_patients_are_good_and_bad_ones_bad() {
        let mut patients = Patients::new(1);
        for _ in 0..2000 {
            assert!(Patient::from_json(&patients.patient()).is_ok());
            assert!(Patient::from_json(&patients.bad_patient()).is_err());
        }
    }

    #[test]
    fn the_mix_has_every_kind() {
        let mut patients = Patients::new(2);
        let requests: Vec<_> = (0..2000).map(|_| patients.next_request()).collect();
        for path in ["/predict", "/predict/batch", "/health", "/", "/no-such-page"] {
            assert!(requests.iter().any(|r| r.path == path), "{path}");
        }
        assert!(requests.iter().any(|r| r.body.starts_with("age=")));
    }
}
