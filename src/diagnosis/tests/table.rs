//! The table: for each problem, a scene that shows it and a near miss.

use super::super::*;
use super::rows_answers::{ROWS_2, ROWS_3};
use super::rows_config::ROWS_5;
use super::rows_found::{ROWS_0, ROWS_1};
use super::rows_partly::ROWS_6;
use super::rows_tls::ROWS_4;
use super::scene::*;

/// The ID of a problem, a scene that shows it, and a near miss.
pub(super) type Row = (&'static str, fn() -> Scene, fn() -> Scene);

#[test]
fn each_problem_is_named_where_it_is_and_not_where_it_nearly_is() {
    let rows: Vec<&Row> = [ROWS_0, ROWS_1, ROWS_2, ROWS_3, ROWS_4, ROWS_5, ROWS_6]
        .into_iter()
        .flatten()
        .collect();
    let mut wrong = Vec::new();
    for problem in CATALOGUE {
        let own: Vec<_> = rows
            .iter()
            .filter(|(name, _, _)| problem.id.strip_prefix("problem.") == Some(name))
            .collect();
        if own.is_empty() {
            wrong.push(format!("{}: no row of the table", problem.id));
        }
        for (_, shows, nearly) in own {
            let (named, missed) = (shows().problems(), nearly().problems());
            if !named.iter().any(|id| id == problem.id) {
                wrong.push(format!("{}: {named:?} instead", problem.id));
            }
            if missed.iter().any(|id| id == problem.id) {
                wrong.push(format!("{}: named by its near miss", problem.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (name, _, _) in rows {
        let id = format!("problem.{name}");
        assert!(Problem::of(&id).is_some(), "{id} is in no catalogue");
    }
    assert!(CATALOGUE.len() >= 70);
}

#[test]
fn a_first_upload_that_stays_may_be_write_once_storage() {
    let problem = "problem.no-overwrite".to_owned();
    assert_eq!(deviates("upload.overwrite").problems(), [problem]);
    let mixed = "problem.overwrite-damages".to_owned();
    assert_eq!(deviates_at("upload.overwrite", "size").problems(), [mixed]);
}
