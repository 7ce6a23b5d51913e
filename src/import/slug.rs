//! Names in addresses: `calliope-health-ketamine-bethesda-md`.

use unicode_normalization::UnicodeNormalization as _;

use crate::domain::place::Address;

/// Longest slug, in bytes.
pub const MOST_SLUG_BYTES: usize = 80;

/// Room that a number behind a slug may take.
const NUMBER_BYTES: usize = 8;

/// Words that stand for something else where a slug could stand.
const TAKEN_WORDS: &[&str] = &["batch", "compare", "export", "feed", "new", "search"];

/// A slug made of a name and, for a site, of its city and state.
///
/// The name gives way where both together would be too long. A name without a Latin letter
/// or digit leaves `listing`.
#[must_use]
pub fn slug(name: &str, address: Option<&Address>) -> String {
    let mut place = String::new();
    if let Some(Address { city, state, .. }) = address {
        append_words(&mut place, city.as_deref().unwrap_or_default());
        append_words(&mut place, state.map_or("", |state| state.as_str()));
    }
    let most = MOST_SLUG_BYTES.saturating_sub(NUMBER_BYTES);
    cut_at_word(&mut place, most / 2);

    let mut slug = String::new();
    append_words(&mut slug, name);
    if slug.is_empty() {
        slug.push_str("listing");
    }
    let room = most.saturating_sub(place.len());
    cut_at_word(&mut slug, room.saturating_sub(1));
    if !place.is_empty() {
        slug.push('-');
        slug.push_str(&place);
    }
    if TAKEN_WORDS.contains(&slug.as_str()) || uuid::Uuid::try_parse(&slug).is_ok() {
        slug.push_str("-listing");
    }
    slug
}

/// The first of `slug`, `slug-2`, `slug-3` and so on that could be reserved.
pub fn first_free(slug: String, mut reserve: impl FnMut(&str) -> bool) -> String {
    if reserve(&slug) {
        return slug;
    }
    let mut number = 2_u64;
    loop {
        let numbered = format!("{slug}-{number}");
        if reserve(&numbered) {
            return numbered;
        }
        number = number.saturating_add(1);
    }
}

/// Appends a text as lower-case ASCII words with hyphens between them.
fn append_words(slug: &mut String, text: &str) {
    let mut gap = true;
    for c in text.nfkd() {
        let mut letter = [0; 4];
        let piece: &str = match c {
            'a'..='z' | '0'..='9' | 'A'..='Z' => c.to_ascii_lowercase().encode_utf8(&mut letter),
            // Marks of the letter before, and apostrophes, part no word.
            '\u{300}'..='\u{36F}' | '\'' | '’' | '‘' | 'ʼ' => continue,
            'ß' => "ss",
            'æ' | 'Æ' => "ae",
            'œ' | 'Œ' => "oe",
            'ø' | 'Ø' => "o",
            'ł' | 'Ł' => "l",
            'đ' | 'Đ' | 'ð' | 'Ð' => "d",
            'þ' | 'Þ' => "th",
            'ı' => "i",
            '&' => {
                gap = true;
                "and"
            }
            _ => {
                gap = true;
                continue;
            }
        };
        if std::mem::replace(&mut gap, c == '&') && !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(piece);
    }
}

/// Shortens a slug to so many bytes, at a hyphen where there is one in the last half.
fn cut_at_word(slug: &mut String, most: usize) {
    if slug.len() <= most {
        return;
    }
    let at_hyphen = slug.get(..=most).and_then(|kept| kept.rfind('-'));
    slug.truncate(at_hyphen.filter(|at| at.saturating_mul(2) > most).unwrap_or(most));
    slug.truncate(slug.trim_end_matches('-').len());
}
