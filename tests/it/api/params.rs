//! The parameters of the search: what each becomes, and what each refuses, in an address and
//! in a body alike.

use bedside::{
    app::request::{
        DEFAULT_RADIUS_M, MAX_RADIUS_M, Place, SearchRequest, Sort, Unit, Unknowns, View,
    },
    domain::{CredentialTier, PaymentCode, Route, SafetyStatus, UsState},
    http::{
        params::Params,
        problem::Problem,
        v1::search_params::{self, SEARCH},
    },
};
use serde_json::{Value as Json, json};

fn query(text: &str) -> Result<SearchRequest, Problem> {
    let mut params = Params::from_query(text)?;
    let request = search_params::read(&mut params);
    params.finish().map(|()| request)
}

fn body(json: &Json) -> Result<SearchRequest, Problem> {
    let text = json.to_string();
    let mut params = Params::from_json(text.as_bytes())?;
    let request = search_params::read(&mut params);
    params.finish().map(|()| request)
}

/// The problem's type and its mistakes as `place code`.
fn mistakes(problem: &Problem) -> (&'static str, Vec<String>) {
    let errors = problem.errors().iter().map(|e| format!("{} {}", e.place(), e.code)).collect();
    (problem.kind().slug(), errors)
}

#[track_caller]
fn refused(text: &str, kind: &str, errors: &[&str]) {
    let problem = query(text).expect_err(text);
    let (found, list) = mistakes(&problem);
    assert_eq!(found, kind, "{text}: {list:?}");
    assert_eq!(list, errors, "{text}");
}

#[test]
fn every_place_is_read() {
    let place = |text: &str| query(text).unwrap().place;
    assert_eq!(place("postal_code=20814"), Place::PostalCode("20814".into()));
    let bethesda = Place::City { city: "Bethesda".into(), state: UsState::Md };
    assert_eq!(place("city=Bethesda&state=MD"), bethesda);
    assert_eq!(place("state=md&city=+Bethesda%20"), bethesda);
    let Place::Point(point) = place("lat=39.00&lon=-77.1") else { panic!("a point") };
    assert_eq!((point.lat, point.lon), (39.0, -77.1));
    let Place::Box(bbox) = place("bbox=179.5,-1,-179.5,1.25") else { panic!("a box") };
    assert_eq!(
        (bbox.min_lon, bbox.min_lat, bbox.max_lon, bbox.max_lat),
        (179.5, -1.0, -179.5, 1.25)
    );
    assert_eq!(place("q=bethesda+md"), Place::None);
    assert_eq!(query("q=bethesda+md").unwrap().q.as_deref(), Some("bethesda md"));
    let by_state = query("state=MD&state=VA&state=MD").unwrap();
    assert_eq!(
        (by_state.place, by_state.filters.states),
        (Place::None, vec![UsState::Md, UsState::Va])
    );
}

