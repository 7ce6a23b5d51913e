//! The questions that a clinic is asked by its link, as a form that works without a script or an
//! account.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{StatusCode, header},
    post, web,
};
use askama::Template;

use crate::{
    app::{
        App,
        invites::{
            InviteError,
            answers::{self, ANSWER_DOCUMENTS, AnswersInput, OneAnswer, Signer},
            documents::send as send_document,
            form::{self, AnswerForm, Question},
        },
    },
    domain::fact::{FactSet, FactValue},
    http::{blocking, form::SentForm, problem::Problem, shared::Shared},
    rules::{Kind, Rulebook},
};

use super::{
    documents,
    evidence::value_text,
    format,
    lang::Lang,
    page::{Page, Section, html},
    site,
};

/// Behind a fact's name, the field that says that a set has no other members.
const COMPLETE: &str = ":complete";

/// The field that names a document which came with the form before it could be taken.
const DOCUMENT: &str = "document";

#[derive(Template)]
#[template(path = "answers.html")]
struct AnswersPage {
    p: Page,
    path: String,
    name: String,
    expires: String,
    sent: bool,
    error: Option<String>,
    questions: Vec<Asked>,
    signer: String,
    role: String,
    takes_documents: bool,
    /// How many documents came by the link.
    so_far: u64,
    /// SHA-256 of those that go with these answers.
    kept: Vec<String>,
}

/// A question as the form shows it.
struct Asked {
    fact: String,
    text: String,
    before_label: bool,
    /// What is known, and what was answered and waits.
    lines: Vec<String>,
    field: Field,
}

/// How a question is answered. A choice is its value, its text, and whether it was chosen.
enum Field {
    One(Vec<(String, String, bool)>),
    Several { choices: Vec<(String, String, bool)>, complete: bool },
    Number { min: i64, max: i64, value: String },
}

/// What somebody filled in, by the fields' names. Not for logs, so it has no debug form.
#[derive(Default)]
struct Filled(Vec<(String, String)>);

impl Filled {
    fn one(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(of, _)| of == name);
        found.map(|(_, value)| value.trim()).unwrap_or_default()
    }

    /// SHA-256 of the documents that came before and go with these answers.
    fn documents(&self) -> Vec<String> {
        let named = self.0.iter().filter(|(of, _)| of == DOCUMENT);
        named.map(|(_, sha256)| sha256.clone()).collect()
    }

    fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(of, given)| of == name && given == value)
    }

    /// The answer to a question; `None` where it was left open. What cannot be its value is passed
    /// on as it was written, so that it is refused by name and not dropped.
    fn answer(&self, fact: &str, kind: &Kind) -> Option<FactValue> {
        let one = self.one(fact);
        match kind {
            Kind::Set(codes) => {
                let items: Vec<String> =
                    codes.iter().filter(|code| self.has(fact, code)).cloned().collect();
                let complete = self.has(&format!("{fact}{COMPLETE}"), "true");
                (complete || !items.is_empty())
                    .then_some(FactValue::Set(FactSet { items, complete }))
            }
            _ if one.is_empty() => None,
            Kind::Tri if one == "true" || one == "false" => Some(FactValue::Bool(one == "true")),
            Kind::Int { .. } => {
                Some(one.parse().map_or_else(|_| FactValue::Code(one.to_owned()), FactValue::Int))
            }
            Kind::Tri | Kind::Enum(_) => Some(FactValue::Code(one.to_owned())),
        }
    }

    /// The answers to these questions, signed, each backed by all documents of the form.
    fn answers(&self, questions: &[Question], rulebook: &Rulebook) -> AnswersInput {
        let vocabulary = rulebook.vocabulary();
        let documents = self.documents();
        let answers = questions.iter().filter_map(|question| {
            let spec = vocabulary.named(&question.fact)?;
            let value = self.answer(&question.fact, &spec.kind)?;
            Some(OneAnswer { fact: question.fact.clone(), value, documents: documents.clone() })
        });
        AnswersInput {
            attested_by: Signer {
                name: self.one("signer").to_owned(),
                role: self.one("role").to_owned(),
            },
            answers: answers.collect(),
        }
    }
}

/// The questions behind a link.
#[get("/answers/{token}")]
pub async fn answers_form(
    request: HttpRequest,
    shared: web::Data<Shared>,
    token: web::Path<String>,
    lang: Lang,
) -> Result<HttpResponse, Problem> {
    let wanted = token.clone();
    let form = blocking(&shared, move |app| form::form(app, &wanted)).await?;
    let sent = request.query_string() == "sent";
    let page = AnswersPage::new(&shared.app, lang, &token, &form, &Filled::default());
    Ok(html(StatusCode::OK, lang, &AnswersPage { sent, ..page }))
}

/// Takes the answers with the documents that back them, and shows the questions again with what
/// waits for a verifier.
#[post("/answers/{token}")]
pub async fn take_answers(
    request: HttpRequest,
    shared: web::Data<Shared>,
    token: web::Path<String>,
    lang: Lang,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    // Nobody's files are read before the link is known to serve.
    let wanted = token.clone();
    blocking(&shared, move |app| form::form(app, &wanted)).await?;
    let sent = SentForm::read(&request, payload.into_inner()).await?;
    let wanted = token.clone();
    let refused = blocking(&shared, move |app| take(app, &wanted, sent)).await?;
    let Some((form, filled, error)) = refused else {
        let back = format!("{}/answers/{token}?sent", lang.prefix());
        return Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, back)).finish());
    };
    let page = AnswersPage::new(&shared.app, lang, &token, &form, &filled);
    let page = AnswersPage { error: Some(lang.t(error).into_owned()), ..page };
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, lang, &page))
}

