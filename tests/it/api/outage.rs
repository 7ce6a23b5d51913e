//! The database is lost and comes back, or gives no connection: reads go on, writes are refused in
//! time and say when to ask again, and everything heals by itself.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bedside::{
    app::{App, keeper::Keeper},
    auth::Role,
    store::Error,
};
use rstest::rstest;
use serde_json::json;

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    accounts::Person,
    app::{Reply, TestApp},
    flows::{INITIAL, TODAY, app_on, fictional_set, file, import},
    postgres::Cluster,
    proxy::{Link, Proxy},
};

/// How long what is promised in seconds may take on a machine that does other things as well.
const SLOW: u32 = 4;

const SEARCH: &str = "/v1/clinics?postal_code=20814&view=all";

/// A new listing, as an administrator writes one.
fn write(service: &TestApp, who: &Person, number: u32) -> Reply {
    let listing = json!({
        "source_key": format!("OUT{number}"),
        "name": format!("Outage {number} (fictional)"),
        "website": format!("https://out-{number}.example/"),
        "evidence": [],
        "fictional": true,
        "sites": [{"source_key": "main", "address": {"line1": format!("{number} Sample Street"),
            "city": "Bethesda", "state": "MD", "postal_code": "20814"}}],
    });
    let body = json!({"reason_code": "test", "reason": "for a test", "listing": listing});
    service.post_as(who, "/v1/admin/clinics", body.to_string())
}

/// A write must be refused, within a time, with a problem that says when to ask again.
#[track_caller]
fn refused(service: &TestApp, who: &Person, number: u32, within: Duration) {
    let asked = Instant::now();
    let reply = write(service, who, number).expect(503);
    assert!(asked.elapsed() < within * SLOW, "{:?}", asked.elapsed());
    assert!(reply.header("content-type") == Some("application/problem+json"), "{reply:?}");
    let after: u64 = reply.header("retry-after").expect("Retry-After").parse().unwrap();
    assert!((1..=60).contains(&after), "{after}");
}

#[track_caller]
fn wait(app: &App, takes_writes: bool, within: Duration) {
    let since = Instant::now();
    while app.takes_writes() != takes_writes {
        assert!(since.elapsed() < within * SLOW, "takes_writes() stays {}", !takes_writes);
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[rstest]
fn a_lost_database_costs_writes_only_and_heals_by_itself(
    #[values(Link::Cut, Link::Held)] fault: Link,
) {
    let Some(cluster) = Cluster::own() else { return };
    let proxy = Proxy::to(cluster.socket());
    let mut db = TestDb::on(&cluster);
    import(&db.store(), &file(&fictional_set()), INITIAL).unwrap();
    db.url = proxy.url();
    let (app, _clock) = app_on(&db, TODAY);
    let _keeper = Keeper::start(Arc::clone(&app));
    let _healing = proxy.healing();
    let service = TestApp::on(&app);
    let editor = service.as_role(Role::Editor);
    write(&service, &editor, 1).expect(201);
    let before = service.get(SEARCH).expect(200).json();

    proxy.set(fault);
    // Before it is known: within the time that a request has. Known: at once.
    refused(&service, &editor, 2, Duration::from_secs(11));
    wait(&app, false, Duration::from_secs(6));
    for number in 3..6 {
        refused(&service, &editor, number, Duration::from_millis(500));
        let asked = Instant::now();
        let now = service.get(SEARCH).expect(200).json();
        assert_eq!(now["data"], before["data"]);
        assert!(asked.elapsed() < Duration::from_millis(250) * SLOW, "{:?}", asked.elapsed());
    }
    service.get("/readyz").expect(200);
    service.get("/readyz?for=writes").expect(503).expect_problem("unavailable");

    proxy.set(Link::Whole);
    wait(&app, true, Duration::from_secs(5));
    write(&service, &editor, 6).expect(201);
    service.get("/readyz?for=writes").expect(200);
}

/// Holds every connection of the pool while it does something.
fn with_none_left(app: &App, left: u32, then: &mut dyn FnMut()) {
    if left == 0 {
        return then();
    }
    app.store
        .read(|_reader| {
            with_none_left(app, left - 1, then);
            Ok::<_, Error>(())
        })
        .unwrap();
}

#[rstest]
fn an_exhausted_pool_refuses_writes_in_time_and_recovers(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some((service, _clock)) = TestApp::writable(backend) else { return };
    let editor = service.as_role(Role::Editor);
    write(&service, &editor, 1).expect(201);
    let mut refusals = 0;
    with_none_left(service.app(), 4, &mut || {
        for number in 2..4 {
            refused(&service, &editor, number, Duration::from_millis(600));
            refusals += 1;
        }
        service.get(SEARCH).expect(200);
    });
    assert_eq!(refusals, 2);
    write(&service, &editor, 4).expect(201);
}