#[test]
fn every_filter_is_read_from_an_address_and_from_a_body_alike() {
    let from_query = query(
        "postal_code=20814&q=calm&radius=10&unit=km&route=im&route=iv&indication=ptsd\
         &payment=medicaid&payment_not=CASH&coverage=AETNA&coverage=Cigna&credential=facet-3\
         &credential_tier=A&language=ES&accepting=true&integration=false&follow_up=true\
         &max_session_price=60000&max_course_cost=300000&status=caution&state=MD\
         &open_at=2026-11-23T10:00&verified_within_days=90&view=supervised&sort=course_cost\
         &unknown=include&as_of=2026-11-21&limit=0&cursor=abc",
    )
    .unwrap();
    let from_body = body(&json!({
        "postal_code": "20814", "q": "calm", "radius": 10, "unit": "km", "route": ["im", "iv"],
        "indication": ["ptsd"], "payment": "medicaid", "payment_not": ["CASH"],
        "coverage": ["AETNA", "Cigna"], "credential": ["facet-3"], "credential_tier": ["A"],
        "language": ["ES"], "accepting": true, "integration": false, "follow_up": true,
        "max_session_price": 60000, "max_course_cost": 300000.0, "status": ["caution"],
        "state": ["MD"], "open_at": "2026-11-23T10:00", "verified_within_days": 90,
        "view": "supervised", "sort": "course_cost", "unknown": "include",
        "as_of": "2026-11-21", "limit": 0, "cursor": "abc",
    }))
    .unwrap();
    assert_eq!(from_query, from_body);
    assert_eq!(from_query.canonical(), from_body.canonical());
    let request = from_query;
    assert_eq!((request.radius_m, request.unit), (10_000.0, Unit::Kilometres));
    assert_eq!(request.filters.routes, [Route::Iv, Route::Im]);
    assert_eq!(request.filters.payments, [PaymentCode::Medicaid]);
    assert_eq!(request.filters.payments_not, [PaymentCode::Cash]);
    assert_eq!(request.filters.coverage, ["aetna", "cigna"]);
    assert_eq!(request.filters.credential_tiers, [CredentialTier::A]);
    assert_eq!(request.filters.languages, ["es"]);
    assert_eq!(request.filters.accepting, Some(true));
    assert_eq!(request.filters.integration, Some(false));
    assert_eq!(request.filters.max_course_cost, Some(300_000));
    assert_eq!(request.filters.statuses, [SafetyStatus::Caution]);
    assert_eq!(request.filters.states, [UsState::Md]);
    assert_eq!(request.filters.open_at.unwrap().to_string(), "2026-11-23 10:00:00");
    assert_eq!(request.view, View::All, "a status filter shows every view");
    assert_eq!((request.sort, request.unknown), (Sort::CourseCost, Unknowns::Include));
    assert_eq!((request.limit, request.cursor.as_deref()), (0, Some("abc")));
}

#[test]
fn what_is_left_out_has_its_default_and_order_does_not_matter() {
    let request = query("postal_code=20814").unwrap();
    let expected = SearchRequest { place: request.place.clone(), ..SearchRequest::default() };
    assert_eq!(request, expected);
    assert_eq!(request.radius_m, DEFAULT_RADIUS_M);
    let one = query("route=iv&route=im&postal_code=20814").unwrap();
    let other = query("postal_code=20814&route=im&route=iv&route=im&limit=5&cursor=x").unwrap();
    assert_eq!(one.canonical(), other.canonical());
    assert_ne!(one.canonical(), request.canonical());
}

#[test]
fn the_radius_ends_at_500_miles_in_every_unit() {
    let radius = |text: &str| query(&format!("postal_code=20814&{text}")).map(|r| r.radius_m);
    assert_eq!(radius("radius=500").unwrap(), MAX_RADIUS_M);
    assert_eq!(radius("radius=804.672&unit=km").unwrap(), MAX_RADIUS_M);
    assert_eq!(radius("radius=804672&unit=m").unwrap(), MAX_RADIUS_M);
    assert_eq!(radius("radius=0").unwrap(), 0.0);
    for text in ["radius=500.1", "radius=805&unit=km", "radius=804673&unit=m", "radius=-1"] {
        let problem = radius(text).expect_err(text);
        assert_eq!(mistakes(&problem).1, ["radius out-of-range"], "{text}");
    }
}

