//! What lies between a socket and the parser of HTTP.
//!
//! Two things happen below the first handler and have no hook there. A request that cannot even
//! be parsed (a broken line, a head that is too large or too slow) is answered by the parser
//! with a bare status; here that answer gets the body and the headers that every error has. And a
//! client that asks but does not read would hold its connection for good; here it is let go.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_web::{
    body::MessageBody as _,
    http::{StatusCode, header},
    rt::net::{ActixStream, Ready, TcpStream},
    web::{Buf as _, BufMut as _, Bytes, BytesMut},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use super::{
    gate,
    metrics::UNMATCHED,
    problem::{Kind, Problem},
    shared::Shared,
};

/// A bare answer of the parser is shorter than this; an answer of ours has more headers.
const LONGEST_BARE_ANSWER: usize = 256;

/// A client that takes less than this within the time that it is given does not read.
const LEAST_TAKEN: usize = 16 * 1_024;

/// Of a request that was refused, at most this much more is taken.
const MOST_UNHEARD: usize = 1_024 * 1_024;

/// Nor for longer than this.
const LONGEST_LINGER: Duration = Duration::from_secs(1);

/// A connection.
#[derive(Debug)]
pub struct Wire {
    io: TcpStream,
    shared: Arc<Shared>,
    pace: Pace,
    ending: Option<Ending>,
}

/// How a connection ends whose request was refused by the parser.
#[derive(Debug)]
struct Ending {
    /// What is left of the answer that stands in for the bare one.
    words: Bytes,
    /// Until when the rest of the request is taken.
    linger: Pin<Box<Sleep>>,
    /// How many bytes of it are taken at most.
    unheard: usize,
}

impl Wire {
    /// A connection that was just accepted.
    #[must_use]
    pub fn new(io: TcpStream, shared: Arc<Shared>) -> Self {
        let pace = Pace::new(shared.limits.stall_time);
        Self { io, shared, pace, ending: None }
    }

    fn put(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.io).poll_write(cx, bytes) {
            Poll::Ready(Ok(taken)) => {
                self.pace.took(taken, bytes.len());
                Poll::Ready(Ok(taken))
            }
            Poll::Pending => self.pace.wait(cx).map(Err),
            failed => failed,
        }
    }
}

impl Wire {
    /// Says the last words, hangs up, and takes what the client still sends: a socket that is
    /// closed with bytes unread resets the connection, and the client may lose the answer.
    fn end(&mut self, cx: &mut Context<'_>, ending: &mut Ending) -> Poll<io::Result<()>> {
        while !ending.words.is_empty() {
            let taken = ready!(self.put(cx, &ending.words))?;
            ending.words.advance(taken.min(ending.words.len()));
        }
        ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
        let mut space = [0; 4_096];
        while ending.unheard > 0 && ending.linger.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer))?;
            match buffer.filled().len() {
                0 => break,
                taken => ending.unheard = ending.unheard.saturating_sub(taken),
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let mut ending = match (this.ending.take(), bare_answer(bytes)) {
            (Some(ending), _) => ending,
            (None, None) => return this.put(cx, bytes),
            (None, Some(([], status))) => Ending {
                words: in_full(status, &this.shared),
                linger: Box::pin(sleep(LONGEST_LINGER)),
                unheard: MOST_UNHEARD,
            },
            (None, Some((before, _))) => return this.put(cx, before),
        };
        match this.end(cx, &mut ending) {
            Poll::Pending => {
                this.ending = Some(ending);
                Poll::Pending
            }
            Poll::Ready(ended) => Poll::Ready(ended.map(|()| bytes.len())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_read(cx, buffer)
    }
}

impl ActixStream for Wire {
    fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        ActixStream::poll_read_ready(&self.io, cx)
    }

    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        ActixStream::poll_write_ready(&self.io, cx)
    }
}

/// How long a client has not taken what it asked for.
#[derive(Debug)]
struct Pace {
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    taken: usize,
}

impl Pace {
    const fn new(patience: Duration) -> Self {
        Self { patience, waiting: None, taken: 0 }
    }

    /// The client took a part of what was ready for it.
    fn took(&mut self, taken: usize, ready: usize) {
        self.taken = self.taken.saturating_add(taken);
        if taken >= ready || self.taken >= LEAST_TAKEN {
            self.waiting = None;
        }
    }

