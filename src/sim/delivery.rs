//! From an answer in virtual time to what a client waits for.
//!
//! Owns: the waiting, which the listener and the account in this process share. Depends on tokio's clock. Must stay true: every
//! wait ends, whatever the speed; whoever gives up earlier costs nothing further.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::wire::{Answer, Outcome};

/// Virtual time after which a connection that gets no answer is reset: longer than any client of AWS waits for one.
const LONGEST_SILENCE: Duration = Duration::from_secs(600);
/// The longest that anything waits on the caller's clock: an hour of a slow simulation is a mistake in a scenario.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// Waits as long as the answer takes and gives its response: one that is cut short has fewer bytes than its `Content-Length`
/// says. `speed` is in virtual seconds a second; where time stands still, a virtual second takes a second.
///
/// # Errors
/// `ConnectionReset` or, after the longest silence, `TimedOut`: there is no response.
pub async fn deliver(answer: Answer, speed: f64) -> io::Result<Response<Bytes>> {
    // Even a sleep of no length would take a tick of the clock.
    if !answer.after.is_zero() {
        tokio::time::sleep(wall(answer.after, speed)).await;
    }
    match answer.outcome {
        Outcome::Whole(response) | Outcome::Cut(response) => Ok(response),
        Outcome::Reset => Err(io::ErrorKind::ConnectionReset.into()),
        Outcome::Silence => {
            tokio::time::sleep(wall(LONGEST_SILENCE, speed)).await;
            Err(io::ErrorKind::TimedOut.into())
        }
    }
}

/// Virtual time as time of the caller's clock.
fn wall(virtual_time: Duration, speed: f64) -> Duration {
    let speed = if speed > 0.0 { speed } else { 1.0 };
    Duration::try_from_secs_f64(virtual_time.as_secs_f64() / speed).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn answer(after: u64, outcome: Outcome) -> Answer {
        Answer { after: Duration::from_secs(after), outcome }
    }

    #[tokio::test(start_paused = true)]
    async fn virtual_delays_pass_by_speed_and_silence_ends() {
        let table = [
            (30, 10.0, Outcome::Whole(Response::default()), 3, None),
            (30, 0.0, Outcome::Whole(Response::default()), 30, None),
            (0, 10.0, Outcome::Silence, 60, Some(io::ErrorKind::TimedOut)),
            (0, 10.0, Outcome::Reset, 0, Some(io::ErrorKind::ConnectionReset)),
            (u64::MAX, 1e-300, Outcome::Whole(Response::default()), 3600, None),
        ];
        for (after, speed, outcome, waited, error) in table {
            let begun = tokio::time::Instant::now();
            let delivered = deliver(answer(after, outcome), speed).await;
            assert_eq!(delivered.err().map(|error| error.kind()), error);
            assert_eq!(begun.elapsed().as_secs(), waited, "{after} s at speed {speed}");
        }
    }
}
