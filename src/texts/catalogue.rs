//! The catalogues: files in the format of Fluent (<https://projectfluent.org>), one for each language and subject, read once.

use crate::domain::language::Language;
use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// The files of a language.
macro_rules! files {
    ($language:literal) => {
        &[
            include_str!(concat!($language, "/words.ftl")),
            include_str!(concat!($language, "/pages.ftl")),
            include_str!(concat!($language, "/notices.ftl")),
            include_str!(concat!($language, "/conversations.ftl")),
        ]
    };
}

/// What there is in a language, subject by subject.
pub(super) const fn files_of(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => files!("en"),
        Language::De => files!("de"),
        Language::Es => files!("es"),
        Language::Fr => files!("fr"),
    }
}

static CATALOGUES: LazyLock<[FluentBundle<FluentResource>; 4]> = LazyLock::new(|| Language::ALL.map(read));

/// The catalogue of a language.
pub(super) fn of(language: Language) -> &'static FluentBundle<FluentResource> {
    let [en, de, es, fr] = &*CATALOGUES;
    match language {
        Language::En => en,
        Language::De => de,
        Language::Es => es,
        Language::Fr => fr,
    }
}

fn read(language: Language) -> FluentBundle<FluentResource> {
    let tag: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Marks around arguments would be in the way where texts are compared, copied or cut. None of the languages is written from the right.
    bundle.set_use_isolating(false);
    for file in files_of(language) {
        // A message that cannot be read is left out, and a test fails.
        let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(rest, _)| rest);
        let _ = bundle.add_resource(resource);
    }
    bundle
}
