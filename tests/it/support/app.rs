//! A whole service on a loopback port of its own, asked over real connections: what clients
//! see includes framing, closed connections and HEAD, which no in-process call shows.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, LazyLock, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use actix_web::{
    dev::{ServerHandle, ServiceResponse},
    http::Method,
    web,
};
use bedside::{
    app::{App, demo},
    clock::ManualClock,
    config::{Demo, LimitArgs, Operator},
    gazetteer::Gazetteer,
    http::{
        Server,
        server::{Register, Running},
        shared::{Limits, Shared},
    },
    pages,
    rules::Rulebook,
    store::{Options, Store},
};
use chrono::{TimeZone as _, Utc};
use serde_json::Value as Json;

use super::{Backend, TestDb};

/// The routes that exist only here: one panics, one never answers in time.
const TEST_ROUTES: &[(&str, &[Method])] = &[
    ("/test/panic", &[Method::GET]),
    ("/test/panic-at-once", &[Method::GET]),
    ("/test/slow", &[Method::GET]),
    ("/test/echo", &[Method::POST]),
];

/// A running service.
pub struct TestApp {
    pub address: SocketAddr,
    pub shared: Arc<Shared>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    /// Outlives the service, where it writes.
    db: Option<TestDb>,
}

/// The made-up set in memory, read once: answers need no database, so its file is gone.
static FICTIONAL: LazyLock<Arc<App>> = LazyLock::new(|| demonstration(Demo::Fictional));

/// The real set in memory, read once.
static REAL: LazyLock<Arc<App>> = LazyLock::new(|| demonstration(Demo::Real));

fn demonstration(set: Demo) -> Arc<App> {
    let db = TestDb::new(Backend::Sqlite).unwrap();
    let clock = noon();
    filled(&db, set, &clock)
}

/// Noon of the day on which the sets were made.
fn noon() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap()))
}

/// An application on a database that is filled with a set.
fn filled(db: &TestDb, set: Demo, clock: &Arc<ManualClock>) -> Arc<App> {
    let store = db.store_with(clock.clone(), &Options::default());
    let rulebook = Rulebook::built_in().unwrap();
    demo::fill(&store, set, &rulebook, Gazetteer::embedded().unwrap(), clock.as_ref()).unwrap();
    opened(store, clock)
}

/// An application on a store.
fn opened(store: Store, clock: &Arc<ManualClock>) -> Arc<App> {
    let operator = Operator {
        name: Some("Test Directory".into()),
        corrections_contact: Some("corrections@directory.example".into()),
        ..Operator::default()
    };
    let app = App::open(store, clock.clone(), operator).unwrap();
    // As the keeper of a running service does.
    app.keep_log().unwrap();
    app
}

impl TestApp {
    /// A service with the made-up set and the limits that ship.
    pub fn start() -> Self {
        Self::over(&FICTIONAL, Limits::default())
    }

    /// A service with the real set.
    pub fn real() -> Self {
        Self::over(&REAL, Limits::default())
    }

    /// A service with other limits.
    pub fn with_limits(limits: Limits) -> Self {
        Self::over(&FICTIONAL, limits)
    }

    /// A service with rate limits, which otherwise spare whoever asks from the same machine.
    pub fn with_rate_limits(limits: &LimitArgs) -> Self {
        Self::limited(&FICTIONAL, limits)
    }

    /// The same with a database of its own.
    pub fn writable_with_rate_limits(limits: &LimitArgs) -> Self {
        let db = TestDb::new(Backend::Sqlite).unwrap();
        let app = filled(&db, Demo::Fictional, &noon());
        let mut service = Self::limited(&app, limits);
        service.db = Some(db);
        service
    }

    fn limited(app: &Arc<App>, limits: &LimitArgs) -> Self {
        let shared = Shared::new(Arc::clone(app), Limits::default(), &known_routes());
        let shared = shared.with_rate_limits(limits).with_error_page(pages::error_page);
        Self::serve(shared, Arc::new(every_route))
    }

    /// A service with the made-up set and a database of its own, which takes writes; with the
    /// clock that it lives by.
    pub fn writable(backend: Backend) -> Option<(Self, Arc<ManualClock>)> {
        let db = TestDb::new(backend)?;
        let clock = noon();
        let app = filled(&db, Demo::Fictional, &clock);
        let mut service = Self::over(&app, Limits::default());
        service.db = Some(db);
        Some((service, clock))
    }

    /// The same on SQLite, where the clock stands still.
    pub fn with_database() -> Self {
        Self::writable(Backend::Sqlite).unwrap().0
    }

    /// The database, where it writes.
    pub fn db(&self) -> &TestDb {
        self.db.as_ref().expect("a service with a database")
    }

    /// The application itself.
    pub fn app(&self) -> &Arc<App> {
        &self.shared.app
    }

    /// A service with the pages, over the made-up set.
    pub fn pages() -> Self {
        Self::pages_over(&FICTIONAL)
    }

