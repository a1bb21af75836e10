//! The vendor's API on the loopback interface, as far as logins go.
//!
//! It answers 200 to the one token it was given, as a bearer or as a user name with a blank password, and 401 to
//! everything else, and remembers what each request presented. Plain HTTP: the integrations' TLS ends in their redirect.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// What a request presented, and how it was answered.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) login: Login,
    pub(crate) status: u16,
}

/// The credentials of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Login {
    None,
    Bearer(String),
    /// User name and password.
    Basic(String, String),
    /// A header that is neither.
    Other(String),
}

/// A server that lives as long as the test program.
pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Listens on a port of the system's choice, and lets in who presents `token`.
    pub(crate) fn start(token: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the loopback interface has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (remembered, token) = (Arc::clone(&seen), token.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, token) = (Arc::clone(&remembered), token.clone());
                std::thread::spawn(move || answer(stream, &token, &seen));
            }
        });
        Self { port, seen }
    }

    /// What was seen since the last time.
    pub(crate) fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads one request and answers it. A client that goes away has nothing to be told.
fn answer(stream: TcpStream, token: &str, seen: &Mutex<Vec<Seen>>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut line, mut login, mut length) = (String::new(), Login::None, 0);
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => login = presented(value.trim()),
            "content-length" => length = value.trim().parse().ok()?,
            _ => (),
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).ok()?;
    let welcome = match &login {
        Login::Bearer(bearer) => bearer == token,
        Login::Basic(user, password) => user == token && password.is_empty(),
        _ => false,
    };
    let (status, body) = if welcome { ("200 OK", FOUND) } else { ("401 Unauthorized", REFUSED) };
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(Seen { login, status: if welcome { 200 } else { 401 } });
    let (length, mut stream) = (body.len(), stream);
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n"
    );
    let asks = if welcome { "" } else { "WWW-Authenticate: Basic realm=\"intercom.io\"\r\n" };
    stream.write_all(format!("{head}{asks}\r\n{body}").as_bytes()).ok()
}

/// The answer to every question: a list of nothing.
const FOUND: &str = concat!(
    r#"{"type":"list","data":[],"users":[],"contacts":[],"admins":[],"tags":[],"conversations":[],"#,
    r#""pages":{"type":"pages","next":null,"page":1,"per_page":50,"total_pages":1},"total_count":0}"#,
);

const REFUSED: &str = r#"{"type":"error.list","errors":[{"code":"unauthorized","message":"Access Token Invalid"}]}"#;

fn presented(header: &str) -> Login {
    let (scheme, rest) = header.split_once(' ').unwrap_or((header, ""));
    let pair = || {
        let text = String::from_utf8(BASE64.decode(rest.trim()).ok()?).ok()?;
        let (user, password) = text.split_once(':')?;
        Some(Login::Basic(user.to_owned(), password.to_owned()))
    };
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Login::Bearer(rest.trim().to_owned()),
        "basic" => pair().unwrap_or_else(|| Login::Other(header.to_owned())),
        _ => Login::Other(header.to_owned()),
    }
}
