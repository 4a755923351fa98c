//! The `/_sim/` paths: what drives and inspects the simulation, beside what AWS offers.
//!
//! Owns: their methods, bodies and answers, all JSON. Knows the simulation's facade. Must stay true: every answer carries
//! virtual time in its `Date` header; a body that is not understood is refused with what is wrong and changes nothing.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::Sim;
use super::fault::Fault;
use super::ledger;
use super::state;
use super::time::SimTime;
use super::wire::form;
use super::world::{Format, Origin, World, nearest};

/// The longest single jump. A month of minutes is already a long wait; more is likely a slip of the keyboard.
const LONGEST_JUMP: Duration = Duration::from_secs(31 * 24 * 3600);

/// One path.
struct Path {
    method: Method,
    path: &'static str,
    run: fn(&Sim, &Asked<'_>) -> Result<Value, Refusal>,
}

/// What a request brings along.
struct Asked<'a> {
    query: &'a str,
    body: &'a [u8],
}

/// What can be asked.
const PATHS: &[Path] = &[
    Path { method: Method::GET, path: "/_sim/state", run: get_state },
    Path { method: Method::POST, path: "/_sim/advance", run: advance },
    Path { method: Method::POST, path: "/_sim/fault", run: fault },
    Path { method: Method::POST, path: "/_sim/heal", run: heal },
    Path { method: Method::GET, path: "/_sim/calls", run: get_calls },
    Path { method: Method::GET, path: "/_sim/ledger", run: get_ledger },
    Path { method: Method::POST, path: "/_sim/world", run: load_world },
];

/// A request that is not carried out.
struct Refusal {
    status: StatusCode,
    message: String,
}

impl Refusal {
    fn bad(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }
}

/// Whether a path is one of these rather than AWS's.
pub fn is_control(path: &str) -> bool {
    path == "/_sim" || path.starts_with("/_sim/")
}

/// Answers a request to a path of which [`is_control`] is true.
pub fn answer(sim: &Sim, request: &Request<Bytes>) -> Response<Bytes> {
    let path = request.uri().path().trim_end_matches('/');
    let Some(known) = PATHS.iter().find(|known| known.path == path) else {
        let paths: Vec<&str> = PATHS.iter().map(|known| known.path).collect();
        let hint =
            nearest(path, paths.iter().copied()).map_or_else(String::new, |path| format!(" did you mean {path}?"));
        return problem(sim, StatusCode::NOT_FOUND, &format!("no path {path};{hint} there are {}", paths.join(", ")));
    };
    if request.method() != known.method {
        let mut response = problem(sim, StatusCode::METHOD_NOT_ALLOWED, &format!("{path} takes {} only", known.method));
        if let Ok(method) = HeaderValue::from_str(known.method.as_str()) {
            response.headers_mut().insert(http::header::ALLOW, method);
        }
        return response;
    }
    let asked = Asked { query: request.uri().query().unwrap_or_default(), body: request.body() };
    match (known.run)(sim, &asked) {
        Ok(document) => respond(sim, StatusCode::OK, &document),
        Err(refusal) => problem(sim, refusal.status, &refusal.message),
    }
}

/// A refusal as JSON: `{"error": "…"}`.
pub fn problem(sim: &Sim, status: StatusCode, message: &str) -> Response<Bytes> {
    respond(sim, status, &json!({ "error": message }))
}

fn respond(sim: &Sim, status: StatusCode, document: &Value) -> Response<Bytes> {
    let mut body = document.to_string();
    body.push('\n');
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(date) = HeaderValue::try_from(sim.now().http_date()) {
        headers.insert(http::header::DATE, date);
    }
    response
}

fn get_state(sim: &Sim, _: &Asked<'_>) -> Result<Value, Refusal> {
    Ok(sim.with_world(|world| state::document(world)))
}

/// `{"by": "5m"}`: a duration as people write it, ISO 8601 (`PT5M`), or a number of seconds.
fn advance(sim: &Sim, asked: &Asked<'_>) -> Result<Value, Refusal> {
    let document = parse(asked.body)?;
    let by = document.get("by").ok_or_else(|| Refusal::bad("\"by\" is missing: {\"by\": \"5m\"}"))?;
    let wanted = match by {
        Value::Number(seconds) => seconds.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        Value::String(text) => duration(text),
        _ => None,
    };
    let by = wanted.ok_or_else(|| {
        Refusal::bad(format!(
            "{by} is not a duration that time can advance by; \"90s\", \"5m\", \"1h 30m\" and seconds are"
        ))
    })?;
    if by > LONGEST_JUMP {
        return Err(Refusal::bad("time advances by at most 31 days at once"));
    }
    Ok(json!({ "time": sim.advance(by) }))
}

