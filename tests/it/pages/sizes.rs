//! How heavy the search page is for a phone.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use crate::support::app::TestApp;

/// Bytes as they travel.
fn packed(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().len()
}

fn address<'p>(page: &'p str, start: &str) -> &'p str {
    page.split_once(start).unwrap().1.split_once('"').unwrap().0
}

#[test]
fn a_search_page_is_light_enough_for_an_old_phone() {
    for app in [TestApp::pages(), TestApp::real_pages()] {
        for path in ["/?q=20814", "/?q=10001&radius=500", "/es/?q=60601&radius=500&show=concerns"] {
            let reply = app.get(path).expect(200);
            let page = reply.text();
            let style = app.get(address(&page, r#"<link rel="stylesheet" href=""#)).expect(200);
            let script = app.get(address(&page, r#"<script src=""#)).expect(200);
            let seen = packed(&reply.body) + packed(&style.body);
            assert!(seen <= 50 * 1024, "{path}: HTML and CSS are {seen} bytes");
            let script = packed(&script.body);
            assert!(script <= 20 * 1024, "{path}: the script is {script} bytes");
        }
    }
}
