//! Tokens that are not ours get one and the same answer, whatever is wrong with them.

use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bedside::auth::{Role, SigningKey};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, crypto::sign};
use serde_json::{Value as Json, json};

use crate::support::{Backend, accounts::signed_in, accounts::user, app::TestApp};

fn encode(json: &str) -> String {
    URL_SAFE_NO_PAD.encode(json)
}

/// A token with these two texts, whatever they hold, signed by a key.
fn signed(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// The three parts of a good token: header, claims, and the key that signed it.
struct Good {
    header: Json,
    claims: Json,
    key: SigningKey,
    token: String,
}

impl Good {
    /// The same with another header or other claims, signed by our own key.
    fn with(&self, header: &[(&str, Json)], claims: &[(&str, Json)]) -> String {
        let (mut h, mut c) = (self.header.clone(), self.claims.clone());
        for (name, value) in header {
            h[*name] = value.clone();
        }
        for (name, value) in claims {
            c[*name] = value.clone();
        }
        self.sign(&h.to_string(), &c.to_string())
    }

    fn without(&self, claim: &str) -> String {
        let mut claims = self.claims.clone();
        claims.as_object_mut().unwrap().remove(claim).unwrap();
        self.sign(&self.header.to_string(), &claims.to_string())
    }

    fn without_header(&self, member: &str) -> String {
        let mut header = self.header.clone();
        header.as_object_mut().unwrap().remove(member).unwrap();
        self.sign(&header.to_string(), &self.claims.to_string())
    }

    fn sign(&self, header: &str, claims: &str) -> String {
        signed(header, claims, &EncodingKey::from_ed_der(&self.key.private), Algorithm::EdDSA)
    }

    /// The good message under another header, with a signature of one's choice.
    fn unsigned(&self, alg: &str, signature: &str) -> String {
        let mut header = self.header.clone();
        header["alg"] = alg.into();
        format!("{}.{}.{signature}", encode(&header.to_string()), encode(&self.claims.to_string()))
    }
}

fn good(app: &TestApp) -> Good {
    let person = signed_in(app.app(), user(app.app(), &[Role::Admin]), true);
    let token = person.access_token;
    let part = |at: usize| -> Json {
        let part = token.split('.').nth(at).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let key = app.app().store.read(|reader| reader.signing_keys()).unwrap().pop().unwrap();
    Good { header: part(0), claims: part(1), key, token }
}

/// Every case by its name.
fn forged(good: &Good) -> Vec<(String, String)> {
    let now = good.claims["iat"].as_i64().unwrap();
    let (header, claims) = (good.header.to_string(), good.claims.to_string());
    let stranger = SigningKey::fresh(chrono::DateTime::UNIX_EPOCH).unwrap();
    let (message, signature) = good.token.rsplit_once('.').unwrap();
    let mut cases: Vec<(String, String)> = Vec::new();
    let mut case = |name: &str, token: String| cases.push((name.to_owned(), token));

    for alg in ["none", "None", "NONE", "nOnE", ""] {
        case(&format!("alg {alg:?}, no signature"), good.unsigned(alg, ""));
        case(&format!("alg {alg:?}, our signature"), good.unsigned(alg, signature));
    }
    case("empty signature", format!("{message}."));
    case("null signature", format!("{message}.{}", URL_SAFE_NO_PAD.encode([0; 64])));
    case("no signature part", message.to_owned());
    case("a fourth part", format!("{}.e30", good.token));
    case("half a signature", format!("{message}.{}", &signature[..signature.len() / 2]));
    case("padded signature", format!("{message}.{signature}=="));
    case("signature of another message", {
        let other = good.with(&[], &[("jti", json!("01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"))]);
        format!("{message}.{}", other.rsplit_once('.').unwrap().1)
    });
    let public = EncodingKey::from_secret(&good.key.public);
    for (name, alg) in
        [("HS256", Algorithm::HS256), ("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512)]
    {
        let mut header = good.header.clone();
        header["alg"] = name.into();
        let token = signed(&header.to_string(), &claims, &public, alg);
        case(&format!("{name} with the public key"), token);
    }
    for alg in ["RS256", "PS512", "ES256", "Ed25519", "eddsa", "EDDSA"] {
        case(&format!("alg {alg}, our signature"), good.with(&[("alg", alg.into())], &[]));
    }
    let key = EncodingKey::from_ed_der(&stranger.private);
    case("a stranger's key", signed(&header, &claims, &key, Algorithm::EdDSA));
    let long = "k".repeat(65);
    for kid in [
        "../../etc/passwd",
        "' OR '1'='1",
        "a\u{0}b",
        "",
        "unknown",
        stranger.kid.as_str(),
        long.as_str(),
    ] {
        case(&format!("kid {kid:?}"), good.with(&[("kid", kid.into())], &[]));
    }
    case("kid no text", good.with(&[("kid", json!(["a"]))], &[]));
    let brought =
        json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(&stranger.public)});
    let mut bringing = good.header.clone();
    bringing["jwk"] = brought;
    case("brings its key along", signed(&bringing.to_string(), &claims, &key, Algorithm::EdDSA));
    for (name, value) in [
        ("jku", json!("https://attacker.example/jwks.json")),
        ("x5u", json!("https://attacker.example/cert.pem")),
        ("x5c", json!(["AAAA"])),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("typ", json!("JWT")),
        ("typ", json!("AT+JWT")),
        ("typ", Json::Null),
    ] {
        case(&format!("{name} {value}"), good.with(&[(name, value)], &[]));
    }
    for member in ["typ", "kid", "alg"] {
        case(&format!("no {member}"), good.without_header(member));
    }
    for claim in ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "mfa"] {
        case(&format!("no {claim}"), good.without(claim));
    }
    for (name, value) in [
        ("iss", json!("somebody")),
        ("aud", json!("somebody")),
        ("aud", json!(["bedside-api", "somebody"])),
        ("sub", json!("admin")),
        ("sub", json!("01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11")),
        ("mfa", json!("true")),
        ("exp", json!((now + 600).to_string())),
        ("exp", json!(600.5 + now as f64)),
        ("exp", json!(9_223_372_036_854_775_808_u64)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(-1)),
        ("exp", json!(now - 31)),
        ("nbf", json!(now + 31)),
        ("iat", json!(now - 3_600)),
        ("roles", json!(["admin"])),
    ] {
        case(&format!("{name} {value}"), good.with(&[], &[(name, value)]));
    }
    let twice = format!("{},\"exp\":{}}}", claims.strip_suffix('}').unwrap(), now + 600);
    case("exp twice", good.sign(&header, &twice));
    let twice = format!("{},\"alg\":\"EdDSA\"}}", header.strip_suffix('}').unwrap());
    case("alg twice", good.sign(&twice, &claims));
    case("claims are no object", good.sign(&header, "[]"));
    case("header is no object", good.sign("\"EdDSA\"", &claims));
    case("claims are no JSON", good.sign(&header, "{"));
    case("a text", "nonsense".into());
    case("dots", "..".into());
    case("5 KB", format!("{}{}", good.token, "A".repeat(5_000)));
    case("a key that is none", "bsd_live_nonsense".into());
    case("a key that nobody has", bedside::auth::api_key::fresh().1.expose().to_owned());
    cases
}

#[test]
fn every_forged_token_gets_the_same_401_at_once() {
    let app = TestApp::with_database();
    let good = good(&app);
    let ask = |value: &str| app.get_with("/v1/admin/users", &[("Authorization", value)]);
    ask(&format!("Bearer {}", good.token)).expect(200);
    ask(&format!("bearer {}", good.token)).expect(200);
    // What is changed below is changed by us alone: without a change the token is good.
    ask(&format!("Bearer {}", good.with(&[], &[]))).expect(200);

    let cases = forged(&good);
    assert!(cases.len() >= 60, "{}", cases.len());
    let nothing = app.get("/v1/admin/users").expect(401);
    let bare = |reply: &crate::support::app::Reply| {
        let mut problem = reply.expect_problem("unauthenticated");
        problem.as_object_mut().unwrap().remove("request_id");
        problem
    };
    let mut values: Vec<(String, String)> =
        cases.into_iter().map(|(name, token)| (name, format!("Bearer {token}"))).collect();
    for value in ["Bearer", "Bearer ", "Basic YTpi", &good.token, "Bearer  x", "Token x"] {
        values.push((format!("header {value:.20}"), value.to_owned()));
    }
    for (name, value) in values {
        // A header cannot hold every character.
        if value.bytes().any(|byte| byte < b' ') {
            continue;
        }
        let reply = ask(&value);
        assert_eq!(reply.status, 401, "{name}: {}", reply.text());
        assert_eq!(bare(&reply), bare(&nothing), "{name}");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"), "{name}");
    }
    // Two headers, one of them good.
    let bearer = format!("Bearer {}", good.token);
    let two = [("Authorization", bearer.as_str()), ("Authorization", "Bearer x")];
    assert_eq!(bare(&app.get_with("/v1/admin/users", &two).expect(401)), bare(&nothing));
    // A whole 100 KB: refused as a head that is too long, or as a token.
    let huge = ask(&format!("Bearer {}", "A".repeat(100_000)));
    assert!(matches!(huge.status, 401 | 431), "{}", huge.status);
    ask(&format!("Bearer {}", good.token)).expect(200);
}

#[test]
fn judging_a_forged_token_takes_no_time() {
    let app = TestApp::with_database();
    let good = good(&app);
    let cases = forged(&good);
    let began = Instant::now();
    for (_, token) in &cases {
        assert!(app.app().identify(token).is_none());
    }
    let each = began.elapsed() / u32::try_from(cases.len()).unwrap();
    assert!(each < Duration::from_millis(5), "{each:?}");
}

#[test]
fn a_token_is_good_for_its_ten_minutes_and_the_leeway() {
    let (app, clock) = TestApp::writable(Backend::Sqlite).unwrap();
    let good = good(&app);
    let begun = bedside::clock::Clock::now(&*clock);
    for (seconds, known) in [(-30, true), (-31, false), (0, true), (629, true), (630, false)] {
        clock.set(begun + TimeDelta::seconds(seconds));
        assert_eq!(app.app().identify(&good.token).is_some(), known, "{seconds} s");
    }
}

#[test]
fn a_token_of_another_directory_is_no_good_here() {
    let (here, there) = (TestApp::with_database(), TestApp::with_database());
    let elsewhere = there.as_role(Role::Admin);
    here.get_as(&elsewhere, "/v1/admin/users").expect(401);
    there.get_as(&elsewhere, "/v1/admin/users").expect(200);
}
