//! One file of vectors: the parts that all files share.

use super::error::{LoadError, Recipes, Source};
use super::input::Input;
use super::output::{self, Output};
use super::recipe::Fields;
use crate::adapter::{Operation, Request};
use crate::safe::Broken;
use crate::safe::{Client, Stage};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The size of the longest file that is read, in bytes.
const MOST_BYTES: u64 = 4 << 20;

/// The version of the format.
const VERSION: u64 = 2;

/// The vectors of one subject.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct File {
    /// The subject, which is also the first part of every ID.
    pub algorithm: String,
    /// Every flag with its meaning.
    pub notes: Vec<(String, String)>,
    /// The groups.
    pub groups: Vec<Group>,
}

/// Vectors of one operation with one origin.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Group {
    /// The name.
    pub name: String,
    /// The operation.
    pub operation: Operation,
    /// The places of the requirement.
    pub source: Vec<String>,
    /// The origin of the expected answers.
    pub provenance: Vec<Provenance>,
    /// The vectors.
    pub tests: Vec<Vector>,
}

/// The origin of a part of the expected answers.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Provenance {
    /// The part, or the client.
    pub of: String,
    /// `computed`, `executed`, `published` or `read`.
    pub how: String,
    /// The tool or the document.
    pub by: String,
}

/// One vector.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Vector {
    /// The name. It never changes.
    pub id: String,
    /// The special property of the vector; for an invalid one, the mistake that would let it pass.
    pub comment: String,
    /// The flags, which the file's notes explain.
    pub flags: Vec<String>,
    /// The expected outcome.
    pub wanted: Wanted,
    /// The outputs of likely mistakes.
    pub mistakes: Vec<Mistake>,
    /// The outcomes of earlier releases, where they are known.
    pub earlier: Vec<Earlier>,
    /// The JSON in the file.
    pub text: String,
    input: Input,
}

/// The expected outcome, for all clients or for each.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Wanted {
    /// The same for every client that performs the operation at all.
    OfAll(Outcome),
    /// For Android, iOS and Desktop.
    OfEach([Outcome; 3]),
}

impl Wanted {
    /// Returns the outcome of a client.
    pub fn of(&self, client: Client) -> &Outcome {
        match self {
            Self::OfAll(outcome) => outcome,
            Self::OfEach([android, ios, desktop]) => match client {
                Client::Android => android,
                Client::Ios => ios,
                Client::Desktop => desktop,
            },
        }
    }
}

/// The outcome of an input.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// It is accepted.
    Valid {
        /// The output.
        output: Output,
        /// The reason.
        because: Option<String>,
    },
    /// It is refused.
    Invalid {
        /// The first stage that fails.
        stage: Stage,
        /// The output that is nevertheless defined.
        output: Option<Output>,
        /// Whether and how the client breaks; no implementation should copy that.
        broken: Option<Broken>,
        /// The reason.
        because: Option<String>,
    },
    /// Neither a source nor an execution shows the outcome.
    Unknown {
        /// What is missing to know it.
        because: String,
    },
    /// The client never does this.
    NotApplicable {
        /// The reason.
        because: String,
    },
}

/// The outcome of some earlier releases.
#[derive(Clone, PartialEq, Debug)]
pub struct Earlier {
    /// The names of the releases: `android-5.8`.
    pub releases: Vec<String>,
    /// The outcome of the input in these releases.
    pub outcome: Outcome,
}

/// A likely mistake, and its output.
#[derive(Clone, PartialEq, Debug)]
pub struct Mistake {
    /// The mistake.
    pub name: String,
    /// The parts of the output that it changes.
    pub gives: Output,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileParts<'a> {
    #[serde(rename = "$schema")]
    schema: String,
    algorithm: String,
    version: u64,
    number_of_tests: usize,
    #[serde(borrow)]
    notes: Fields<'a>,
    #[serde(borrow)]
    groups: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupParts<'a> {
    name: String,
    operation: Operation,
    source: Vec<String>,
    provenance: Vec<Provenance>,
    #[serde(borrow)]
    tests: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VectorParts<'a> {
    id: String,
    comment: String,
    flags: Vec<String>,
    #[serde(borrow)]
    input: &'a RawValue,
    result: Option<ResultWord>,
    stage: Option<Stage>,
    #[serde(borrow)]
    output: Option<&'a RawValue>,
    #[serde(borrow)]
    clients: Option<ClientsParts<'a>>,
    #[serde(borrow, default)]
    mistakes: Vec<Fields<'a>>,
    #[serde(borrow, default)]
    earlier: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientsParts<'a> {
    #[serde(borrow)]
    android: OutcomeParts<'a>,
    #[serde(borrow)]
    ios: OutcomeParts<'a>,
    #[serde(borrow)]
    desktop: OutcomeParts<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutcomeParts<'a> {
    result: ResultWord,
    stage: Option<Stage>,
    #[serde(borrow)]
    output: Option<&'a RawValue>,
    #[serde(default)]
    crash: bool,
    #[serde(default)]
    hang: bool,
    because: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EarlierParts<'a> {
    releases: Vec<String>,
    result: ResultWord,
    stage: Option<Stage>,
    #[serde(borrow)]
    output: Option<&'a RawValue>,
    #[serde(default)]
    crash: bool,
    #[serde(default)]
    hang: bool,
    because: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ResultWord {
    Valid,
    Invalid,
    Unknown,
    NotApplicable,
}

impl File {
    /// Parses the text of a file. `name` is for the messages.
    pub fn parse(name: &str, text: &str) -> Result<Self, LoadError> {
        Self::read(name, text, Recipes::AreMade)
    }