    /// The client takes nothing now; an error once it has had its time.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if self.waiting.is_none() {
            self.taken = 0;
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(patience)));
        waiting.as_mut().poll(cx).map(|()| io::ErrorKind::TimedOut.into())
    }
}

/// The bare answer of the parser at the end of what it writes, and what stands before it. It
/// is always the last thing on a connection. Every other answer has passed the gate and has a
/// request id.
fn bare_answer(bytes: &[u8]) -> Option<(&[u8], StatusCode)> {
    if !bytes.ends_with(b"\r\n\r\n") {
        return None;
    }
    let from = bytes.len().saturating_sub(LONGEST_BARE_ANSWER);
    let tail = bytes.get(from..)?;
    const STATUS_LINE: &[u8] = b"HTTP/1.1 4";
    let at = tail.windows(STATUS_LINE.len()).rposition(|window| window == STATUS_LINE)?;
    let head = tail.get(at..)?;
    let id = gate::REQUEST_ID.as_str().as_bytes();
    if head.windows(id.len()).any(|window| window.eq_ignore_ascii_case(id)) {
        return None;
    }
    let status = StatusCode::from_bytes(head.get(9..12)?).ok()?;
    Some((bytes.get(..from.saturating_add(at))?, status))
}

/// The answer that says what the bare one does not.
fn in_full(status: StatusCode, shared: &Shared) -> Bytes {
    let id = gate::fresh_id(shared);
    let problem = Problem::of(Kind::from_status(status));
    let mut answer = problem.respond(id.to_str().ok(), None);
    let headers = answer.headers_mut();
    gate::secure(headers);
    headers.insert(gate::REQUEST_ID.clone(), id);
    headers.insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    let (head, body) = answer.into_parts();
    // The body of a problem is in memory already.
    let body = body.try_into_bytes().unwrap_or_default();
    tracing::info!(
        target: "bedside::access",
        route = UNMATCHED,
        status = status.as_u16(),
        "refused before it was a request",
    );
    let mut bytes = BytesMut::with_capacity(body.len().saturating_add(1_024));
    let reason = status.canonical_reason().unwrap_or("Error");
    bytes.put_slice(format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).as_bytes());
    bytes.put_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    for (name, value) in head.headers() {
        bytes.put_slice(name.as_str().as_bytes());
        bytes.put_slice(b": ");
        bytes.put_slice(value.as_bytes());
        bytes.put_slice(b"\r\n");
    }
    bytes.put_slice(b"\r\n");
    bytes.put_slice(&body);
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_parser_says_by_itself_is_taken_for_it() {
        let bare = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n\r\n";
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        assert_eq!(bare_answer(bare), Some((b"".as_slice(), status)));
        let after = [b"HTTP/1.1 200 OK\r\n\r\nbody".as_slice(), bare].concat();
        assert_eq!(bare_answer(&after), Some((b"HTTP/1.1 200 OK\r\n\r\nbody".as_slice(), status)));

        let ours = b"HTTP/1.1 404 Not Found\r\nX-Request-Id: 1\r\n\r\n";
        assert_eq!(bare_answer(ours), None, "an answer to HEAD has no body either");
        assert_eq!(bare_answer(b"HTTP/1.1 304 Not Modified\r\n\r\n"), None);
        assert_eq!(bare_answer(&bare[..20]), None);
    }

    #[tokio::test]
    async fn who_takes_a_little_is_let_go_and_who_takes_enough_is_not() {
        let patience = Duration::from_millis(500);
        let mut pace = Pace::new(patience);
        let step = Duration::from_millis(10);
        let wait = |pace: &mut Pace| {
            pace.wait(&mut Context::from_waker(std::task::Waker::noop())).is_ready()
        };
        let started = std::time::Instant::now();
        while started.elapsed() < patience * 2 {
            assert!(!wait(&mut pace));
            sleep(step).await;
            pace.took(LEAST_TAKEN / 2, usize::MAX);
        }
        pace.took(LEAST_TAKEN, usize::MAX);
        let started = std::time::Instant::now();
        while !wait(&mut pace) {
            pace.took(1, usize::MAX);
            sleep(step).await;
        }
        assert!(started.elapsed() >= patience);
    }
}
