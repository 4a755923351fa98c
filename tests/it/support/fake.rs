//! Servers that misbehave.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// What is done with a connection whose request has been read.
pub type Behaviour = fn(&mut TcpStream);

/// A server on loopback that treats every request alike, until it is dropped.
pub struct Fake {
    /// Where it listens.
    pub url: String,
    over: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Fake {
    /// Starts to listen.
    pub fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let over = Arc::new(AtomicBool::new(false));
        let until = over.clone();
        let accepting = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if until.load(Ordering::SeqCst) {
                    return;
                }
                std::thread::spawn(move || serve(stream, behaviour));
            }
        });
        Self { url, over, accepting: Some(accepting) }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // One more connection, so that the loop looks.
        TcpStream::connect(self.url.trim_start_matches("http://")).ok();
        self.accepting.take().and_then(|accepting| accepting.join().ok());
    }
}

/// Reads one request with its body, and behaves.
fn serve(mut stream: TcpStream, behaviour: Behaviour) {
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok();
    let mut request = Vec::new();
    let mut buffer = [0; 8192];
    while !is_whole(&request) {
        match stream.read(&mut buffer) {
            Ok(length) if length > 0 => request.extend_from_slice(&buffer[..length]),
            _ => return,
        }
    }
    behaviour(&mut stream);
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned));
    body.len() >= length.and_then(|length| length.trim().parse().ok()).unwrap_or(0)
}

/// Says nothing until the client gives up.
pub fn silent(stream: &mut TcpStream) {
    stream.read_to_end(&mut Vec::new()).ok();
}

/// Promises more than it sends.
pub fn half(stream: &mut TcpStream) {
    write(
        stream,
        "200 OK",
        "text/xml",
        4000,
        "<?xml version=\"1.0\"?><DescribeInstancesResponse><reservationSet><item><reser",
    );
}

/// What a web server says when its program crashed.
pub fn crashed(stream: &mut TcpStream) {
    let page = "<!doctype html><html><title>500 Internal Server Error</title><h1>Internal Server Error</h1></html>";
    write(stream, "500 Internal Server Error", "text/html", page.len(), page);
}

/// A good answer of a service that nobody asked.
pub fn stranger(stream: &mut TcpStream) {
    let answer = "<?xml version=\"1.0\"?><ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                  <Owner><ID>1</ID></Owner><Buckets/></ListAllMyBucketsResult>";
    write(stream, "200 OK", "application/xml", answer.len(), answer);
}

fn write(stream: &mut TcpStream, status: &str, content: &str, length: usize, body: &str) {
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {content}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .ok();
}