#[test]
fn a_malformed_value_of_every_parameter_is_a_400_that_names_it() {
    let bad = [
        ("postal_code", "2081"),
        ("postal_code", "2081a"),
        ("postal_code", "20814-1234"),
        ("postal_code", "２０８１４"),
        ("state", "ZZ"),
        ("bbox", "1,2,3"),
        ("bbox", "1,2,3,4,5"),
        ("bbox", "1,2,3,x"),
        ("bbox", "-77,39,-76,38"),
        ("bbox", "-181,38,-76,39"),
        ("bbox", "-77,38,-76,91"),
        ("q", ""),
        ("q", "%20"),
        ("radius", "ten"),
        ("radius", "1e3"),
        ("radius", "NaN"),
        ("radius", "inf"),
        ("radius", "+5"),
        ("unit", "miles"),
        ("route", "drip"),
        ("indication", "x"),
        ("payment", "gold"),
        ("payment_not", "x"),
        ("coverage", ""),
        ("credential", "x"),
        ("credential_tier", "D"),
        ("language", "e"),
        ("language", "english-"),
        ("accepting", "yes"),
        ("integration", "1"),
        ("follow_up", "TRUE"),
        ("max_session_price", "-1"),
        ("max_session_price", "12.5"),
        ("max_course_cost", "99999999999999999999"),
        ("status", "safe"),
        ("open_at", "2026-11-23"),
        ("open_at", "2026-11-23T25:00"),
        ("open_at", "2026-11-23T10:00Z"),
        ("verified_within_days", "-1"),
        ("view", "none"),
        ("sort", "paid"),
        ("unknown", "maybe"),
        ("as_of", "2026-02-30"),
        ("as_of", "1999-12-31"),
        ("as_of", "2101-01-01"),
        ("as_of", "26-1-1"),
        ("limit", "201"),
        ("limit", "-1"),
        ("limit", "x"),
        ("cursor", "a b"),
        ("cursor", ""),
    ];
    for (name, value) in bad {
        let place = if matches!(name, "postal_code" | "bbox") { "" } else { "postal_code=20814&" };
        let text = format!("{place}{name}={value}");
        let problem = query(&text).expect_err(&text);
        let (kind, errors) = mistakes(&problem);
        assert_eq!(kind, "invalid-parameter", "{text}");
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        assert!(errors[0].starts_with(&format!("{name} ")), "{text}: {errors:?}");
    }
    // A parameter without such a row would slip through.
    let covered =
        |name: &str| bad.iter().any(|(n, _)| *n == name) || ["city", "lat", "lon"].contains(&name);
    for param in SEARCH {
        assert!(covered(param.name), "{} has no malformed value here", param.name);
    }
    refused("lat=91&lon=0", "invalid-parameter", &["lat out-of-range"]);
    refused("lat=389.8&lon=-771", "invalid-parameter", &["lat out-of-range", "lon out-of-range"]);
    refused(&format!("city={}&state=MD", "x".repeat(101)), "invalid-parameter", &["city invalid"]);
}

#[test]
fn places_that_do_not_go_together_are_refused() {
    assert_eq!(query("").unwrap(), SearchRequest::default(), "no place at all is by name");
    refused(
        "postal_code=20814&city=Bethesda&state=MD",
        "invalid-parameter",
        &["city second-place"],
    );
    refused("postal_code=20814&lat=39&lon=-77", "invalid-parameter", &["lat second-place"]);
    refused("lat=39&lon=-77&bbox=1,2,3,4", "invalid-parameter", &["bbox second-place"]);
    refused("lat=39", "invalid-parameter", &["lon missing"]);
    refused("lon=39", "invalid-parameter", &["lat missing"]);
    refused("city=Bethesda", "invalid-parameter", &["state missing"]);
    refused("city=Bethesda&state=MD&state=VA", "invalid-parameter", &["state missing"]);
    refused("bbox=1,2,3,4&radius=5", "invalid-parameter", &["radius not-applicable"]);
    refused("state=MD&radius=5", "invalid-parameter", &["radius not-applicable"]);
}

#[test]
fn an_address_takes_two_decimals_and_a_body_takes_all() {
    for text in ["lat=38.984&lon=-77.1", "lat=38.98&lon=-77.094", "bbox=1,2,3.001,4"] {
        let problem = query(text).expect_err(text);
        assert_eq!(problem.kind().slug(), "too-precise", "{text}");
        assert!(problem.detail().contains("POST /v1/clinics/search"), "{text}");
    }
    query("lat=38.980000&lon=-77.10").unwrap();
    let request = body(&json!({"lat": 38.984652, "lon": -77.094709})).unwrap();
    let Place::Point(point) = request.place else { panic!("a point") };
    assert_eq!((point.lat, point.lon), (38.984652, -77.094709));
    let request = body(&json!({"bbox": [-77.3001, 38.8, -76.9, 39.1]})).unwrap();
    assert!(matches!(request.place, Place::Box(_)));
}

#[test]
fn every_mistake_is_told_at_once() {
    refused(
        "postal_code=1&route=x&rout=iv&limit=9999&radius=-2",
        "unknown-parameter",
        &[
            "postal_code invalid",
            "radius out-of-range",
            "route invalid",
            "limit out-of-range",
            "rout unknown",
        ],
    );
    let problem = query("postal_code=20814&rout=iv").unwrap_err();
    assert!(problem.errors()[0].detail.contains("did you mean `route`?"));
    refused("postal_code=20814&limit=1&limit=1", "invalid-parameter", &["limit duplicate"]);
    refused("postal_code=20814&postal_code=20815", "invalid-parameter", &["postal_code duplicate"]);
}

