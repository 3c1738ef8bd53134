//! The forms in which a report is written: each is a line here.

use super::Report;
use crate::wire::Scrub;

/// A form of a report.
#[derive(Debug)]
pub(crate) struct Form {
    /// The name, as `--report` takes it.
    pub(crate) name: &'static str,
    /// Whether it goes to standard output where no file is named.
    pub(crate) is_for_stdout: bool,
    is_json: bool,
    text: fn(&Report) -> String,
}

impl Form {
    const fn new(name: &'static str, text: fn(&Report) -> String) -> Self {
        Self {
            name,
            is_for_stdout: false,
            is_json: false,
            text,
        }
    }

    /// Returns the form of this name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        FORMS.iter().find(|form| form.name == name)
    }

    /// Returns the report in this form, without secrets.
    pub(crate) fn write(&self, report: &Report, scrub: &Scrub) -> String {
        let text = (self.text)(report);
        if self.is_json {
            scrub.json(&text)
        } else {
            scrub.text(&text)
        }
    }

    /// Returns the names of all forms: `json, html or github`.
    pub(crate) fn names() -> String {
        or(FORMS.iter().map(|form| form.name.to_owned()))
    }

    /// Returns all forms as `--report` takes them: `json=FILE, html=FILE or github`.
    pub(crate) fn usage() -> String {
        or(FORMS.iter().map(|form| {
            let file = if form.is_for_stdout { "" } else { "=FILE" };
            format!("{}{file}", form.name)
        }))
    }
}

/// Every form.
static FORMS: &[Form] = &[
    Form {
        is_json: true,
        ..Form::new("json", Report::to_json)
    },
    Form::new("html", Report::to_html),
    Form::new("junit", Report::to_junit),
    Form::new("markdown", Report::to_markdown),
    // The annotations go where GitHub reads them.
    Form {
        is_for_stdout: true,
        ..Form::new("github", Report::to_github)
    },
];

fn or(names: impl Iterator<Item = String>) -> String {
    let names: Vec<_> = names.collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.join(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_has_one_name() {
        for form in FORMS {
            let known = Form::named(form.name).expect("it is found");
            assert!(std::ptr::eq(known, form), "{} stands twice", form.name);
        }
        assert!(Form::usage().ends_with(" or github"), "{}", Form::usage());
    }
}
