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
            answers::{self, AnswersInput, OneAnswer, Signer},
            form::{self, AnswerForm, Question},
        },
    },
    domain::fact::{FactSet, FactValue},
    http::{blocking, problem::Problem, shared::Shared},
    rules::{Kind, Rulebook},
};

use super::{
    evidence::value_text,
    format,
    lang::Lang,
    page::{Page, Section, html},
    site,
};

/// Behind a fact's name, the field that says that a set has no other members.
const COMPLETE: &str = ":complete";

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

    /// The answers to these questions, signed.
    fn answers(&self, questions: &[Question], rulebook: &Rulebook) -> AnswersInput {
        let vocabulary = rulebook.vocabulary();
        let answers = questions.iter().filter_map(|question| {
            let spec = vocabulary.named(&question.fact)?;
            let value = self.answer(&question.fact, &spec.kind)?;
            Some(OneAnswer { fact: question.fact.clone(), value, documents: Vec::new() })
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

/// Takes the answers, and shows the questions again with what waits for a verifier.
#[post("/answers/{token}")]
pub async fn take_answers(
    shared: web::Data<Shared>,
    token: web::Path<String>,
    lang: Lang,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let (wanted, filled) = (token.clone(), Filled(fields.into_inner()));
    let taken = blocking(&shared, move |app| {
        let form = form::form(app, &wanted)?;
        let input = filled.answers(&form.questions, &app.rulebook);
        Ok::<_, InviteError>(match answers::send(app, &wanted, &input) {
            Ok(_) => Ok(()),
            Err(InviteError::Input { pointer, .. }) => Err((form, filled, pointer)),
            Err(other) => return Err(other),
        })
    })
    .await?;
    let Err((form, filled, pointer)) = taken else {
        let back = format!("{}/answers/{token}?sent", lang.prefix());
        return Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, back)).finish());
    };
    let error = match pointer.as_str() {
        "/answers" => "answers-error-none",
        pointer if pointer.starts_with("/attested_by") => "answers-error-signer",
        _ => "answers-error-value",
    };
    let page = AnswersPage::new(&shared.app, lang, &token, &form, &filled);
    let page = AnswersPage { error: Some(lang.t(error).into_owned()), ..page };
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, lang, &page))
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