/// Answers with the faults that are now in force, as [`heal`] does.
fn fault(sim: &Sim, asked: &Asked<'_>) -> Result<Value, Refusal> {
    let fault = Fault::parse(&parse(asked.body)?).map_err(|error| Refusal::bad(error.to_string()))?;
    sim.with_world(|world| world.apply(fault)).map_err(|error| Refusal::bad(error.to_string()))?;
    Ok(faults(sim))
}

fn heal(sim: &Sim, asked: &Asked<'_>) -> Result<Value, Refusal> {
    let fault = Fault::parse(&parse(asked.body)?).map_err(|error| Refusal::bad(error.to_string()))?;
    sim.with_world(|world| world.heal(&fault)).map_err(|error| Refusal::bad(error.to_string()))?;
    Ok(faults(sim))
}

fn faults(sim: &Sim) -> Value {
    sim.with_world(|world| json!({ "time": world.now, "faults": world.faults }))
}

/// Days have 24 hours here, as everywhere in the simulation.
fn duration(text: &str) -> Option<Duration> {
    let span: jiff::Span = text.parse().ok()?;
    let signed = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(signed).ok()
}

fn get_calls(sim: &Sim, asked: &Asked<'_>) -> Result<Value, Refusal> {
    let since = since(sim, asked.query)?;
    Ok(sim.desk().with_calls(|calls| {
        let wanted = calls.iter().filter(|call| since.is_none_or(|since| call.time >= since));
        json!({ "dropped": calls.dropped(), "calls": wanted.collect::<Vec<_>>() })
    }))
}

fn get_ledger(sim: &Sim, asked: &Asked<'_>) -> Result<Value, Refusal> {
    let since = since(sim, asked.query)?;
    Ok(sim.with_world(|world| ledger::document(world, since.unwrap_or(world.started_at))))
}

/// `since=2026-11-21T03:14:22Z`, or `since=10m` for the last ten minutes.
fn since(sim: &Sim, query: &str) -> Result<Option<SimTime>, Refusal> {
    let mut since = None;
    for (name, value) in form::pairs(query) {
        if name != "since" {
            return Err(Refusal::bad(format!("no parameter {name}; there is since, an instant or a duration")));
        }
        let instant = value.parse::<jiff::Timestamp>().map(|instant| SimTime::from_millis(instant.as_millisecond()));
        let ago = || duration(&value).map(|ago| sim.now() - ago);
        since = Some(instant.ok().or_else(ago).ok_or_else(|| {
            Refusal::bad(format!("since={value} is neither an instant (2026-11-21T03:14:22Z) nor a duration (10m)"))
        })?);
    }
    Ok(since)
}

/// A world document, JSON if it begins with a brace and else TOML.
fn load_world(sim: &Sim, asked: &Asked<'_>) -> Result<Value, Refusal> {
    let text =
        std::str::from_utf8(asked.body).map_err(|error| Refusal::bad(format!("the world is not UTF-8: {error}")))?;
    let format = if text.trim_start().starts_with('{') { Format::Json } else { Format::Toml };
    let origin = Origin { seed: sim.seed(), start: sim.now() };
    let world = World::from_document(text, format, origin).map_err(|error| Refusal::bad(error.to_string()))?;
    sim.replace_world(world);
    Ok(sim.with_world(|world| json!({ "time": world.now, "account": world.account, "regions": world.regions.keys().collect::<Vec<_>>() })))
}

