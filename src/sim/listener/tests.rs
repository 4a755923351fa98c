//! The server over real sockets.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;

use super::super::fault::Fault;
use super::super::world::{Format, Origin, World};
use super::super::{Options, Scenario, SimTime};
use super::*;

fn sim() -> Arc<Sim> {
    let document =
        "account = \"123456789012\"\n[regions.us-east-1]\nnetwork = 10\nzones = { us-east-1a = \"use1-az6\" }\n";
    let origin = Origin { seed: 1, start: SimTime::from_seconds(1_795_230_862) };
    let world = World::from_document(document, Format::Toml, origin).unwrap();
    let options = Options { speed: 0.0, scenario: Scenario::named("calm").unwrap() };
    Arc::new(Sim::new(world, options, Box::new(|| Duration::ZERO)))
}

/// Sends each text on one connection, and gives what came back until the answer held `until`.
async fn exchange(address: SocketAddr, texts: &[(&str, &str)]) -> Vec<String> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut answers = Vec::new();
    for (text, until) in texts {
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        while !answer.contains(until) {
            let mut bytes = [0; 4096];
            let length = stream.read(&mut bytes).await.unwrap();
            answer.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
            assert!(length > 0, "closed after: {answer}");
        }
        answers.push(answer);
    }
    answers
}

/// A server of a simulation, ended by its `stop`.
struct Served {
    sim: Arc<Sim>,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: tokio::task::JoinHandle<io::Result<()>>,
}

async fn served() -> Served {
    let (ready, address) = oneshot::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let bound = move |address| ready.send(address).unwrap();
    // A test that does not stop the server leaves it running to the test's end.
    let shutdown = async {
        if stopped.await.is_err() {
            std::future::pending().await
        }
    };
    let sim = sim();
    let server = tokio::spawn(listen(sim.clone(), ([127, 0, 0, 1], 0).into(), bound, shutdown));
    Served { sim, address: address.await.unwrap(), stop, server }
}

