//! A link to a PostgreSQL server that can be cut and held.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener},
    os::unix::net::UnixStream,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering::Relaxed},
    },
    time::Duration,
};

/// What the link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Link {
    /// Passes everything on.
    Whole,
    /// Closes every connection, as a server that crashed.
    Cut,
    /// Takes everything and passes nothing on, as a server that was stopped.
    Held,
}

/// A link from a port of its own to the socket of a server.
pub struct Proxy {
    pub address: SocketAddr,
    link: Arc<AtomicU8>,
}

impl Proxy {
    pub fn to(socket: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let link = Arc::new(AtomicU8::new(Link::Whole as u8));
        let (state, socket) = (Arc::clone(&link), socket.join(".s.PGSQL.5432"));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if state.load(Relaxed) == Link::Cut as u8 {
                    continue;
                }
                let Ok(server) = UnixStream::connect(&socket) else { continue };
                client.set_read_timeout(Some(TICK)).unwrap();
                server.set_read_timeout(Some(TICK)).unwrap();
                let (out, back) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let (there, here) = (Arc::clone(&state), Arc::clone(&state));
                std::thread::spawn(move || {
                    pass(&client, &server, &there);
                    let _ = server.shutdown(Shutdown::Both);
                });
                std::thread::spawn(move || {
                    pass(&back, &out, &here);
                    let _ = out.shutdown(Shutdown::Both);
                });
            }
        });
        Self { address, link }
    }

    /// From now on the link does this.
    pub fn set(&self, link: Link) {
        self.link.store(link as u8, Relaxed);
    }

    /// Makes the link whole when dropped: a test that has failed must not wait for it for ever.
    pub fn healing(&self) -> Healing {
        Healing(Arc::clone(&self.link))
    }

    /// The URL of the public schema through it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@{}/postgres", self.address)
    }
}

/// See [`Proxy::healing`].
pub struct Healing(Arc<AtomicU8>);

impl Drop for Healing {
    fn drop(&mut self) {
        self.0.store(Link::Whole as u8, Relaxed);
    }
}

const TICK: Duration = Duration::from_millis(20);

/// Passes bytes on until either side closes or the link is cut.
fn pass<R, W>(mut from: &R, mut to: &W, link: &AtomicU8)
where
    for<'a> &'a R: Read,
    for<'a> &'a W: Write,
{
    let mut bytes = vec![0; 1 << 16];
    loop {
        match link.load(Relaxed) {
            state if state == Link::Cut as u8 => return,
            state if state == Link::Held as u8 => std::thread::sleep(TICK),
            _ => match from.read(&mut bytes) {
                Ok(0) => return,
                Ok(read) => {
                    if to.write_all(&bytes[..read]).is_err() {
                        return;
                    }
                }
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return,
            },
        }
    }
}
