//! What exists on a server, and what must be done.

use super::seen::{ConfigSeen, Thing};
use super::step::Step;
use super::trouble::{Act, Trouble};
use crate::diagnosis::{Recognised, Words, recognised, with_url};
use crate::safe::ServerConfig;
use crate::wire::{Answer, Door, Response, Spot};

/// What a person asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wish {
    /// What `config` must contain.
    pub config: ServerConfig,
    /// Whether a different config may be replaced.
    pub replace_config: bool,
}

/// What exists on a server, and what must be done about it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// What the person asks for.
    pub wish: Wish,
    /// What exists above the base URL; a folder if nothing else is known.
    pub parent: Thing,
    /// What exists at the base URL.
    pub folder: Thing,
    /// What exists at the path of `config`.
    pub config: ConfigSeen,
    /// What exists at the path of `backups`.
    pub backups: Thing,
    /// The software that the answers show.
    pub software: Vec<Recognised>,
}

impl Plan {
    /// Returns the steps in order; empty if everything exists.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let is_empty = self.config == ConfigSeen::Missing;
        if self.parent == Thing::Nothing {
            steps.push(Step::MakeParent);
        }
        // A file implies that its folder exists.
        if matches!(self.folder, Thing::Nothing | Thing::Unseen(_)) && is_empty {
            steps.push(Step::MakeFolder);
        }
        match &self.config {
            ConfigSeen::Missing => steps.push(Step::WriteConfig),
            ConfigSeen::Unfinished { tag } => steps.push(Step::FinishConfig { tag: tag.clone() }),
            ConfigSeen::Other { tag, .. } if self.wish.replace_config => {
                steps.push(Step::ReplaceConfig { tag: tag.clone() });
            }
            ConfigSeen::AsWished | ConfigSeen::Other { .. } => {}
        }
        if matches!(self.backups, Thing::Nothing | Thing::Unseen(_)) {
            steps.push(Step::MakeBackups);
        }
        steps
    }

    /// Notes the software that an answer shows.
    pub(super) fn note(&mut self, answer: &Response) {
        note(&mut self.software, answer);
    }
}

fn note(software: &mut Vec<Recognised>, answer: &Response) {
    for one in recognised(answer) {
        if software.iter().all(|known| known.product != one.product) {
            software.push(one);
        }
    }
}

/// Looks at what exists, without changing anything.
///
/// # Errors
/// The obstacle: no answer, refused credentials, or a file where a folder should be.
pub async fn survey(door: &Door, wish: Wish) -> Result<Plan, Trouble> {
    let mut software = Vec::new();
    with_url(door.base().as_str(), &mut software);
    let config = config_seen(door, wish, &mut software).await?;
    let folder = thing(door, Spot::Folder, &mut software).await?;
    let is_empty = config == ConfigSeen::Missing;
    // A readable `config` implies that its folder exists.
    if folder == Thing::File
        || (is_empty
            && is_file(door, folder, (Spot::Folder, Spot::Below("")), &mut software).await?)
    {
        return Err(Trouble::file_in_the_way(door.base().as_str(), &software));
    }
    // Some servers answer that nothing exists where a folder is read.
    let is_asked = is_empty && folder == Thing::Folder;
    if is_asked && thing(door, Spot::Config, &mut software).await? == Thing::Folder {
        let url = door.url(Spot::Config);
        return Err(Trouble::folder_in_the_way(&url, &software));
    }
    if let (Thing::Unseen(status), ConfigSeen::Missing) = (folder, &config) {
        has_webdav(door, status, &software).await?;
    }
    let mut parent = Thing::Folder;
    if folder == Thing::Nothing
        && config == ConfigSeen::Missing
        && parent_is_a_folder(door)
        && thing(door, Spot::Parent, &mut software).await? == Thing::Nothing
    {
        if !may_make_parent(door, &mut software).await? {
            return Err(Trouble::parent_missing(door, &software));
        }
        parent = Thing::Nothing;
    }
    let backups = match folder {
        Thing::Nothing if config == ConfigSeen::Missing => Thing::Nothing,
        _ => backups_seen(door, &mut software).await?,
    };
    Ok(Plan {
        wish,
        parent,
        folder,
        config,
        backups,
        software,
    })
}

/// Returns an error if nothing is set up for certain: the plan would promise the impossible.
async fn has_webdav(door: &Door, status: u16, software: &[Recognised]) -> Result<(), Trouble> {
    let shows_folders = software
        .first()
        .is_some_and(|seen| seen.product.shows_folders());
    if shows_folders
        && matches!(status, 405 | 501)
        && let Ok(bare) = door.read_anonymously(Spot::Config).await
        && let Some(trouble) = Trouble::without_webdav(door, status, &bare)
    {
        return Err(trouble);
    }
    Ok(())
}