fn post(path: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// A signed form to EC2.
fn ec2(form: &str) -> String {
    let signed = "authorization: AWS4-HMAC-SHA256 Credential=x/20261121/us-east-1/ec2/aws4_request, Signature=0\r\n";
    post("/", form).replacen("host: x\r\n", &format!("host: x\r\n{signed}"), 1)
}

/// Sends a text and reads until the connection ends: what came, and how it ended.
async fn until_the_end(address: SocketAddr, text: &str) -> (String, Option<io::ErrorKind>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut came = Vec::new();
    let ended = stream.read_to_end(&mut came).await;
    (String::from_utf8(came).unwrap(), ended.err().map(|error| error.kind()))
}

#[tokio::test]
async fn serves_many_requests_on_a_connection_and_ends_when_told() {
    let Served { address, stop, server, .. } = served().await;
    let advance = "POST /_sim/advance HTTP/1.1\r\nhost: x\r\ncontent-length: 11\r\n\r\n{\"by\":\"1d\"}";
    let broken = "POST /_sim/advance HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n{";
    let unsigned = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    let huge = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", 100_000_000);
    let answers =
        exchange(address, &[(advance, "}\n"), (broken, "}\n"), (unsigned, "</ErrorResponse>"), (&huge, "}\n")]).await;
    let expected = [
        ("200 OK", "date: Sun, 22 Nov 2026 03:14:22 GMT"),
        ("400 Bad Request", "the body is not JSON"),
        ("403 Forbidden", "MissingAuthenticationToken"),
        ("413 Payload Too Large", "larger than"),
    ];
    for (answer, (status, text)) in answers.iter().zip(expected) {
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(text), "{answer}");
    }
    let garbage = exchange(address, &[("\0\0\0\r\n\r\n", "400 Bad Request")]).await;
    assert_eq!(garbage.len(), 1);

    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn other_addresses_are_refused() {
    let error = listen(sim(), ([0, 0, 0, 0], 0).into(), |_| {}, async {}).await.unwrap_err();
    assert!(error.to_string().contains("not a loopback address"), "{error}");
}

#[tokio::test]
async fn faults_are_felt_on_the_socket_and_the_simulations_own_paths_go_on() {
    let Served { sim, address, .. } = served().await;
    let regions = ec2("Action=DescribeRegions");
    let whole = exchange(address, &[(&regions, "</DescribeRegionsResponse>")]).await.concat();
    let length = |answer: &str| answer.split("\r\n\r\n").nth(1).unwrap().len();

    let cut = Fault::Cut { service: "ec2".to_owned() };
    sim.with_world(|world| world.apply(cut.clone())).unwrap();
    let (half, _) = until_the_end(address, &regions).await;
    assert!(half.contains(&format!("content-length: {}", length(&whole))), "{half}");
    assert_eq!(length(&half), length(&whole) / 2);

    sim.with_world(|world| world.apply(Fault::Dead {})).unwrap();
    assert_eq!(until_the_end(address, &regions).await, (String::new(), Some(io::ErrorKind::ConnectionReset)));
    let heal = post("/_sim/heal", "{\"kind\": \"dead\"}");
    let healed = exchange(address, &[(&heal, "}\n")]).await.concat();
    assert!(healed.contains("200 OK") && healed.contains("\"cut\""), "{healed}");
    sim.with_world(|world| world.heal(&cut)).unwrap();
    assert_eq!(exchange(address, &[(&regions, "</DescribeRegionsResponse>")]).await.len(), 1);
}

#[tokio::test]
async fn a_region_that_is_out_says_nothing_and_whoever_leaves_is_forgotten() {
    let Served { sim, address, stop, server } = served().await;
    sim.with_world(|world| world.apply(Fault::RegionOutage { region: "us-east-1".to_owned() })).unwrap();
    let mut silent = TcpStream::connect(address).await.unwrap();
    silent.write_all(ec2("Action=DescribeRegions").as_bytes()).await.unwrap();
    // Another client is answered meanwhile, and sees that the question is on record.
    loop {
        let calls = exchange(address, &[("GET /_sim/calls HTTP/1.1\r\nhost: x\r\n\r\n", "}\n")]).await.concat();
        if calls.contains("\"delivery\":\"none\"") {
            break;
        }
    }
    let mut byte = [0];
    assert_eq!(silent.try_read(&mut byte).unwrap_err().kind(), io::ErrorKind::WouldBlock, "no answer, no end");
    drop(silent);
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn two_clients_are_served_while_one_advances_by_days() {
    let Served { sim, address, .. } = served().await;
    let began = sim.now();
    let jump = post("/_sim/advance", "{\"by\": \"20d\"}");
    let jumping = tokio::spawn(async move { exchange(address, &[(&jump, "}\n")]).await });
    let mut on_the_way = 0;
    while !jumping.is_finished() {
        exchange(address, &[(&ec2("Action=DescribeRegions"), "</DescribeRegionsResponse>")]).await;
        let passed = sim.now().since(began);
        on_the_way += usize::from(!passed.is_zero() && passed < Duration::from_secs(20 * 86_400));
    }
    assert!(on_the_way > 0, "the others get their turn before the end of the jump");
    assert!(jumping.await.unwrap().concat().contains("2026-12-11T03:14:22.000Z"));
    let year = exchange(address, &[(&post("/_sim/advance", "{\"by\": \"1y\"}"), "}\n")]).await.concat();
    assert!(year.starts_with("HTTP/1.1 400"), "{year}");
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes_is_refused_to_one_who_sends_it_all() {
    let Served { address, .. } = served().await;
    for path in ["/", "/_sim/advance", "/_sim/world"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100000000\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&vec![b' '; 100_000_000]).await.unwrap();
        let mut answer = [0; 24];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 413 Payload Too", "{path}");

        // In pieces that announce nothing of the whole.
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let chunk = [b"f4240\r\n".as_slice(), &vec![b' '; 1_000_000], b"\r\n"].concat();
        for _ in 0..100 {
            stream.write_all(&chunk).await.unwrap();
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 413 Payload Too", "chunked {path}");
    }
}

/// Clients that send and never read hold up nobody else.
#[tokio::test]
async fn clients_that_never_read_hold_up_nobody() {
    let Served { address, .. } = served().await;
    let mut deaf = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // As many questions as the socket takes; the answers stay where they are.
        let questions = "GET /_sim/state HTTP/1.1\r\nhost: x\r\n\r\n".repeat(2_000);
        let _ = tokio::time::timeout(Duration::from_millis(5), stream.write_all(questions.as_bytes())).await;
        deaf.push(stream);
    }
    let answer = exchange(address, &[(&ec2("Action=DescribeRegions"), "</DescribeRegionsResponse>")]).await;
    assert!(answer.concat().starts_with("HTTP/1.1 200 OK"));
}
