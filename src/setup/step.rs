//! One step of `setup`, and how it is carried out.

use super::plan::Plan;
use super::seen::{ConfigSeen, Thing};
use super::trouble::{Act, Trouble};
use crate::safe::ServerConfig;
use crate::text::counted;
use crate::wire::{Door, Over, Response, Spot};

/// One step of `setup`.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Step {
    /// Makes the parent of the base URL's folder.
    MakeParent,
    /// Makes the folder of the base URL.
    MakeFolder,
    /// Writes a missing `config`.
    WriteConfig,
    /// Completes a `config` that an interrupted run began.
    FinishConfig {
        /// The entity tag of the existing one.
        tag: Option<String>,
    },
    /// Replaces a different `config`.
    ReplaceConfig {
        /// The entity tag of the existing one.
        tag: Option<String>,
    },
    /// Makes the folder `backups`.
    MakeBackups,
}

impl Step {
    /// Returns a description of the step for the plan.
    pub fn words(&self, config: &ServerConfig) -> String {
        let json = config.to_json();
        match self {
            Self::MakeParent => "make the folder above the one of this URL".to_owned(),
            Self::MakeFolder => "make the folder of this URL".to_owned(),
            Self::WriteConfig => format!("write the file `config`: {json}"),
            Self::FinishConfig { .. } => {
                format!("finish the file `config`, which an interrupted run began: {json}")
            }
            Self::ReplaceConfig { .. } => format!("replace the file `config` by {json}"),
            Self::MakeBackups => "make the folder `backups`".to_owned(),
        }
    }
}

/// The result of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It is done.
    Done,
    /// The file or folder existed already.
    WasThere,
    /// The server does not make folders over `WebDAV`. The folder may exist all the same.
    NotPossible {
        /// The status of its answer.
        status: u16,
    },
}

/// Carries out one step.
///
/// # Errors
/// The obstacle. Completed steps remain, and another run continues from there.
pub async fn carry_out(door: &Door, plan: &mut Plan, step: &Step) -> Result<Outcome, Trouble> {
    let outcome = match step {
        Step::MakeParent => make(door, plan, Spot::Parent).await?,
        Step::MakeFolder => make(door, plan, Spot::Folder).await?,
        Step::MakeBackups => make(door, plan, Spot::Backups).await?,
        Step::WriteConfig => write(door, plan, Over::Nothing).await?,
        Step::FinishConfig { tag } | Step::ReplaceConfig { tag } => {
            let over = tag.as_deref().map_or(Over::Anything, Over::Tagged);
            write(door, plan, over).await?
        }
    };
    match step {
        Step::MakeParent => plan.parent = Thing::Folder,
        Step::MakeFolder if matches!(outcome, Outcome::Done | Outcome::WasThere) => {
            plan.folder = Thing::Folder;
        }
        Step::MakeBackups => plan.backups = Thing::Folder,
        _ => {}
    }
    Ok(outcome)
}

async fn make(door: &Door, plan: &mut Plan, spot: Spot) -> Result<Outcome, Trouble> {
    let answer = door.make(spot).await;
    let answer = answer.map_err(|failure| Trouble::no_answer(Act::MakeFolder, &failure))?;
    plan.note(&answer);
    if answer.is_success() {
        return Ok(Outcome::Done);
    }
    let seen = match spot {
        Spot::Parent => plan.parent,
        Spot::Folder => plan.folder,
        _ => plan.backups,
    };
    // An existing folder is answered 405, by Apache a redirect. Source: RFC 4918 section 9.3.1.
    if matches!(answer.status, 301 | 405)
        && let Ok(there) = door.properties(spot).await
        && Thing::of(&there) == Thing::Folder
    {
        return Ok(Outcome::WasThere);
    }
    let makes_none = matches!(answer.status, 405 | 501);
    // A server that does not show folders may make them itself, or have them already.
    if makes_none || (matches!(seen, Thing::Unseen(_)) && matches!(answer.status, 404 | 409)) {
        return Ok(Outcome::NotPossible {
            status: answer.status,
        });
    }
    Err(Trouble::refused(
        Act::MakeFolder,
        door,
        &answer,
        &plan.software,
    ))
}

async fn write(door: &Door, plan: &mut Plan, over: Over<'_>) -> Result<Outcome, Trouble> {
    let act = Act::WriteConfig(plan.folder);
    let config = plan.wish.config;
    let answer = door.write_config(&config, over).await;
    let answer = answer.map_err(|failure| Trouble::no_answer(act, &failure))?;
    plan.note(&answer);
    if !answer.is_success() {
        if let (405 | 501, Thing::Unseen(folder)) = (answer.status, plan.folder)
            && let Ok(bare) = door.read_anonymously(Spot::Config).await
            && let Some(trouble) = Trouble::not_set_up(door, act, &answer, folder, &bare)
        {
            return Err(trouble);
        }
        // nginx answers 500 to an upload into a folder that does not exist.
        if matches!(answer.status, 404 | 409 | 500) && is_missing(door, plan.folder).await {
            return Err(Trouble::no_folder(act, &answer, &plan.software));
        }
        return Err(Trouble::refused(act, door, &answer, &plan.software));
    }
    let back = door.read(Spot::Config).await;
    let back = back.map_err(|failure| Trouble::no_answer(act, &failure))?;
    if is_stored(&back, &config) {
        plan.config = ConfigSeen::AsWished;
        return Ok(Outcome::Done);
    }
    let seen = format!(
        "config was uploaded ({}), but reading it returns {} with {}",
        answer.status,
        back.status,
        counted(back.body.length, "byte")
    );
    Err(Trouble::not_stored(seen, &plan.software))
}

/// Returns whether the folder of the URL does not exist, after the step that makes it.
async fn is_missing(door: &Door, folder: Thing) -> bool {
    match folder {
        Thing::Nothing => true,
        // A server without PROPFIND may still tell a missing folder from one that it does not list.
        Thing::Unseen(_) => {
            let answer = door.read(Spot::Folder).await;
            answer.is_ok_and(|answer| answer.proves_absence())
        }
        Thing::Folder | Thing::File => false,
    }
}

fn is_stored(back: &Response, config: &ServerConfig) -> bool {
    back.is_success() && &back.body.bytes[..] == config.to_json().as_bytes()
}
