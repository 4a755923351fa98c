//! A client as plain as the `aws` command: one call, one answer, no retries, no memory.

use bytes::Bytes;
use fournines::sim::{Sim, wire};
use serde_json::{Value, json};

/// What AWS answered: the document, or the code of its refusal.
pub type Answer = Result<Value, String>;

/// Asks in JSON, which the simulated account speaks for every service but the REST ones.
pub fn ask(sim: &Sim, region: &str, service: &str, action: &str, body: &Value) -> Answer {
    let request = http::Request::builder()
        .method("POST")
        .uri("/")
        .header("authorization", credential(region, service))
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("Recording.{action}"));
    read(wire::answer(sim, request.body(Bytes::from(body.to_string())).unwrap()))
}

/// Asks a REST service.
pub fn get(sim: &Sim, region: &str, service: &str, path: &str) -> Answer {
    let request = http::Request::builder().method("GET").uri(path).header("authorization", credential(region, service));
    read(wire::answer(sim, request.body(Bytes::new()).unwrap()))
}

/// All pages of a listing. `token` is the name of the token in answer and request.
pub fn all(
    sim: &Sim,
    region: &str,
    service: &str,
    action: &str,
    body: Value,
    list: &str,
    token: (&str, &str),
) -> Answer {
    let (mut items, mut body) = (Vec::new(), body);
    loop {
        let mut answer = ask(sim, region, service, action, &body)?;
        items.append(answer.get_mut(list).and_then(Value::as_array_mut).unwrap_or(&mut Vec::new()));
        match answer.get(token.0).and_then(Value::as_str).filter(|token| !token.is_empty()) {
            Some(next) => body[token.1] = json!(next),
            None => return Ok(Value::Array(items)),
        }
    }
}

fn credential(region: &str, service: &str) -> String {
    let service = match service {
        "elasticloadbalancingv2" => "elasticloadbalancing",
        "cloudwatch" => "monitoring",
        other => other,
    };
    format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20261121/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

fn read(answer: wire::Answer) -> Answer {
    let response = match answer.outcome {
        wire::Outcome::Whole(response) => response,
        wire::Outcome::Cut(_) => return Err("the answer breaks off".to_owned()),
        wire::Outcome::Silence => return Err("no answer".to_owned()),
        wire::Outcome::Reset => return Err("the connection is reset".to_owned()),
    };
    let document: Value = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    if response.status().is_success() {
        return Ok(document);
    }
    let code = document["__type"].as_str().or(document["code"].as_str()).unwrap_or("");
    let code = code.rsplit('#').next().unwrap_or(code);
    Err(if code.is_empty() { format!("HTTP {}", response.status().as_u16()) } else { code.to_owned() })
}