/// Takes what was sent; or gives the form to show again, with what was filled in and the key of
/// what is wrong.
fn take(
    app: &App,
    token: &str,
    sent: SentForm,
) -> Result<Option<(AnswerForm, Filled, &'static str)>, InviteError> {
    let form = form::form(app, token)?;
    let fault = documents::fault(&sent);
    let (files, mut filled) = (sent.files, Filled(sent.fields));
    let error = match fault {
        Some(fault) => Some(fault),
        None => keep(app, token, &files, &mut filled)?,
    };
    let only_documents = |input: &AnswersInput| input.answers.is_empty() && !files.is_empty();
    let error = match error {
        Some(error) => error,
        None => match filled.answers(&form.questions, &app.rulebook) {
            input if only_documents(&input) => return Ok(None),
            input => match answers::send(app, token, &input) {
                Ok(_) => return Ok(None),
                Err(InviteError::Input { pointer, .. }) => error_at(&pointer),
                Err(other) => return Err(other),
            },
        },
    };
    // Anew, with the documents that came now.
    Ok(Some((form::form(app, token)?, filled, error)))
}

/// Keeps the documents, and notes in the form that they go with its answers; or the key of what
/// keeps them from being taken.
fn keep(
    app: &App,
    token: &str,
    files: &[web::Bytes],
    filled: &mut Filled,
) -> Result<Option<&'static str>, InviteError> {
    if filled.documents().len().saturating_add(files.len()) > ANSWER_DOCUMENTS {
        return Ok(Some(documents::TOO_MANY));
    }
    for bytes in files {
        match send_document(app, token, bytes) {
            Ok(record) if filled.has(DOCUMENT, &record.sha256) => {}
            Ok(record) => filled.0.push((DOCUMENT.to_owned(), record.sha256)),
            Err(InviteError::Refused(_)) => return Ok(Some(documents::FULL)),
            Err(other) => return Err(other),
        }
    }
    Ok(None)
}

/// What is said of a member that cannot be taken, by its pointer.
fn error_at(pointer: &str) -> &'static str {
    match pointer {
        "/answers" => "answers-error-none",
        signer if signer.starts_with("/attested_by") => "answers-error-signer",
        _ => "answers-error-value",
    }
}

impl AnswersPage {
    fn new(app: &App, lang: Lang, token: &str, form: &AnswerForm, filled: &Filled) -> Self {
        let path = format!("/answers/{token}");
        let page = Page::new(lang, lang.t("answers-title"), &path, Section::None, site(app));
        let questions = form.questions.iter();
        Self {
            p: Page { private: true, ..page },
            path,
            name: form.name.clone(),
            expires: lang.t1("answers-until", &format::date(lang, form.expires_on)).into_owned(),
            sent: false,
            error: None,
            questions: questions
                .filter_map(|question| Asked::new(lang, question, filled, &app.rulebook))
                .collect(),
            signer: filled.one("signer").to_owned(),
            role: filled.one("role").to_owned(),
            takes_documents: app.keeps_files(),
            so_far: u64::try_from(form.documents.len()).unwrap_or(u64::MAX),
            kept: filled.documents(),
        }
    }
}

impl Asked {
    fn new(lang: Lang, question: &Question, filled: &Filled, rulebook: &Rulebook) -> Option<Self> {
        let fact = question.fact.clone();
        let spec = rulebook.vocabulary().named(&fact)?;
        let said = |value: &FactValue| value_text(lang, &fact, value, rulebook);
        let known = question.known.as_ref();
        let known = known.map_or_else(|| lang.t("not-verified").into_owned(), said);
        let mut lines = vec![lang.t1("answers-known", &known).into_owned()];
        if let Some(pending) = &question.pending {
            lines.push(lang.t1("answers-pending", &said(pending)).into_owned());
        }
        let chosen = |value: &str| filled.has(&fact, value);
        let codes = || {
            spec.kind
                .codes()
                .iter()
                .map(|code| (code.clone(), said(&FactValue::Code(code.clone())), chosen(code)))
        };
        let yes_or_no = [(true, "true"), (false, "false")];
        let field = match &spec.kind {
            Kind::Tri => Field::One(
                yes_or_no
                    .map(|(yes, value)| {
                        (value.to_owned(), said(&FactValue::Bool(yes)), chosen(value))
                    })
                    .into(),
            ),
            Kind::Enum(_) => Field::One(codes().collect()),
            Kind::Set(_) => Field::Several {
                choices: codes().collect(),
                complete: filled.has(&format!("{fact}{COMPLETE}"), "true"),
            },
            Kind::Int { min, max, .. } => {
                Field::Number { min: *min, max: *max, value: filled.one(&fact).to_owned() }
            }
        };
        let text = question.question.text(lang.into()).to_owned();
        let before_label = question.stands_before_label;
        Some(Self { fact, text, before_label, lines, field })
    }
}
