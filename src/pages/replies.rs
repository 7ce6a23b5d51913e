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
            documents::send as send_document,
            reply::{self, Kind, Reply, ReplyView},
        },
    },
    domain::flag::REPLY_CHARS,
    http::{blocking, form::SentForm, problem::Problem, shared::Shared},
};

use super::{
    documents,
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
    takes_documents: bool,
    /// How many documents came by the link.
    so_far: u64,
    sent: bool,
    error: Option<String>,
}

/// What somebody filled in. Not for logs, so it has no debug form.
struct Filled {
    /// The value of the choice, whatever it is.
    chosen: String,
    text: String,
}

impl Filled {
    fn read(fields: &[(String, String)]) -> Self {
        let field = |name: &str| {
            let found = fields.iter().find(|(of, _)| of == name);
            found.map(|(_, value)| value.trim().replace("\r\n", "\n")).unwrap_or_default()
        };
        Self { chosen: field("kind"), text: field("text") }
    }

    /// What is sent, where that can be sent now and says something.
    fn kind(&self, view: &ReplyView) -> Option<Kind> {
        let fits = (1..=REPLY_CHARS).contains(&self.text.chars().count());
        let (_, kind) = KINDS.iter().find(|(value, _)| *value == self.chosen)?;
        (fits && view.may.contains(kind)).then_some(*kind)
    }
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

/// Takes a reply, a claim that someone else is meant with what shows it, or an appeal.
#[post("/replies/{token}")]
pub async fn take_reply(
    request: HttpRequest,
    shared: web::Data<Shared>,
    token: web::Path<String>,
    lang: Lang,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    // Nobody's files are read before the link is known to serve.
    let wanted = token.clone();
    blocking(&shared, move |app| reply::view(app, &wanted)).await?;
    let sent = SentForm::read(&request, payload.into_inner()).await?;
    let filled = Filled::read(&sent.fields);
    let wanted = token.clone();
    let (filled, refused) = blocking(&shared, move |app| {
        let refused = take(app, &wanted, &filled, &sent)?;
        Ok::<_, FlagError>((filled, refused))
    })
    .await?;
    let Some((view, error)) = refused else {
        let back = format!("{}/replies/{token}?sent", lang.prefix());
        return Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, back)).finish());
    };
    let mut page = ReplyPage::new(&shared.app, lang, &token, &view);
    for (value, _, is_chosen) in &mut page.kinds {
        *is_chosen = *value == filled.chosen;
    }
    let error = Some(lang.t(error).into_owned());
    let page = ReplyPage { text: filled.text, error, ..page };
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, lang, &page))
}

/// Takes what was sent; or gives what to show again, with the key of what is wrong.
fn take(
    app: &App,
    token: &str,
    filled: &Filled,
    sent: &SentForm,
) -> Result<Option<(ReplyView, &'static str)>, FlagError> {
    let view = reply::view(app, token)?;
    let refused = |error| Ok(Some((view.clone(), error)));
    if let Some(fault) = documents::fault(sent) {
        return refused(fault);
    }
    let Some(kind) = filled.kind(&view) else { return refused("reply-error") };
    if kind != Kind::IdentityError && !sent.files.is_empty() {
        return refused("reply-error-document");
    }
    for bytes in &sent.files {
        match send_document(app, token, bytes) {
            Ok(_) => {}
            Err(FlagError::Refused(_)) => return refused(documents::FULL),
            Err(other) => return Err(other),
        }
    }
    let documents = match kind {
        // Whatever came by the link came for this.
        Kind::IdentityError => reply::view(app, token)?.documents,
        Kind::Reply | Kind::Appeal => Vec::new(),
    };
    let reply = Reply { kind, text: filled.text.clone(), documents };
    match reply::send(app, token, &reply, app.deciders()) {
        Ok(_) => Ok(None),
        Err(FlagError::Input { .. }) => refused("reply-error"),
        Err(other) => Err(other),
    }
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
            takes_documents: app.keeps_files() && view.may.contains(&Kind::IdentityError),
            so_far: u64::try_from(view.documents.len()).unwrap_or(u64::MAX),
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
