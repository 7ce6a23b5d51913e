//! What else there is where no clinic is near.

/// Other help, each with its source. Texts are keys of the catalogue.
pub(super) struct Elsewhere {
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    pub(super) source: &'static str,
    pub(super) url: &'static str,
}

pub(super) const ELSEWHERE: &[Elsewhere] = &[
    Elsewhere {
        title: "else-medicaid-title",
        text: "else-medicaid",
        source: "else-medicaid-source",
        url: "https://zenodo.org/records/17113412",
    },
    Elsewhere {
        title: "else-spravato-title",
        text: "else-spravato",
        source: "else-spravato-source",
        url: "https://cgsmedicare.com/parta/pubs/news/2023/05/cope138216.html",
    },
    Elsewhere {
        title: "else-findtreatment-title",
        text: "else-findtreatment",
        source: "else-findtreatment-source",
        url: "https://www.einpresswire.com/article/500690467/hhs-secretary-azar-samhsa-assistant-secretary-mccance-katz-statements-on-launch-of-findtreatment-gov",
    },
    Elsewhere {
        title: "else-211-title",
        text: "else-211",
        source: "else-211-source",
        url: "https://www.211.org/",
    },
    Elsewhere {
        title: "else-va-title",
        text: "else-va",
        source: "else-va-source",
        url: "https://www.einpresswire.com/article/890803102/esketamine-treatments-for-severe-depression",
    },
    Elsewhere {
        title: "else-academic-title",
        text: "else-academic",
        source: "else-academic-source",
        url: "https://clinicaltrials.gov/",
    },
];
