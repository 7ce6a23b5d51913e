//! What is claimed about a provider, behind the link of its notice, and its answer: a form that
//! works without a script or an account.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{StatusCode, header},
    post, web,
};
use askama::Template;

use crate::{
    app::{
        App,
        flags::{
            FlagError,
            reply::{self, Kind, Reply, ReplyView},
        },
    },
    domain::flag::REPLY_CHARS,
    http::{blocking, problem::Problem, shared::Shared},
};

use super::{
    evidence::value_text,
    format,
    lang::Lang,
    page::{Page, Section, html},
    reasoned::reasoned,
    site,
    sources::UrlView,
};

/// What can be sent, by the value of the form's choice.
const KINDS: [(&str, Kind); 3] =
    [("reply", Kind::Reply), ("identity_error", Kind::IdentityError), ("appeal", Kind::Appeal)];

#[derive(Template)]
#[template(path = "replies.html")]
struct ReplyPage {
    p: Page,
    path: String,
    name: String,
    rule: String,
    plain: String,
    clears: (String, &'static str),
    facts: Vec<Claimed>,
    dates: Vec<String>,
    reply: Option<String>,
    /// Value and text of what can be sent now, and whether it was chosen.
    kinds: Vec<(&'static str, String, bool)>,
    text: String,
    sent: bool,
    error: Option<String>,
}

/// A fact that the finding rests on, with its sources.
struct Claimed {
    label: String,
    value: String,
    sources: Vec<Source>,
}

/// A source.
struct Source {
    day: Option<String>,
    url: Option<UrlView>,
    excerpt: Option<String>,
}

/// What is claimed, and what can be sent.
#[get("/replies/{token}")]
pub async fn reply_form(
    request: HttpRequest,
    shared: web::Data<Shared>,
    token: web::Path<String>,
    lang: Lang,
) -> Result<HttpResponse, Problem> {
    let wanted = token.clone();
    let view = blocking(&shared, move |app| reply::view(app, &wanted)).await?;
    let sent = request.query_string() == "sent";
    let page = ReplyPage::new(&shared.app, lang, &token, &view);
    Ok(html(StatusCode::OK, lang, &ReplyPage { sent, ..page }))
}

/// Takes a reply, a claim that someone else is meant, or an appeal.
#[post("/replies/{token}")]
pub async fn take_reply(
    shared: web::Data<Shared>,
    token: web::Path<String>,
    lang: Lang,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let field = |name: &str| {
        let found = fields.iter().find(|(of, _)| of == name);
        found.map(|(_, value)| value.trim().replace("\r\n", "\n")).unwrap_or_default()
    };
    let (chosen, text) = (field("kind"), field("text"));
    let kind = KINDS.iter().find(|(value, _)| *value == chosen).map(|(_, kind)| *kind);
    let fits = (1..=REPLY_CHARS).contains(&text.chars().count());
    let reply = kind.filter(|_| fits).map(|kind| Reply { kind, text: text.clone() });
    let wanted = token.clone();
    let taken = blocking(&shared, move |app| {
        let view = reply::view(app, &wanted)?;
        let Some(reply) = reply.filter(|reply| view.may.contains(&reply.kind)) else {
            return Ok(Err(view));
        };
        match reply::send(app, &wanted, &reply, app.deciders()) {
            Ok(_) => Ok(Ok(())),
            Err(FlagError::Input { .. }) => Ok(Err(view)),
            Err(other) => Err(other),
        }
    })
    .await?;
    let Err(view) = taken else {
        let back = format!("{}/replies/{token}?sent", lang.prefix());
        return Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, back)).finish());
    };
    let mut page = ReplyPage::new(&shared.app, lang, &token, &view);
    for (value, _, is_chosen) in &mut page.kinds {
        *is_chosen = *value == chosen;
    }
    let page = ReplyPage { text, error: Some(lang.t("reply-error").into_owned()), ..page };
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, lang, &page))
}

impl ReplyPage {
    fn new(app: &App, lang: Lang, token: &str, view: &ReplyView) -> Self {
        let path = format!("/replies/{token}");
        let page = Page::new(lang, lang.t("reply-title"), &path, Section::None, site(app));
        let rule = app.rulebook.rule(&view.rule).map(|(_, rule)| rule);
        let plain = rule.map_or(view.plain.as_str(), |rule| rule.plain.text(lang.into()));
        let (clears, clears_in) = rule.map_or((view.clears_when.as_str(), Lang::En), |rule| {
            let (_, clears, of) = reasoned(lang, rule);
            (clears, of)
        });
        let dated = [
            ("flag-told-on", view.notified_on),
            ("reply-by", view.respond_by),
            ("flag-shown-on", view.published_on),
            ("flag-appeal-by", view.appeal_by),
            ("flag-answer-by", view.answer_by),
            ("flag-counts-until", view.expires_on),
            ("flag-ended-on", view.closed_on),
        ];
        let date = |(key, day): (&str, Option<chrono::NaiveDate>)| {
            Some(lang.t1(key, &format::date(lang, day?)).into_owned())
        };
        Self {
            p: Page { private: true, ..page },
            path,
            name: view.provider.name.clone(),
            rule: view.rule.clone(),
            plain: plain.to_owned(),
            clears: (clears.to_owned(), clears_in.tag()),
            facts: view.evidence.iter().map(|fact| Claimed::new(app, lang, fact)).collect(),
            dates: dated.into_iter().filter_map(date).collect(),
            reply: view.reply.clone(),
            kinds: KINDS
                .iter()
                .filter(|(_, kind)| view.may.contains(kind))
                .map(|(value, _)| {
                    (*value, lang.t(&format!("reply-kind-{value}")).into_owned(), false)
                })
                .collect(),
            text: String::new(),
            sent: false,
            error: None,
        }
    }
}

impl Claimed {
    fn new(app: &App, lang: Lang, fact: &crate::app::answer::FlagEvidence) -> Self {
        let spec = app.rulebook.vocabulary().named(&fact.fact);
        let label = spec.map_or(fact.label.as_str(), |spec| spec.label.text(lang.into()));
        let sources = fact.sources.iter().map(|source| Source {
            day: source.captured_on.map(|day| format::date(lang, day)),
            url: source.url.as_deref().and_then(UrlView::new),
            excerpt: source.excerpt.clone(),
        });
        Self {
            label: label.to_owned(),
            value: value_text(lang, &fact.fact, &fact.value, &app.rulebook),
            sources: sources.collect(),
        }
    }
}
