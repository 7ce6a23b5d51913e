//! Counters and durations for Prometheus, one series for each route template and never for a
//! path, so that a scan of ten thousand addresses adds no series.

use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use metrics::{Counter, Histogram, Key, Label, Level, Metadata, Recorder, SharedString, Unit};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use super::routes::{Route, Routes};

const REQUESTS: &str = "http_requests_total";
const SECONDS: &str = "http_request_duration_seconds";
const PANICS: &str = "http_panics_total";

/// Upper bounds of the duration buckets, in seconds: from what memory answers in to the
/// deadline.
const BUCKETS: &[f64] = &[0.000_05, 0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0];

/// The label of a request that met no route.
pub const UNMATCHED: &str = "unmatched";

static METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

/// The handles of every series, made once.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    routes: Vec<RouteSeries>,
    unmatched: RouteSeries,
    panics: Counter,
}

struct RouteSeries {
    by_method: Vec<(Method, [Counter; 5])>,
    other_methods: [Counter; 5],
    seconds: Histogram,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").field("routes", &self.routes.len()).finish_non_exhaustive()
    }
}

impl Metrics {
    /// The series of a set of routes.
    #[must_use]
    pub fn new(routes: &Routes) -> Self {
        let builder = PrometheusBuilder::new();
        // Only an empty list of buckets is refused.
        let builder = builder.set_buckets(BUCKETS).unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        recorder.describe_counter(
            REQUESTS.into(),
            Some(Unit::Count),
            "Requests by route template, method and class of status".into(),
        );
        recorder.describe_histogram(
            SECONDS.into(),
            Some(Unit::Seconds),
            "Time from the request's head to its answer, by route template".into(),
        );
        recorder.describe_counter(
            PANICS.into(),
            Some(Unit::Count),
            "Handlers that panicked and were answered with 500".into(),
        );
        Self {
            handle: recorder.handle(),
            routes: routes.all().iter().map(|route| RouteSeries::of(&recorder, route)).collect(),
            unmatched: RouteSeries::new(&recorder, UNMATCHED, &[]),
            panics: recorder.register_counter(&Key::from_name(PANICS), &METADATA),
            recorder,
        }
    }

    /// Counts one answered request.
    pub fn observe(
        &self,
        route: Option<usize>,
        method: &Method,
        status: StatusCode,
        took: Duration,
    ) {
        let series = route.and_then(|at| self.routes.get(at)).unwrap_or(&self.unmatched);
        let classes = series
            .by_method
            .iter()
            .find(|(known, _)| known == method)
            .map_or(&series.other_methods, |(_, classes)| classes);
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = classes.get(class) {
            counter.increment(1);
        }
        series.seconds.record(took.as_secs_f64());
    }

    /// Counts one panic.
    pub fn panicked(&self) {
        self.panics.increment(1);
    }

    /// Sets a gauge: for facts about the service that are read when the metrics are.
    pub fn set_gauge(&self, name: &'static str, about: &'static str, value: f64) {
        self.recorder.describe_gauge(name.into(), None, SharedString::const_str(about));
        self.recorder.register_gauge(&Key::from_static_name(name), &METADATA).set(value);
    }

    /// The exposition text.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Folds the samples of the histograms into their buckets; without it they would pile up
    /// while nobody reads the metrics.
    pub fn fold(&self) {
        self.handle.run_upkeep();
    }
}

impl RouteSeries {
    fn of(recorder: &PrometheusRecorder, route: &Route) -> Self {
        Self::new(recorder, &route.template, &route.methods)
    }

    fn new(recorder: &PrometheusRecorder, template: &str, methods: &[Method]) -> Self {
        let key = Key::from_parts(SECONDS, vec![Label::new("route", template.to_owned())]);
        Self {
            by_method: methods
                .iter()
                .map(|method| (method.clone(), classes(recorder, template, method.as_str())))
                .collect(),
            other_methods: classes(recorder, template, "other"),
            seconds: recorder.register_histogram(&key, &METADATA),
        }
    }
}

/// The counters of one route and method, by class of status.
fn classes(recorder: &PrometheusRecorder, template: &str, method: &str) -> [Counter; 5] {
    ["1xx", "2xx", "3xx", "4xx", "5xx"].map(|class| {
        let labels = vec![
            Label::new("route", template.to_owned()),
            Label::new("method", method.to_owned()),
            Label::from_static_parts("status", class),
        ];
        recorder.register_counter(&Key::from_parts(REQUESTS, labels), &METADATA)
    })
}