fn parse(body: &[u8]) -> Result<Value, Refusal> {
    match serde_json::from_slice(body) {
        Ok(document @ Value::Object(_)) => Ok(document),
        Ok(_) => Err(Refusal::bad("the body must be a JSON object")),
        Err(error) => Err(Refusal::bad(format!("the body is not JSON: {error}"))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::sim::{Options, Scenario};

    const WORLD: &str =
        "account = \"123456789012\"\n[regions.us-east-1]\nnetwork = 10\nzones = { us-east-1a = \"use1-az6\" }\n";

    fn sim() -> Sim {
        let origin = Origin { seed: 1, start: SimTime::from_seconds(1_795_230_862) };
        let world = World::from_document(WORLD, Format::Toml, origin).unwrap();
        let options = Options { speed: 0.0, scenario: Scenario::named("calm").unwrap() };
        Sim::new(world, options, Box::new(|| Duration::ZERO))
    }

    fn send(sim: &Sim, method: &str, path: &str, body: &str) -> (u16, Value) {
        let request = Request::builder().method(method).uri(path).body(Bytes::from(body.to_owned())).unwrap();
        let response = answer(sim, &request);
        (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
    }

    #[test]
    fn time_advances_by_durations_as_people_write_them() {
        let sim = sim();
        for (by, time) in
            [("\"5m\"", "03:19:22"), ("\"1h 30m\"", "04:49:22"), ("90", "04:50:52"), ("\"PT1S\"", "04:50:53")]
        {
            let (status, answer) = send(&sim, "POST", "/_sim/advance", &format!("{{\"by\": {by}}}"));
            assert_eq!(
                (status, answer["time"].as_str()),
                (200, Some(format!("2026-11-21T{time}.000Z").as_str())),
                "{by}"
            );
        }
    }

    #[test]
    fn what_is_not_understood_changes_nothing_and_says_why() {
        let sim = sim();
        let table = [
            ("POST", "/_sim/advance", "{\"by\": \"-5m\"}", 400, "not a duration"),
            ("POST", "/_sim/advance", "{\"by\": \"400d\"}", 400, "at most 31 days"),
            ("POST", "/_sim/advance", "{\"to\": 5}", 400, "\"by\" is missing"),
            ("POST", "/_sim/advance", "{", 400, "not JSON"),
            ("POST", "/_sim/advance", "[]", 400, "must be a JSON object"),
            ("GET", "/_sim/advance", "", 405, "takes POST only"),
            ("POST", "/_sim/fault", "{\"kind\": \"earthquake\"}", 400, "there are"),
            ("POST", "/_sim/heal", "{\"kind\": \"load\", \"factor\": 2}", 400, "no such fault"),
            ("POST", "/_sim/world", "account = 5", 400, "line 1, column"),
            ("GET", "/_sim/stat", "", 404, "did you mean /_sim/state?"),
            ("GET", "/_sim/ledger?since=yesterday", "", 400, "neither an instant"),
            ("GET", "/_sim/calls?until=5m", "", 400, "no parameter until"),
        ];
        for (method, path, body, status, text) in table {
            let (got, answer) = send(&sim, method, path, body);
            assert_eq!(got, status, "{method} {path} {body}");
            assert!(answer["error"].as_str().unwrap().contains(text), "{path} {body}: {answer}");
        }
        assert_eq!(sim.now(), SimTime::from_seconds(1_795_230_862));
    }

    #[test]
    fn the_ledger_tells_what_clients_asked_and_got() {
        let sim = sim();
        let services = "services = [{ name = \"web\", rps = 10, capacity_rps = 5 }]\n";
        send(&sim, "POST", "/_sim/world", &format!("{WORLD}{services}"));
        sim.advance(Duration::from_secs(60));
        let (status, ledger) = send(&sim, "GET", "/_sim/ledger", "");
        assert_eq!((status, ledger["schema"].as_str()), (200, Some("fournines-sim/ledger/1")));
        let service = &ledger["regions"][0]["services"][0];
        let row = &service["rows"][0];
        assert_eq!(
            (service["service"].as_str(), row["served"].as_f64()),
            (Some("web"), Some(0.0)),
            "nothing serves it"
        );
        assert_eq!(row["asked"], row["failed"]);
        for (since, told) in [("30s", "03:14:52"), ("2026-11-21T03:15:00Z", "03:15:00")] {
            let (_, ledger) = send(&sim, "GET", &format!("/_sim/ledger?since={since}"), "");
            assert_eq!(ledger["since"], format!("2026-11-21T{told}.000Z"));
        }
    }

    #[test]
    fn a_world_is_loaded_and_time_goes_on() {
        let sim = sim();
        sim.advance(Duration::from_secs(60));
        let (status, answer) = send(&sim, "POST", "/_sim/world", &WORLD.replace("1234", "9999"));
        assert_eq!(
            (status, answer["account"].as_str(), answer["time"].as_str()),
            (200, Some("999956789012"), Some("2026-11-21T03:15:22.000Z"))
        );
        assert_eq!(send(&sim, "GET", "/_sim/state", "").1["account"], "999956789012");
    }
}