    /// Parses the text of a file that `parse` has accepted in a test.
    pub(super) fn parse_again(name: &str, text: &str) -> Result<Self, LoadError> {
        Self::read(name, text, Recipes::WereCompared)
    }

    fn read(name: &str, text: &str, recipes: Recipes) -> Result<Self, LoadError> {
        let source = Source {
            name,
            text,
            recipes,
        };
        if text.len() as u64 > MOST_BYTES {
            return Err(source.error(1, format!("it is longer than {MOST_BYTES} bytes")));
        }
        let parts: FileParts<'_> = source.read()?;
        let algorithm = parts.algorithm;
        if name != format!("{algorithm}.json") || parts.schema != format!("{algorithm}.schema.json")
        {
            return Err(source.error(
                1,
                format!(
                    "the name, `algorithm` ({algorithm}) and `$schema` ({}) are not of one subject",
                    parts.schema
                ),
            ));
        }
        if parts.version != VERSION {
            return Err(source.error(
                1,
                format!(
                    "version {} of the format, and {VERSION} is known",
                    parts.version
                ),
            ));
        }
        let mut notes = Vec::new();
        for (flag, meaning) in &parts.notes.0 {
            notes.push((flag.clone(), source.part(meaning)?));
        }
        let mut groups = Vec::new();
        for group in parts.groups {
            groups.push(Group::read(source, &algorithm, group)?);
        }
        let found: usize = groups.iter().map(|group| group.tests.len()).sum();
        if found != parts.number_of_tests {
            return Err(source.error(
                1,
                format!(
                    "`number_of_tests` is {}, and there are {found}",
                    parts.number_of_tests
                ),
            ));
        }
        Ok(Self {
            algorithm,
            notes,
            groups,
        })
    }

    /// Returns every vector with its group.
    pub fn vectors(&self) -> impl Iterator<Item = (&Group, &Vector)> {
        self.groups
            .iter()
            .flat_map(|group| group.tests.iter().map(move |vector| (group, vector)))
    }

    /// Returns the meaning of a flag.
    pub fn note(&self, flag: &str) -> Option<&str> {
        self.notes
            .iter()
            .find(|(known, _)| known == flag)
            .map(|(_, meaning)| meaning.as_str())
    }
}

impl Group {
    fn read<'a>(source: Source<'a>, algorithm: &str, raw: &'a RawValue) -> Result<Self, LoadError> {
        let parts: GroupParts<'a> = source.part(raw)?;
        let mut tests = Vec::new();
        for test in parts.tests {
            let vector = Vector::read(source, parts.operation, test)?;
            if vector.id.split('.').next() != Some(algorithm) {
                let reason = format!("the ID `{}` does not begin with `{algorithm}.`", vector.id);
                return Err(source.error(source.line_of(test), reason));
            }
            tests.push(vector);
        }
        Ok(Self {
            name: parts.name,
            operation: parts.operation,
            source: parts.source,
            provenance: parts.provenance,
            tests,
        })
    }
}

