//! The one spelling of a phone, a web address, a ZIP code, an NPI, a language and a text.
//!
//! Each function gives the spelling that is kept, or what is wrong and how to mend it.

use std::borrow::Cow;

use url::{Host, Url};

use crate::import::diagnose::shortened;

/// What is wrong, and how to mend it.
type Wrong = (String, String);

/// Longest web address, in bytes.
const MOST_URL_BYTES: usize = 2_048;

/// A text without space around it; none where it is good as it stands.
pub(super) fn text(given: &str, most: usize, lines: bool) -> Result<Option<String>, Wrong> {
    let plain = |b: u8| matches!(b, b' '..=b'~');
    if given.len() <= most && given.bytes().all(plain) && has_no_space_around(given) {
        return if given.is_empty() { Err(says_nothing()) } else { Ok(None) };
    }
    let trimmed = given.trim();
    if trimmed.is_empty() {
        return Err(says_nothing());
    }
    let allowed = |c: char| lines && matches!(c, '\n' | '\t');
    if let Some(bad) = trimmed.chars().find(|c| is_hidden(*c) && !allowed(*c)) {
        let problem = format!("it holds the invisible character U+{:04X}", u32::from(bad));
        return Err((problem, "take the character out".to_owned()));
    }
    let length = trimmed.chars().count();
    if length > most {
        let problem = format!("it has {length} characters");
        return Err((problem, format!("write at most {most}")));
    }
    Ok((trimmed.len() != given.len()).then(|| trimmed.to_owned()))
}

fn says_nothing() -> Wrong {
    ("it is empty".to_owned(), "leave it out, or write what is known".to_owned())
}

fn has_no_space_around(text: &str) -> bool {
    !text.starts_with(' ') && !text.ends_with(' ')
}

/// Characters that a reader does not see and that can make a text read as another:
/// controls, directions, zero-width marks and private use.
pub(in crate::import) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E000}'..='\u{F8FF}' | '\u{E0000}'..='\u{E007F}')
}

/// A phone of the North American plan in E.164 (`+13015550142`).
///
/// # Errors
/// What is wrong with it and how to mend it.
pub fn phone(given: &str) -> Result<String, (String, String)> {
    let wrong = |problem: &str, mend: &str| Err((problem.to_owned(), mend.to_owned()));
    let (number, extension) = without_extension(given.trim());
    if given.len() > 60 || number.is_empty() {
        return wrong("it is no phone", "write it like +1 301 555 0142");
    }
    let mut digits = String::with_capacity(12);
    let mut plus = false;
    for c in number.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() && !plus => plus = true,
            _ if is_phone_punctuation(c) => {}
            'a'..='z' | 'A'..='Z' => {
                return wrong("it spells a word", "write the digits that the letters stand for");
            }
            _ => return wrong("it is no phone", "write it like +1 301 555 0142"),
        }
    }
    let national = match (digits.len(), digits.strip_prefix('1')) {
        (11, Some(national)) => national,
        (10, _) if !plus => digits.as_str(),
        (7, _) => return wrong("its area code is missing", "write it like +1 301 555 0142"),
        (11 | 12, None) if plus => {
            return wrong("it is no number of the United States", "leave it out");
        }
        (n, _) => {
            let problem = format!("it has {n} digits");
            return Err((problem, "write ten digits, or +1 and ten digits".to_owned()));
        }
    };
    let bytes = national.as_bytes();
    let starts_well = |at: usize| bytes.get(at).is_some_and(|digit| *digit >= b'2');
    if !starts_well(0) || !starts_well(3) {
        let problem = "its area code or exchange begins with 0 or 1";
        return wrong(problem, "check the number against its source");
    }
    if let Some(extension) = extension {
        let problem = format!("it has the extension {}", shortened(extension));
        return Err((problem, format!("write +1{national} and say the extension elsewhere")));
    }
    Ok(format!("+1{national}"))
}

/// Splits `301-555-0142 ext. 7` into the number and the extension.
fn without_extension(number: &str) -> (&str, Option<&str>) {
    let is_mark = |c: char| matches!(c, 'x' | 'X' | '#' | 'e' | 'E' | ';' | ',');
    let Some((main, rest)) = number.find(is_mark).and_then(|at| number.split_at_checked(at)) else {
        return (number, None);
    };
    let word = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic() || ";,#.:= ".contains(c));
    let mark: String = rest.chars().filter(char::is_ascii_alphabetic).collect();
    let known =
        matches!(mark.to_ascii_lowercase().as_str(), "" | "x" | "ext" | "extn" | "extension");
    let digits = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    if known && digits { (main.trim_end(), Some(word)) } else { (number, None) }
}

/// Spaces, dots, brackets, slashes, and every dash that a word processor makes of a hyphen.
const fn is_phone_punctuation(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{A0}' | '\u{202F}' | '.' | '·' | '(' | ')' | '/' | '-' | '\u{2010}'
            ..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}'
    )
}

/// Whether a phone in E.164 is one of those kept for fiction (555-0100 to 555-0199).
pub(super) fn is_fictional_phone(number: &str) -> bool {
    number.get(5..10).is_some_and(|middle| middle == "55501")
}

