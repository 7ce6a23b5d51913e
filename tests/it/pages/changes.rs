//! What pages show of a listing that changes: it as it is now, and what the log says about it.

use bedside::store::Action;

use crate::{
    app::{provider, write},
    support::{
        Backend::Sqlite,
        TestDb,
        app::TestApp,
        flows::{app_of, fictional},
    },
};

#[test]
fn a_list_shows_a_clinic_as_it_is_now_though_it_was_shown_before() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &["F001", "F002"].map(fictional));
    let server = TestApp::pages_over(&app);
    let zip = provider(&app, "F001").sites[0].profile.address.postal_code.clone().unwrap();
    for print in ["", "&print=true"] {
        let list = || server.get(&format!("/?q={zip}{print}")).expect(200).text();
        let name = format!("Renamed {} (fictional)", print.len());
        let before = list();
        assert!(!before.contains(&name) && list() == before, "the same question, the same page");
        write(&app.store, Action::Change, "F001", |p| {
            p.sites[0].profile.name = Some(name.clone());
            p.sites[0].profile.phone = Some("+13015550999".to_owned());
        });
        app.catch_up().unwrap();
        let after = list();
        assert!(after.contains(&name) && after.contains("(301) 555-0999"), "{after}");
        // The other language and the other form are entries of their own.
        assert!(server.get(&format!("/es/?q={zip}{print}")).expect(200).text().contains(&name));
    }
}

#[test]
fn a_clinic_s_page_has_what_the_log_says_about_it() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &["F001", "F002"].map(fictional));
    let server = TestApp::pages_over(&app);
    let slug = provider(&app, "F001").sites[0].slug.clone();
    let page = || server.get(&format!("/clinics/{slug}")).expect(200).text();
    let first = page();
    assert!(first.contains("The listing was shown."));
    assert!(!first.contains("Something about the listing changed."));
    write(&app.store, Action::Change, "F001", |p| {
        p.sites[0].profile.phone = Some("+13015550999".to_owned());
    });
    app.catch_up().unwrap();
    let size = app.changes(0, 100).unwrap().meta.size;
    let second = page();
    assert!(second.contains("Something about the listing changed."));
    assert!(second.contains(&format!("/v1/log/entries?from={}", size - 1)), "its own entry");
    let spanish = server.get(&format!("/es/clinics/{slug}")).expect(200).text();
    assert!(spanish.contains("Cambió algo en la ficha."));
}
