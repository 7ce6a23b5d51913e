//! As much HTTP/1.1 as a load client needs: one kept connection, bodies of a stated length.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

/// A request, ready to be sent.
pub struct Request {
    /// Its first line, for messages.
    name: String,
    bytes: Vec<u8>,
}

impl Request {
    /// A GET of a path with its query.
    pub fn get(path: &str) -> Self {
        let bytes = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").into_bytes();
        Self { name: format!("GET {path}"), bytes }
    }

    /// A POST of a JSON body.
    pub fn post(path: &str, body: &str) -> Self {
        Self::of("POST", path, &[], body)
    }

    /// A request of any method with headers and a JSON body.
    pub fn of(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        let length = body.len();
        text +=
            &format!("content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}");
        Self { name: format!("{method} {path} {body}"), bytes: text.into_bytes() }
    }
}

/// What came back: the status and the body.
pub struct Answer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The body as it was sent.
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// The body's length, or an error where the answer is not 200.
    pub fn success(&self, request: &Request) -> Result<usize> {
        if self.status == 200 {
            return Ok(self.body.len());
        }
        bail!("{}: {} {}", request.name, self.status, String::from_utf8_lossy(self.body))
    }
}

/// A connection that is kept for many requests.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub fn open(server: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&server, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream, buffer: Vec::with_capacity(1 << 16) })
    }

    /// Sends a request and reads its whole answer.
    pub fn ask(&mut self, request: &Request) -> Result<Answer<'_>> {
        self.stream.write_all(&request.bytes)?;
        self.buffer.clear();
        let head = loop {
            self.read_more().with_context(|| request.name.clone())?;
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let text = std::str::from_utf8(self.buffer.get(..head).context("no head")?)?;
        let status: u16 = text.split(' ').nth(1).context("no status")?.parse()?;
        let length = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .with_context(|| format!("{}: an answer without a length", request.name))?;
        let end = head + length.1.trim().parse::<usize>()?;
        while self.buffer.len() < end {
            self.read_more().with_context(|| request.name.clone())?;
        }
        Ok(Answer { status, body: self.buffer.get(head..end).context("no body")? })
    }

    fn read_more(&mut self) -> Result<()> {
        let mut part = [0; 1 << 15];
        let read = self.stream.read(&mut part)?;
        if read == 0 {
            bail!("the server closed the connection");
        }
        self.buffer.extend_from_slice(part.get(..read).context("read beyond the buffer")?);
        Ok(())
    }
}