/// Returns whether the folder above has a name. Servers answer nothing useful for the root of a
/// site.
fn parent_is_a_folder(door: &Door) -> bool {
    door.base().path().matches('/').count() > 1
}

/// Returns whether the folder above may be made: its own parent exists, and it is not a user's
/// folder, which a cloud makes itself.
async fn may_make_parent(door: &Door, software: &mut Vec<Recognised>) -> Result<bool, Trouble> {
    let path: Vec<_> = door.base().path().split('/').collect();
    let is_of_a_user = path.len() >= 4 && path[path.len() - 4..path.len() - 2] == ["dav", "files"];
    if is_of_a_user {
        return Ok(false);
    }
    Ok(thing(door, Spot::Grandparent, software).await? == Thing::Folder)
}

async fn backups_seen(door: &Door, software: &mut Vec<Recognised>) -> Result<Thing, Trouble> {
    let backups = thing(door, Spot::Backups, software).await?;
    let spots = (Spot::Backups, Spot::Below("/backups"));
    if is_file(door, backups, spots, software).await? {
        let url = door.url(Spot::Below("/backups"));
        return Err(Trouble::file_in_the_way(&url, software));
    }
    Ok(backups)
}

/// Returns whether a file is in the place of a folder, of which `seen` was found at its URL with a
/// trailing slash, the first of the two spots; the second one is the URL without it.
///
/// For a file whose URL ends in a slash, servers answer that nothing exists, or refuse.
async fn is_file(
    door: &Door,
    seen: Thing,
    (slashed, bare): (Spot, Spot),
    software: &mut Vec<Recognised>,
) -> Result<bool, Trouble> {
    if matches!(seen, Thing::File | Thing::Folder) {
        return Ok(seen == Thing::File);
    }
    match thing(door, bare, software).await? {
        Thing::File => Ok(true),
        Thing::Folder | Thing::Nothing => Ok(false),
        // Without PROPFIND, only a file has content at the URL without the slash alone.
        Thing::Unseen(_) => {
            let content = answered(Act::Look, door.read(bare).await)?;
            if !content.is_success() || matches!(Words::of(&content.body), Some(Words::Page(_))) {
                return Ok(false);
            }
            let listing = answered(Act::Look, door.read(slashed).await)?;
            Ok(!listing.is_success())
        }
    }
}

/// Returns whether `config` is a folder, after a request for it was answered otherwise than for a
/// file.
async fn config_is_folder(
    door: &Door,
    answer: &Response,
    software: &mut Vec<Recognised>,
) -> Result<bool, Trouble> {
    if answer.is_redirect() {
        // File servers redirect the URL of a folder to the one with a slash.
        let slashed = format!("{}/", door.url(Spot::Config));
        let path = slashed.splitn(4, '/').last().unwrap_or_default();
        let to = answer.header("location").unwrap_or_default();
        return Ok(to == slashed || to.strip_prefix('/') == Some(path));
    }
    // The credentials are not sent again after they were refused.
    let may_ask = !matches!(answer.status, 401 | 429);
    Ok(may_ask && thing(door, Spot::Config, software).await? == Thing::Folder)
}

async fn config_seen(
    door: &Door,
    wish: Wish,
    software: &mut Vec<Recognised>,
) -> Result<ConfigSeen, Trouble> {
    let answer = answered(Act::Look, door.read(Spot::Config).await)?;
    note(software, &answer);
    match answer.status {
        200 if !matches!(Words::of(&answer.body), Some(Words::Page(_))) => {
            Ok(ConfigSeen::of(&answer, &wish.config))
        }
        404 | 409 | 410 => Ok(ConfigSeen::Missing),
        _ if config_is_folder(door, &answer, software).await? => {
            let url = door.url(Spot::Config);
            Err(Trouble::folder_in_the_way(&url, software))
        }
        200 => Err(Trouble::web_page(&answer)),
        _ => Err(Trouble::refused(Act::Look, door, &answer, software)),
    }
}

async fn thing(door: &Door, spot: Spot, software: &mut Vec<Recognised>) -> Result<Thing, Trouble> {
    let answer = answered(Act::Look, door.properties(spot).await)?;
    note(software, &answer);
    if answer.status == 401 || answer.status == 429 {
        return Err(Trouble::refused(Act::Look, door, &answer, software));
    }
    Ok(Thing::of(&answer))
}

#[expect(clippy::result_large_err, reason = "it ends the set-up, once")]
fn answered(act: Act, answer: Answer) -> Result<Response, Trouble> {
    answer.map_err(|failure| Trouble::no_answer(act, &failure))
}