/// A web address as a browser would write it.
///
/// # Errors
/// What is wrong with it and how to mend it.
pub fn web_address(given: &str) -> Result<String, (String, String)> {
    let wrong = |problem: &str, mend: &str| Err((problem.to_owned(), mend.to_owned()));
    let given = given.trim();
    if given.chars().any(|c| c.is_whitespace() || is_hidden(c)) {
        return wrong("it holds a space or an invisible character", "write the address alone");
    }
    let Ok(url) = Url::parse(given) else {
        let shown = shortened(given);
        let bare = !given.contains("://") && given.contains('.') && !given.starts_with('/');
        let mend = match bare {
            true => format!("write https://{shown}"),
            false => "write it like https://clinic.example/".to_owned(),
        };
        return Err((format!("`{shown}` is no web address"), mend));
    };
    if !matches!(url.scheme(), "http" | "https") {
        let problem = format!("its scheme is `{}`", shortened(url.scheme()));
        return Err((problem, "write an http or https address".to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("it holds a user name or a password", "leave them out");
    }
    match url.host() {
        Some(Host::Domain(name)) if is_public_name(name) => {}
        _ => return wrong("its host is no name on the internet", "write the host's full name"),
    }
    if url.as_str().len() > MOST_URL_BYTES {
        return wrong("it is longer than 2,048 bytes", "write a shorter address");
    }
    Ok(url.into())
}

/// A name with a dot inside and a last label that is no number.
fn is_public_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    match host.rsplit_once('.') {
        Some((rest, last)) => {
            !rest.is_empty()
                && !rest.split('.').any(str::is_empty)
                && last.len() >= 2
                && !last.bytes().any(|b| b.is_ascii_digit() && !last.starts_with("xn--"))
        }
        None => false,
    }
}

/// A ZIP code as five digits, and the four after the hyphen where there are any.
///
/// # Errors
/// What is wrong with it and how to mend it.
pub fn postal_code(given: &str) -> Result<(String, Option<String>), (String, String)> {
    let digits: Cow<'_, str> = match given.trim() {
        text if text.bytes().all(|b| b.is_ascii_digit()) => Cow::Borrowed(text),
        text => text.chars().filter(|c| !is_phone_punctuation(*c)).collect::<String>().into(),
    };
    let wrong = |mend: String| Err((format!("`{}` is no ZIP code", shortened(given)), mend));
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return wrong("write five digits, or ZIP+4 like 20814-1234".to_owned());
    }
    match digits.split_at_checked(5) {
        Some((zip, "")) => Ok((zip.to_owned(), None)),
        Some((zip, suffix)) if suffix.len() == 4 => Ok((zip.to_owned(), Some(suffix.to_owned()))),
        None if digits.len() == 4 => wrong(format!("a leading zero is lost: write \"0{digits}\"")),
        _ => wrong("write five digits, or ZIP+4 like 20814-1234".to_owned()),
    }
}

/// A national provider identifier: ten digits, the last of which checks the others.
///
/// # Errors
/// What is wrong with it and how to mend it.
pub fn npi(given: &str) -> Result<String, (String, String)> {
    let number = given.trim();
    let digits = number.bytes().all(|b| b.is_ascii_digit());
    if number.len() != 10 || !digits || !number.starts_with(['1', '2']) {
        let mend = "write its ten digits, which begin with 1 or 2";
        return Err((format!("`{}` is no NPI", shortened(number)), mend.to_owned()));
    }
    // The digits of 80840, which stand before every NPI under Luhn's rule, add up to 24.
    let mut sum = 24_u32;
    for (at, byte) in number.bytes().rev().enumerate() {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        let weighed = if at % 2 == 1 { digit.wrapping_mul(2) } else { digit };
        sum = sum.wrapping_add(if weighed > 9 { weighed.wrapping_sub(9) } else { weighed });
    }
    if sum.is_multiple_of(10) {
        return Ok(number.to_owned());
    }
    let mend = "check it digit by digit against its source";
    Err((format!("the check digit of NPI {number} is wrong"), mend.to_owned()))
}

/// A language tag in the case that BCP 47 recommends; none where it has not the shape of
/// one (language, then script, region and variants).
pub(super) fn language_tag(given: &str) -> Option<String> {
    let mut tag = String::with_capacity(given.len());
    for (at, part) in given.trim().split('-').enumerate() {
        let letters = part.bytes().all(|b| b.is_ascii_alphabetic());
        let shape = part.bytes().all(|b| b.is_ascii_alphanumeric());
        match (at, part.len()) {
            (0, 2 | 3) if letters => tag.push_str(&part.to_ascii_lowercase()),
            (0, _) => return None,
            (_, 4) if letters => {
                let lower = part.to_ascii_lowercase();
                let mut rest = lower.chars();
                tag.push('-');
                tag.extend(rest.next().map(|first| first.to_ascii_uppercase()));
                tag.push_str(rest.as_str());
            }
            (_, 2) if letters => {
                tag.push('-');
                tag.push_str(&part.to_ascii_uppercase());
            }
            (_, 3) if part.bytes().all(|b| b.is_ascii_digit()) => {
                tag.push('-');
                tag.push_str(part);
            }
            (_, 4..=8) if shape => {
                tag.push('-');
                tag.push_str(&part.to_ascii_lowercase());
            }
            _ => return None,
        }
    }
    Some(tag)
}