impl Vector {
    fn read<'a>(
        source: Source<'a>,
        operation: Operation,
        raw: &'a RawValue,
    ) -> Result<Self, LoadError> {
        let parts: VectorParts<'a> = source.part(raw)?;
        let id = parts.id;
        let named = |mut error: LoadError| {
            error.reason = format!("`{id}`: {}", error.reason);
            error
        };
        let all = |result| OutcomeParts {
            result,
            stage: parts.stage,
            output: parts.output,
            crash: false,
            hang: false,
            because: None,
        };
        let read = |parts| Outcome::read(operation, source, raw, parts);
        let wanted = match (parts.result, parts.clients) {
            (Some(result @ (ResultWord::Valid | ResultWord::Invalid)), None) => {
                read(all(result)).map(Wanted::OfAll)
            }
            (None, Some(clients)) if parts.stage.is_none() && parts.output.is_none() => {
                let [android, ios, desktop] =
                    [clients.android, clients.ios, clients.desktop].map(read);
                android.and_then(|android| Ok(Wanted::OfEach([android, ios?, desktop?])))
            }
            _ => Err(source.error(
                source.line_of(raw),
                "a vector has `result` (valid or invalid) with what belongs to it, or `clients`",
            )),
        };
        let mut mistakes = Vec::new();
        for mistake in parts.mistakes {
            mistakes.push(Mistake::read(source, raw, mistake).map_err(named)?);
        }
        let mut earlier = Vec::new();
        for one in parts.earlier {
            earlier.push(Earlier::read(operation, source, one).map_err(named)?);
        }
        Ok(Self {
            earlier,
            input: Input::read(operation, source, parts.input).map_err(named)?,
            wanted: wanted.map_err(named)?,
            mistakes,
            comment: parts.comment,
            flags: parts.flags,
            text: raw.get().to_owned(),
            id,
        })
    }

    /// Returns the request, with every recipe expanded.
    pub fn request(&self) -> Request {
        self.input.request()
    }

    /// Returns whether it needs 1 GiB of memory, and so runs only on request.
    pub fn is_large(&self) -> bool {
        self.flags.iter().any(|flag| flag == "LargeMemory")
    }
}

impl Outcome {
    fn read<'a>(
        operation: Operation,
        source: Source<'a>,
        raw: &'a RawValue,
        parts: OutcomeParts<'a>,
    ) -> Result<Self, LoadError> {
        let wrong = |what: &str| Err(source.error(source.line_of(raw), what));
        let OutcomeParts {
            result,
            stage,
            output,
            crash,
            hang,
            because,
        } = parts;
        let broken = match (crash, hang) {
            (false, false) => None,
            (true, false) => Some(Broken::Crash),
            (false, true) => Some(Broken::Hang),
            (true, true) => return wrong("a client crashes or hangs, not both"),
        };
        match (result, stage) {
            (ResultWord::Valid, None) if broken.is_none() => Ok(Self::Valid {
                output: output::of_valid(operation, source, output).map_err(|mut error| {
                    error.line = error.line.max(source.line_of(raw));
                    error
                })?,
                because,
            }),
            (ResultWord::Invalid, Some(stage)) => Ok(Self::Invalid {
                stage,
                output: output::of_invalid(operation, source, output)?,
                broken,
                because,
            }),
            (ResultWord::Unknown | ResultWord::NotApplicable, None)
                if broken.is_none() && output.is_none() =>
            {
                let Some(because) = because else {
                    return wrong(
                        "an outcome that is not known, or not applicable, says `because`",
                    );
                };
                Ok(match result {
                    ResultWord::Unknown => Self::Unknown { because },
                    _ => Self::NotApplicable { because },
                })
            }
            _ => wrong(
                "an outcome is `valid` with an output, `invalid` with a `stage`, or neither and says `because`",
            ),
        }
    }
}

impl Earlier {
    fn read<'a>(
        operation: Operation,
        source: Source<'a>,
        raw: &'a RawValue,
    ) -> Result<Self, LoadError> {
        let EarlierParts {
            releases,
            result,
            stage,
            output,
            crash,
            hang,
            because,
        } = source.part(raw)?;
        let outcome = OutcomeParts {
            result,
            stage,
            output,
            crash,
            hang,
            because,
        };
        Ok(Self {
            releases,
            outcome: Outcome::read(operation, source, raw, outcome)?,
        })
    }
}

impl Mistake {
    fn read<'a>(
        source: Source<'a>,
        vector: &'a RawValue,
        mut parts: Fields<'a>,
    ) -> Result<Self, LoadError> {
        let place = parts.0.iter().position(|(key, _)| key == "name");
        let Some((_, name)) = place.map(|place| parts.0.remove(place)) else {
            return Err(source.error(source.line_of(vector), "a mistake without a `name`"));
        };
        let name = source.part::<String>(name)?;
        Ok(Self {
            name,
            gives: output::of_mistake(source, &parts)?,
        })
    }
}
