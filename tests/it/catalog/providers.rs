//! Providers by id, slug, key and name, before and after changes.

use bedside::{
    catalog::{Catalog, CatalogBuilder, Change, KeyKind, NameQuery, ProviderRecord, fold_name},
    domain::SafetyStatus,
};
use uuid::Uuid;

use super::synthetic::as_of;

fn provider(number: u128, name: &str, domain: &str) -> ProviderRecord {
    ProviderRecord {
        id: Uuid::from_u128(number),
        slug: format!("{}-{number}", fold_name(name).replace(' ', "-")),
        name: name.to_owned(),
        other_names: vec![format!("{name} Group")],
        status: SafetyStatus::Flagged,
        keys: vec![
            (KeyKind::Domain, domain.to_owned()),
            (KeyKind::Phone, format!("+1301555{number:04}")),
        ],
        sites: vec![Uuid::from_u128(number + 1_000)],
        item: format!("item {number}").into_bytes(),
        detail: format!("detail {number}").into_bytes(),
    }
}

fn some() -> Catalog {
    let mut builder = CatalogBuilder::new(1, as_of(), true);
    for number in 0..300 {
        builder.provider(&provider(number, &format!("Clinic {number:03}"), "shared.example"));
    }
    builder.provider(&provider(900, "Mail Order Ketamine", "mailorder.example"));
    builder.finish()
}

#[test]
fn a_provider_is_found_by_everything_that_names_it() {
    let catalog = some();
    let wanted = provider(900, "Mail Order Ketamine", "mailorder.example");
    let found = catalog.provider(wanted.id).unwrap();
    assert_eq!((found.slug(), found.name()), (wanted.slug.as_str(), wanted.name.as_str()));
    assert_eq!((found.item(), found.detail()), (&*wanted.item, &*wanted.detail));
    assert_eq!(found.sites().collect::<Vec<_>>(), wanted.sites);
    assert_eq!(found.other_names().collect::<Vec<_>>(), ["Mail Order Ketamine Group"]);
    assert_eq!(found.status(), SafetyStatus::Flagged);
    assert_eq!(catalog.provider_by_slug(&wanted.slug).unwrap().id(), wanted.id);
    for (kind, key) in [
        (KeyKind::Domain, "mailorder.example"),
        (KeyKind::Phone, "+1301555900"),
        (KeyKind::Phone, "+13015550900"),
        (KeyKind::Name, "mail order ketamine"),
        (KeyKind::Name, "mail order ketamine group"),
        (KeyKind::Npi, "mailorder.example"),
    ] {
        let found = catalog.providers_by_key(kind, key);
        let expected = usize::from(kind != KeyKind::Npi && key != "+1301555900");
        assert_eq!(found.len(), expected, "{kind:?} {key}");
    }
    assert_eq!(catalog.providers_by_key(KeyKind::Domain, "shared.example").len(), 300);
    assert!(catalog.provider(Uuid::from_u128(901)).is_none());
}

#[test]
fn the_list_is_walked_by_name_without_gap_or_repetition() {
    let catalog = some().patched(
        2,
        &[
            Change::NoProvider(Uuid::from_u128(17)),
            Change::Provider(Box::new(provider(18, "Another Name", "new.example"))),
            Change::Provider(Box::new(provider(901, "Clinic 1000", "late.example"))),
        ],
    );
    let (mut after, mut names) = (None, Vec::new());
    loop {
        let page = catalog.providers(None, after.as_ref(), 7);
        assert_eq!(page.total, 301);
        names.extend(page.providers.iter().map(|provider| fold_name(provider.name())));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!((names.len(), &names), (301, &sorted));
    assert_eq!(names[0], "another name");
}

#[test]
fn candidates_are_found_despite_typos_and_follow_changes() {
    let catalog = some();
    let query = NameQuery::new("mail ordre ketamin").unwrap();
    let page = catalog.providers(Some(&query), None, 5);
    assert_eq!((page.total, page.providers[0].name()), (1, "Mail Order Ketamine"));

    let renamed = provider(900, "Somebody Else", "mailorder.example");
    let patched = catalog.patched(2, &[Change::Provider(Box::new(renamed))]);
    assert_eq!(patched.providers(Some(&query), None, 5).total, 0);
    let found = patched.providers_by_key(KeyKind::Domain, "mailorder.example");
    assert_eq!(found.iter().map(|p| p.name()).collect::<Vec<_>>(), ["Somebody Else"]);
    assert!(patched.providers_by_key(KeyKind::Name, "mail order ketamine").is_empty());

    let rebuilt = patched.rebuilt();
    assert_eq!(rebuilt.providers(None, None, 0).total, 301);
    assert_eq!(rebuilt.provider(Uuid::from_u128(900)).unwrap().name(), "Somebody Else");
    let later = patched.patched(3, &[Change::NoProvider(Uuid::from_u128(900))]);
    assert!(later.rebased_on(&rebuilt).provider(Uuid::from_u128(900)).is_none());
    assert_eq!(later.rebased_on(&rebuilt).providers(None, None, 0).total, 300);
}
