//! `bedside serve` and `bedside health`.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use clap::Args;

use super::{Exit, Failure, database, exit, files};
use crate::{
    app::{
        App,
        accounts::{DECIDERS, second_factor_key},
        demo,
        keeper::Keeper,
        seal::SealKey,
    },
    clock::SystemClock,
    config::ServeArgs,
    http::{
        self,
        server::Running,
        shared::{Limits, Shared},
    },
    pages, telemetry,
};

/// `bedside serve`.
#[derive(Debug, Args)]
pub(super) struct ServeCommand {
    #[command(flatten)]
    args: ServeArgs,
}

impl ServeCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let args = self.args;
        args.check().map_err(Failure::Config)?;
        telemetry::start();
        let clock = Arc::new(SystemClock);
        let store = database::open(&args.database, clock.clone())?;
        if let Some(set) = args.demo {
            let rulebook = files::rulebook()?;
            demo::fill(&store, set, &rulebook, files::gazetteer()?, clock.as_ref())
                .map_err(database::import_failure)?;
        }
        let log = database::log_settings(&args.log);
        let app = App::open_with(store, clock, args.operator.clone(), &log)
            .map_err(database::app_failure)?;
        if let Some(file) = &args.contact_key_file {
            let key = SealKey::read(file)
                .with_context(|| format!("cannot use {} to seal contacts", file.display()))
                .map_err(Failure::Config)?;
            // Nobody has set it before.
            let _ = app.contact_key.set(key);
        }
        if app.deciders() < DECIDERS {
            tracing::warn!(
                deciders = app.deciders(),
                needed = DECIDERS,
                "too few people can decide about flags: one proposes, another publishes, and an \
                 appeal goes to a third; make accounts with `bedside admin create`"
            );
        }
        if let Some(folder) = args.evidence_dir {
            // Nobody has set it before: the application is a line old.
            let _ = app.evidence_dir.set(folder);
        }
        seal_second_factors(&app, args.second_factor_key_file.as_deref())?;
        app.throttle.allow(
            usize::try_from(args.limits.limit_sign_ins.get()).unwrap_or(usize::MAX),
            usize::try_from(args.limits.limit_guesses.get()).unwrap_or(usize::MAX),
        );
        let _keeper = Keeper::start(Arc::clone(&app));

        let listener = TcpListener::bind(args.listen)
            .with_context(|| format!("cannot listen on {}", args.listen))
            .map_err(Failure::Unavailable)?;
        let shared = Shared::new(Arc::clone(&app), Limits::default(), pages::ROUTES)
            .with_rate_limits(&args.limits)
            .with_error_page(pages::error_page);
        let running = Running {
            workers: args.workers.map(std::num::NonZeroUsize::get),
            compress: args.compress,
            fixed_body: args.bench_fixed_body,
            more: Some(Arc::new(pages::routes())),
        };
        let server = http::Server::new(listener, Arc::new(shared), running)
            .context("the socket has no address")
            .map_err(Failure::Unavailable)?;
        exit::print(&format!("listening on http://{}", server.address()))?;
        server.run().context("the server stopped").map_err(Failure::Other)?;
        Ok(Exit::Done)
    }
}

/// Takes the key that seals the secrets of second factors.
fn seal_second_factors(app: &App, file: Option<&Path>) -> Result<(), Failure> {
    let key = second_factor_key(app.store.target(), file)
        .context("cannot use the file with the key that seals second factors")
        .map_err(Failure::Config)?;
    match key {
        // Nobody has set it before: the application is a line old.
        Some(key) => drop(app.second_factor_key.set(key)),
        None => tracing::warn!(
            "the secrets of second factors are kept as they are in the database; name a file \
             with a key by --second-factor-key-file"
        ),
    }
    Ok(())
}

/// `bedside health`.
#[derive(Debug, Args)]
pub(super) struct HealthCommand {
    /// Address and port of the server
    #[arg(default_value = "127.0.0.1:8080", value_name = "HOST:PORT")]
    address: SocketAddr,
}

impl HealthCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let status = self.status().map_err(|error| {
            Failure::Unavailable(
                anyhow::Error::new(error).context(format!("no answer from {}", self.address)),
            )
        })?;
        if status.starts_with("HTTP/1.1 200") {
            exit::print("healthy")
        } else {
            Err(Failure::Unavailable(anyhow::anyhow!("{} answers {status}", self.address)))
        }
    }

    /// The status line of `/readyz`.
    fn status(&self) -> std::io::Result<String> {
        const PATIENCE: Duration = Duration::from_secs(3);
        let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET /readyz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )?;
        let mut answer = String::new();
        stream.take(16 * 1024).read_to_string(&mut answer)?;
        Ok(answer.lines().next().unwrap_or_default().to_owned())
    }
}
