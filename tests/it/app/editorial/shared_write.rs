//! What administrators' writes know of one another while they are committed together.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    time::Duration,
};

use bedside::{
    app::editorial::{Receipt, create},
    domain::editorial::HoldKind,
    store::{Error, Options, Tx},
};
use rstest::rstest;
use serde_json::Value;

use super::{BECAUSE, line, person};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{TODAY, app_with},
};

/// Writes that meet in one order seldom need more tries than two.
const TRIES: u16 = 50;

fn shares_a_phone(receipt: &Receipt) -> bool {
    receipt.holds.iter().any(|hold| hold.kind == HoldKind::Phone)
}

/// A listing that was seen by another write and then undone holds nobody.
#[rstest]
fn what_was_undone_is_shared_with_nobody(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let options = Options { sharing: Duration::from_secs(60), ..Options::default() };
    let (app, _) = app_with(&db, TODAY, &options);
    let ann = person("ann");
    let write = |change: &dyn Fn(&mut Tx<'_>) -> Result<(), Error>| {
        let written = app.store.write_with_others(ann.errand().actor, &BECAUSE, |tx| change(tx));
        written.is_ok()
    };
    let write = &write;
    for n in (0..TRIES).map(|n| 10 * n) {
        let phone = format!("+1605777{n:04}");
        let with_phone = |number: u16| -> Value {
            let mut line = line(number);
            line["sites"][0]["phone"] = phone.clone().into();
            line
        };
        let before = app.store.read(|reader| reader.provider_count()).unwrap();
        let (one, other, lost) = std::thread::scope(|scope| {
            let (begun, has_begun) = mpsc::channel();
            // While it is its turn, everybody else comes to wait.
            scope.spawn(move || {
                write(&|_| {
                    begun.send(()).unwrap();
                    std::thread::sleep(Duration::from_millis(100));
                    Ok(())
                })
            });
            has_begun.recv().unwrap();
            let one = scope.spawn(|| create(&app, ann.errand(), with_phone(n + 1)));
            let other = scope.spawn(|| create(&app, ann.errand(), with_phone(n + 2)));
            // One of several comes behind both, as likely as not.
            let last: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        catch_unwind(AssertUnwindSafe(|| {
                            write(&|tx| {
                                let seen = tx.read().provider_count()?;
                                let known = app.store.read(|reader| reader.provider_count())?;
                                if seen == before + 2 && known == before {
                                    std::panic::resume_unwind(Box::new("as meant"));
                                }
                                Ok(())
                            })
                        }))
                    })
                })
                .collect();
            let (one, other) = (one.join().unwrap(), other.join().unwrap());
            let lost = last.into_iter().any(|last| last.join().unwrap().is_err());
            (one, other, lost)
        });
        if lost {
            assert!(one.is_err() && other.is_err());
            let alone = create(&app, ann.errand(), with_phone(n + 2)).unwrap();
            assert!(!shares_a_phone(&alone), "{:?}", alone.holds);
            let second = create(&app, ann.errand(), with_phone(n + 1)).unwrap();
            assert!(shares_a_phone(&second), "what stands is shared");
            return;
        }
        // Whichever came second saw the first, whether it was committed yet or not.
        assert!(shares_a_phone(&one.unwrap()) != shares_a_phone(&other.unwrap()));
    }
    panic!("three writes never met");
}