#[test]
fn an_address_must_be_utf_8_in_percent_encoding() {
    for text in ["q=%ff", "q=%", "q=%4", "q=%zz", "q=a%00b", "q=a%0ab", "%ff=1"] {
        let problem = query(text).expect_err(text);
        assert_eq!(problem.kind().slug(), "invalid-parameter", "{text}");
    }
    assert_eq!(query("q=S%C3%A3o+Paulo%2B").unwrap().q.as_deref(), Some("São Paulo+"));
    let many = "route=iv&".repeat(201);
    assert!(query(&many).unwrap_err().detail().contains("200"));
    query(&format!("postal_code=20814&{}", "route=iv&".repeat(199))).unwrap();
}

#[test]
fn a_body_is_one_flat_object_with_the_same_names() {
    let refused = |json: Json| {
        let problem = body(&json).expect_err(&json.to_string());
        let (kind, errors) = mistakes(&problem);
        assert_eq!(kind, "invalid-body", "{json}");
        errors
    };
    let with = |name: &str, value: Json| {
        let mut json = json!({"postal_code": "20814"});
        json[name] = value;
        refused(json)
    };
    assert_eq!(refused(json!({"postal_code": 20814})), ["/postal_code invalid"]);
    assert_eq!(with("route", json!(["iv", "x"])), ["/route/1 invalid"]);
    assert_eq!(with("route", json!([])), ["/route empty"]);
    assert_eq!(with("route", json!([["iv"]])), ["/route/0 invalid"]);
    assert_eq!(with("route", json!(null)), ["/route invalid"]);
    assert_eq!(with("limit", json!("20")), ["/limit invalid"]);
    assert_eq!(with("limit", json!(20.5)), ["/limit invalid"]);
    assert_eq!(with("limit", json!([20])), ["/limit duplicate"]);
    assert_eq!(with("accepting", json!("true")), ["/accepting invalid"]);
    assert_eq!(with("radius", json!({"km": 5})), ["/radius invalid"]);
    assert_eq!(refused(json!({"bbox": [1, 2, 3]})), ["/bbox wrong-length"]);
    assert_eq!(refused(json!({"bbox": [1, 2, 3, "x"]})), ["/bbox invalid"]);
    assert_eq!(refused(json!({"bbox": "1,2,3,4"})), ["/bbox invalid"]);
    assert_eq!(with("a/b~c", json!(1)), ["/a~1b~0c unknown"]);
    assert_eq!(with("q", json!("a\u{0}b")), ["/q invalid"]);
    for text in
        ["", "[]", "null", "\"x\"", "{", "{\"q\":1}x", "{\"q\":\"a\",\"q\":\"b\"}", "\u{feff}{}"]
    {
        let problem = Params::from_json(text.as_bytes()).expect_err(text);
        assert_eq!(mistakes(&problem), ("invalid-body", vec![" invalid-json".into()]), "{text}");
    }
    let not_utf8 = Params::from_json(b"{\"q\":\"\xff\"}").unwrap_err();
    assert_eq!(not_utf8.kind().slug(), "invalid-body");
}

#[test]
fn the_table_of_parameters_is_the_one_that_is_read() {
    // Every name of the table is known to the reader, and the reader knows no other.
    let mut params = Params::from_query("").unwrap();
    search_params::read(&mut params);
    let mut asked = params.asked().to_vec();
    asked.sort_unstable();
    let mut listed: Vec<&str> = SEARCH.iter().map(|param| param.name).collect();
    listed.sort_unstable();
    assert_eq!(asked, listed);
    // Every example is a value that the reader takes.
    for param in SEARCH {
        let place = match param.name {
            "postal_code" | "bbox" | "q" => "",
            "lat" => "lon=1&",
            "lon" => "lat=1&",
            "city" => "state=MD&",
            _ => "postal_code=20814&",
        };
        let text = format!("{place}{}={}", param.name, param.example.replace(' ', "+"));
        query(&text).unwrap_or_else(|problem| panic!("{text}: {:?}", mistakes(&problem)));
    }
}