    /// A service with the pages, over the real set.
    pub fn real_pages() -> Self {
        Self::pages_over(&REAL)
    }

    /// A service with the pages.
    pub fn pages_over(app: &Arc<App>) -> Self {
        let limits = Limits { request_time: Duration::from_secs(2), ..Limits::default() };
        let shared = Shared::new(Arc::clone(app), limits, &known_routes());
        Self::serve(shared.with_error_page(pages::error_page), Arc::new(every_route))
    }

    /// A service over an application.
    pub fn on(app: &Arc<App>) -> Self {
        Self::over(app, Limits::default())
    }

    fn over(app: &Arc<App>, limits: Limits) -> Self {
        Self::serve(Shared::new(Arc::clone(app), limits, TEST_ROUTES), Arc::new(test_routes))
    }

    fn serve(shared: Shared, more: Register) -> Self {
        let shared = Arc::new(shared);
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let running = Running { workers: Some(1), more: Some(more), ..Running::default() };
        let server = Server::new(listener, Arc::clone(&shared), running).unwrap();
        let address = server.address();
        let (ready, handle) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            server.run_with(|handle| ready.send(handle).unwrap()).unwrap();
        });
        let handle = handle.recv().unwrap();
        Self { address, shared, handle, thread: Some(thread), db: None }
    }

    /// GET.
    pub fn get(&self, path: &str) -> Reply {
        self.request("GET", path, &[], b"")
    }

    /// GET with headers.
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.request("GET", path, headers, b"")
    }

    /// POST of a JSON text.
    pub fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Reply {
        self.request("POST", path, &[("Content-Type", "application/json")], body.as_ref())
    }

    /// Any request, on a connection of its own.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || matches!(method, "POST" | "PUT" | "PATCH") {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut connection = self.connect();
        connection.write_all(head.as_bytes()).unwrap();
        // A server that answers early may stop reading; its answer is what counts.
        let _ = connection.write_all(body);
        Reply::read(&mut connection, method)
    }

    /// A bare connection.
    pub fn connect(&self) -> TcpStream {
        let connection = TcpStream::connect(self.address).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        connection.set_nodelay(true).unwrap();
        connection
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// Reads one answer: by its length where it has one, else to the end of the connection.
    pub fn read(connection: &mut TcpStream, method: &str) -> Self {
        let mut bytes = Vec::new();
        let mut chunk = [0; 16_384];
        let head_end = loop {
            if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
            let n = connection.read(&mut chunk).expect("an answer");
            assert!(n > 0, "closed without an answer: {:?}", String::from_utf8_lossy(&bytes));
            bytes.extend_from_slice(&chunk[..n]);
        };
        let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut reply = Self { status, headers, body: bytes[head_end..].to_vec() };
        let length = match reply.header("content-length") {
            _ if method == "HEAD" || status == 204 || status == 304 => Some(0),
            Some(length) => Some(length.parse().unwrap()),
            None => None,
        };
        while length.is_none_or(|length: usize| reply.body.len() < length) {
            match connection.read(&mut chunk) {
                Ok(0) => break,
                Ok(n) => reply.body.extend_from_slice(&chunk[..n]),
                Err(error) => panic!("the body broke off: {error}"),
            }
        }
        reply
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The body as JSON.
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// The status must be this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        let start = &self.body[..self.body.len().min(600)];
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(start));
        self
    }

    /// The answer must be a whole problem of this type; its body is given back.
    #[track_caller]
    pub fn expect_problem(&self, kind: &str) -> Json {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{} {}",
            self.status,
            String::from_utf8_lossy(&self.body)
        );
        let problem = self.json();
        assert_eq!(problem["type"], format!("/problems/{kind}"), "{problem}");
        assert_eq!(problem["status"], self.status, "{problem}");
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"), "{problem}");
        for member in ["title", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
        }
        problem
    }
}

/// The routes of the pages, and those that exist only here.
fn known_routes() -> Vec<(&'static str, &'static [Method])> {
    TEST_ROUTES.iter().chain(pages::ROUTES).copied().collect()
}

fn every_route(config: &mut web::ServiceConfig) {
    test_routes(config);
    pages::routes()(config);
}

fn test_routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/test/panic").to(async || -> &'static str {
            tokio::task::yield_now().await;
            panic!("sentinel-of-a-panic")
        }))
        .service(
            web::resource("/test/panic-at-once")
                .wrap_fn(|_, _| -> std::future::Ready<Result<ServiceResponse, actix_web::Error>> {
                    panic!("sentinel-of-a-panic")
                })
                .to(async || "never"),
        )
        .service(web::resource("/test/slow").to(async || {
            tokio::time::sleep(Duration::from_secs(60)).await;
            "late"
        }))
        .service(web::resource("/test/echo").to(async |body: bedside::http::JsonBytes| body.0));
}
