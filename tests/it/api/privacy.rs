//! Nothing about a question is in any log line at any level.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use tracing_subscriber::fmt::MakeWriter;

use crate::support::app::TestApp;

/// A place that nobody would log by chance.
const SENTINEL: &str = "Zzyzxville";

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn no_log_line_at_any_level_tells_what_was_asked() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(lines.clone())
        .finish();
    // The workers have threads of their own, so the whole process listens; what other tests
    // log meanwhile holds no sentinel.
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let app = TestApp::start();
    let body = format!("{{\"city\": \"{SENTINEL}\"}}");
    let header = [("X-Request-Id", "kept-id"), ("User-Agent", SENTINEL), ("Referer", SENTINEL)];
    for path in [
        format!("/v1/clinics?city={SENTINEL}&state=MD"),
        format!("/v1/clinics?q={SENTINEL}"),
        format!("/v1/clinics/{SENTINEL}"),
        format!("/v1/check?q={SENTINEL}"),
        format!("/v1/reference/{SENTINEL}"),
        format!("/{SENTINEL}"),
        format!("/test/panic?q={SENTINEL}"),
        format!("/docs/{SENTINEL}"),
    ] {
        app.get_with(&path, &header);
        app.post(&path, &body);
        app.request(SENTINEL, &path, &[], b"");
    }
    app.post("/v1/clinics/search", &body);
    app.post("/v1/check", format!("{{\"q\": \"{SENTINEL}\"}}"));
    app.post("/v1/evaluations", format!("{{\"facts\": {{\"{SENTINEL}\": true}}}}"));
    let mut raw = app.connect();
    raw.write_all(format!("GET /{SENTINEL}\u{1} HTTP/1.1\r\n{SENTINEL} : x\r\n\r\n").as_bytes())
        .unwrap();
    let _ = std::io::Read::read_to_end(&mut raw, &mut Vec::new());
    drop(app);

    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let hits: Vec<&str> = text.lines().filter(|line| line.contains(SENTINEL)).collect();
    assert!(hits.is_empty(), "{hits:#?}");
    // The test must have seen the lines that it judges.
    let line = text.lines().find(|line| line.contains("\"kept-id\"")).expect("an access line");
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    for field in ["route", "method", "status", "duration_ms", "request_id"] {
        assert!(!line["fields"][field].is_null(), "{field}: {line}");
    }
    assert!(text.contains("/v1/reference/{list}"));
    assert!(text.contains("TRACE"), "the lowest level was listened to");
}
