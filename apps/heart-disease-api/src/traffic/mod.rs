//! `heart-disease-api traffic`: posts realistic and some bad patients, so that there is something to see.
//!
//! Invariant: one request at a time, at most [`Options::rate`] a second; an API that is away is asked again, slower.

mod connection;
mod patients;

use std::time::Duration;

use connection::Connection;
use patients::Patients;

/// What the generator is told.
#[derive(Debug, Clone)]
pub struct Options {
    /// Host and port of the API.
    pub authority: String,
    /// Requests a second.
    pub rate: f64,
    /// Seed of the sequence of patients.
    pub seed: u64,
}

/// Sends requests until the future is dropped.
pub async fn run(options: Options) {
    let mut patients = Patients::new(options.seed);
    let mut connection = Connection::new(options.authority);
    let pause = Duration::from_secs_f64(1.0 / options.rate.clamp(0.01, 10_000.0));
    let mut ticks = tokio::time::interval(pause);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut sent, mut failed) = (0_u64, 0_u64);
    loop {
        ticks.tick().await;
        let request = patients.next_request();
        match connection.send(&request).await {
            Ok(status) => {
                sent += 1;
                tracing::debug!(status, path = request.path, "sent");
                if sent.is_multiple_of(1000) {
                    tracing::info!(sent, failed, "traffic");
                }
            }
            Err(error) => {
                failed += 1;
                tracing::warn!(%error, "the API does not answer; trying again in a second");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}
