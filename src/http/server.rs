//! The server: a socket, workers, and a graceful end.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_http::{HttpService, error::DispatchError};
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::{
    App as Application, HttpResponse, Resource,
    dev::{AppConfig, ServerHandle},
    middleware::{Compress, Condition},
    rt::{System, net::TcpStream},
    web::{self, Bytes, Data},
};
use utoipa_actix_web::AppExt as _;

use super::{
    gate,
    problem::{Kind, Problem},
    reply::{self, Caching, Media},
    routes::{self, FIXED_BODY},
    shared::Shared,
    wire::Wire,
};

/// How often the samples of the metrics are folded.
const FOLD_METRICS_EVERY: Duration = Duration::from_secs(5);

/// Registers routes that the document leaves out.
pub type Register = Arc<dyn Fn(&mut web::ServiceConfig) + Send + Sync>;

/// How the server runs.
#[derive(Clone, Default)]
pub struct Running {
    /// Threads that answer requests; by default one for each processor.
    pub workers: Option<usize>,
    /// Compress answers where the client asks for it.
    pub compress: bool,
    /// Serve a body of so many bytes, to measure other answers against.
    pub fixed_body: Option<usize>,
    /// Routes beside the documented ones; [`Shared`] must know them too.
    pub more: Option<Register>,
}

/// A server that holds its socket and answers once it runs.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
    running: Running,
}

impl Server {
    /// Takes a socket that is bound already; port 0 has become a real one by then.
    ///
    /// # Errors
    /// The socket has no address.
    pub fn new(listener: TcpListener, shared: Arc<Shared>, running: Running) -> io::Result<Self> {
        let address = listener.local_addr()?;
        Ok(Self { listener, address, shared, running })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until SIGTERM or an interrupt, then lets running requests end.
    ///
    /// # Errors
    /// The socket cannot be listened on.
    pub fn run(self) -> io::Result<()> {
        self.run_with(|handle| {
            actix_web::rt::spawn(async move {
                stop_signal().await;
                tracing::info!("stopping: no new connections, running requests may end");
                handle.stop(true).await;
            });
        })
    }

    /// Like [`run`](Self::run), with a handle in place of signals; `ready` is called once
    /// connections are accepted.
    ///
    /// # Errors
    /// The socket cannot be listened on.
    pub fn run_with(self, ready: impl FnOnce(ServerHandle)) -> io::Result<()> {
        System::new().block_on(async move {
            let shared = Data::from(self.shared);
            let limits = shared.limits.clone();
            let workers = self.running.workers;
            let folding = Data::clone(&shared);
            let mut builder = actix_server::Server::build()
                .disable_signals()
                .max_concurrent_connections(limits.connections_per_worker)
                .shutdown_timeout(limits.shutdown_time.as_secs());
            if let Some(workers) = workers {
                builder = builder.workers(workers);
            }
            let stopping = builder.graceful_shutdown_signal();
            let address = self.address;
            // What `HttpServer` does, with a `Wire` around each socket.
            let listening = builder.listen("bedside", self.listener, move || {
                let gated = Data::clone(&shared).into_inner();
                let (more, fixed) = (self.running.more.clone(), self.running.fixed_body);
                let (application, _) = Application::new()
                    .app_data(Data::clone(&shared))
                    .into_utoipa_app()
                    .configure(routes::documented)
                    .split_for_parts();
                let application = application
                    .configure(routes::undocumented)
                    .configure(move |config| {
                        if let Some(more) = more {
                            more(config);
                        }
                        if let Some(size) = fixed {
                            config.service(fixed_body(size));
                        }
                    })
                    .default_service(web::to(nothing_here))
                    .wrap_fn(move |request, next| gate::pass(Arc::clone(&gated), request, next))
                    .wrap(Condition::new(self.running.compress, Compress::default()))
                    .into_factory()
                    .map_err(|error| error.error_response());
                let stopping = stopping.clone();
                let connection = HttpService::build()
                    .graceful_shutdown_signal(move || {
                        let stopping = stopping.clone();
                        async move { stopping.notified().await }
                    })
                    .client_request_timeout(limits.header_time)
                    .client_disconnect_timeout(Duration::from_secs(1))
                    .keep_alive(limits.keep_alive)
                    .local_addr(address)
                    .h1(map_config(application, |()| AppConfig::default()));
                let shared = Data::clone(&shared).into_inner();
                fn_service(move |io: TcpStream| {
                    let peer = io.peer_addr().ok();
                    let wire = Wire::new(io, Arc::clone(&shared));
                    std::future::ready(Ok::<_, DispatchError>((wire, peer)))
                })
                .and_then(connection)
            })?;
            let server = listening.run();
            actix_web::rt::spawn(async move {
                let mut ticks = tokio::time::interval(FOLD_METRICS_EVERY);
                loop {
                    ticks.tick().await;
                    folding.metrics.fold();
                }
            });
            ready(server.handle());
            server.await
        })
    }
}

/// One fixed body, behind the same gate as everything else.
fn fixed_body(size: usize) -> Resource {
    let body = Bytes::from(vec![b' '; size]);
    web::resource(FIXED_BODY).to(move || {
        let body = body.clone();
        async move { reply::whole(Media::Json, Caching::Revalidate, body) }
    })
}

async fn nothing_here() -> Result<HttpResponse, Problem> {
    Err(Problem::of(Kind::NotFound))
}

/// Waits until the service is told to stop.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
