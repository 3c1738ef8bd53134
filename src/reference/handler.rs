//! From one request to its answer.

use super::answer::{
    Answer, Closed, empty, http_date, not_allowed, page, redirect, refusal, without_content,
};
use super::body::{declared_length, drain};
use super::call::Call;
use super::faults::Fault;
use super::profile::{Front, Habit, Line, Seen};
use super::route::Route;
use super::site::Site;
use super::tree::Act;
use super::{auth, bin, cloud, config, get, listing, put, tree};
use http::header::{ACCEPT, AUTHORIZATION, DATE, HeaderValue, RETRY_AFTER};
use http::header::{SET_COOKIE, USER_AGENT};
use http::{Method, Request, StatusCode};
use hyper::body::Incoming;

/// The body size from which [`Fault::ChallengeResetsUpload`] closes the connection, in bytes.
const RESET_ABOVE: u64 = 64 * 1024;

/// The number of the first request that [`Fault::RateLimited`] answers with 429.
const FIRST_LIMITED: usize = 12;

/// How to continue with a request, decided by its head.
enum Decision {
    /// Send this answer, whatever the body is.
    Answer(Answer),
    /// Send this answer, unless the body is long.
    AnswerUnlessLong(Answer),
    /// Receive it as the backup with this ID.
    Receive(String),
    /// Receive it as another file.
    Write,
    /// Receive it as a poll for a login.
    Poll,
    /// Close the connection.
    Close,
}

/// Answers one request, or closes the connection.
pub(super) async fn answer(
    site: &Site,
    line: &Line,
    request: Request<Incoming>,
) -> Result<Answer, Closed> {
    let (parts, mut body) = request.into_parts();
    let number = site.log.arrived(&parts);
    if line.ends_before_answer() {
        return Err(Closed);
    }
    let aim = site.aim(parts.uri.path());
    let call = Call {
        parts: &parts,
        route: &aim.route,
        spot: aim.spot.as_ref(),
        declared: declared_length(&body),
    };
    // The request counts as running until its answer is ready.
    let _passing;
    let mut answer = match site.manner.front().await {
        Front::Closed => {
            line.close();
            return Err(Closed);
        }
        Front::Refused(answer) => {
            hear_out(site, &call, &mut body, None).await?;
            answer
        }
        Front::Passed(running) => {
            _passing = running;
            serve(site, &call, &mut body).await?
        }
    };
    add_headers(site, &call, &mut answer);
    if let Some(dialect) = site.manner.dialect {
        dialect.put(&parts, &aim.route, &mut answer);
    }
    if parts.method == Method::HEAD {
        answer = without_content(answer);
    }
    tokio::time::sleep(site.delay).await;
    let seen = Seen {
        path: parts.uri.path(),
        status: answer.status().as_u16(),
        had_credentials: parts.headers.contains_key(AUTHORIZATION),
    };
    site.manner.saw(&seen).await;
    site.log.answered(number, answer.status());
    line.answered();
    Ok(answer)
}

/// Answers a request that has passed the front, as soon as a process is free.
async fn serve(site: &Site, call: &Call<'_>, body: &mut Incoming) -> Result<Answer, Closed> {
    let _shift = site.manner.begin().await;
    if call.parts.method != Method::PUT {
        site.manner.work().await;
    }
    site.catch_up();
    let decision = decide(site, call);
    if call.parts.method == Method::PUT && !matches!(decision, Decision::Receive(_)) {
        site.manner.work().await;
    }
    match decision {
        Decision::Answer(answer) => {
            hear_out(site, call, body, None).await?;
            Ok(answer)
        }
        Decision::AnswerUnlessLong(answer) => {
            hear_out(site, call, body, Some(RESET_ABOVE)).await?;
            Ok(answer)
        }
        Decision::Receive(id) => put::receive(site, call, &id, body).await,
        Decision::Write => Ok(tree::write(site, call, body).await),
        Decision::Poll => Ok(cloud::poll(site, call, body).await),
        Decision::Close => Err(Closed),
    }
}

/// Reads a body that is not used; more than `tolerated` bytes close the connection.
async fn hear_out(
    site: &Site,
    call: &Call<'_>,
    body: &mut Incoming,
    tolerated: Option<u64>,
) -> Result<(), Closed> {
    let too_long = |length: u64| tolerated.is_some_and(|tolerated| length > tolerated);
    if call.declared.is_some_and(too_long) {
        return Err(Closed);
    }
    if call.expects_continue() {
        // The client does not send the body, because it gets an answer first.
        return Ok(());
    }
    match drain(body, site.limit()).await {
        Ok(length) if too_long(length) => Err(Closed),
        // A body that breaks off or does not end does not change the answer.
        Ok(_) | Err(_) => Ok(()),
    }
}

fn add_headers(site: &Site, call: &Call<'_>, answer: &mut Answer) {
    // The clock by which the retention is counted, not the clock of the machine.
    if let Some(now) = http_date(site.store.now()) {
        answer.headers_mut().insert(DATE, now);
    }
    if site.has(Fault::SessionCookie) && auth::is_known(site, call) {
        // PHP also sends superseded values: the last one counts.
        let superseded = site
            .manner
            .does(Habit::RepeatedCookies)
            .then_some("superseded");
        for value in superseded.into_iter().chain([site.session.as_str()]) {
            let cookie = format!("session={value}; Path=/; HttpOnly");
            if let Ok(cookie) = HeaderValue::try_from(cookie) {
                answer.headers_mut().append(SET_COOKIE, cookie);
            }
        }
    }
    if site.has(Fault::CredentialsEchoed)
        && let Some(authorization) = call.parts.headers.get(AUTHORIZATION)
    {
        let echo = authorization.clone();
        answer.headers_mut().insert("x-debug-authorization", echo);
    }
    if site.has(Fault::ClockWrong)
        && let Ok(date) = HeaderValue::try_from(date_ahead())
    {
        answer.headers_mut().insert(DATE, date);
    }
}

/// Returns the time two hours from now, in the form of `Date`.
fn date_ahead() -> String {
    let now = jiff::Timestamp::now();
    let then = jiff::Timestamp::from_second(now.as_second() + 7200).unwrap_or(now);
    then.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn decide(site: &Site, call: &Call<'_>) -> Decision {
    if let Some(answer) = cloud::status(site, call).or_else(|| broken_altogether(site, call)) {
        return Decision::Answer(answer);
    }
    match cloud::page(site, call) {
        Some(cloud::Page::Answer(answer)) => return Decision::Answer(answer),
        Some(cloud::Page::Poll) => return Decision::Poll,
        None => {}
    }
    let in_bin =
        bin::asked_for(site, call.parts.uri.path()).filter(|_| site.manner.does(Habit::Bin));
    let is_ours = in_bin.is_some() || call.spot.is_some() || cloud::guards(site, call);
    if *call.route == Route::Outside && !is_ours {
        return Decision::Answer(refusal(StatusCode::NOT_FOUND));
    }
    if let Some(answer) = site.manner.locked_out() {
        return Decision::Answer(answer);
    }
    let user_agent = call.parts.headers.get(USER_AGENT);
    if site.manner.does(Habit::ReadHeaders) && !has_expected_headers(call) {
        return Decision::Answer(empty(StatusCode::BAD_REQUEST));
    }
    if site.has(Fault::UserAgentExact) && user_agent.is_none_or(|value| value != "Threema") {
        return Decision::Answer(empty(StatusCode::BAD_REQUEST));
    }
    if let Some(answer) = auth::turned_away(site, call) {
        let resets = site.has(Fault::ChallengeResetsUpload)
            && call.parts.method == Method::PUT
            && !call.parts.headers.contains_key(AUTHORIZATION);
        return if resets {
            Decision::AnswerUnlessLong(answer)
        } else {
            Decision::Answer(answer)
        };
    }
    if let Some(name) = in_bin {
        return Decision::Answer(bin::answer(site, call, name));
    }
    allowed(site, call)
}

/// Returns how to continue with a request that has access.
fn allowed(site: &Site, call: &Call<'_>) -> Decision {
    match tree::act(site, call) {
        Some(Act::Answer(answer)) => return Decision::Answer(answer),
        Some(Act::Write) => return Decision::Write,
        None => {}
    }
    match call.route {
        Route::Backup(id) => backup(site, call, id),
        Route::BackupFolder(id) if site.has(Fault::RedirectTrailing) => backup(site, call, id),
        Route::Outside if cloud::guards(site, call) => {
            Decision::Answer(cloud::above_the_files(site, call))
        }
        _ => Decision::Answer(anything_else(site, call)),
    }
}

/// Returns whether the `User-Agent` names Threema, and `config` is requested as JSON.
fn has_expected_headers(call: &Call<'_>) -> bool {
    let says = |name, expected: fn(&str) -> bool| {
        let value = call.parts.headers.get(name);
        value.is_some_and(|value| value.to_str().is_ok_and(expected))
    };
    let names_threema = says(USER_AGENT, |value| value.contains("Threema"));
    let takes_json = says(ACCEPT, |value| value.starts_with("application/json"));
    names_threema && (*call.route != Route::Config || takes_json)
}

/// Returns whether this is one of the downloads of backups, with credentials, that fail.
fn fails_at_times(site: &Site, call: &Call<'_>) -> bool {
    let faults = [
        (Fault::UpstreamRestarts, 10),
        (Fault::UpstreamOverloaded, 3),
    ];
    let Some((_, one_in)) = faults.into_iter().find(|(fault, _)| site.has(*fault)) else {
        return false;
    };
    let is_download = call.parts.method == Method::GET && matches!(call.route, Route::Backup(_));
    is_download && auth::is_known(site, call) && site.count_download().is_multiple_of(one_in)
}

/// Returns the answer of a server on which nothing works.
fn broken_altogether(site: &Site, call: &Call<'_>) -> Option<Answer> {
    let number = site.count_request();
    if site.has(Fault::UpstreamDown) || fails_at_times(site, call) {
        let title = "502 Bad Gateway";
        return Some(page(StatusCode::BAD_GATEWAY, title, "<h1>Bad Gateway</h1>"));
    }
    if site.has(Fault::Maintenance) {
        return Some(config::maintenance());
    }
    if site.has(Fault::RateLimited) && number >= FIRST_LIMITED {
        let mut answer = refusal(StatusCode::TOO_MANY_REQUESTS);
        let seconds = HeaderValue::from_static("120");
        answer.headers_mut().insert(RETRY_AFTER, seconds);
        return Some(answer);
    }
    site.has(Fault::RedirectEverything).then(|| {
        let location = format!("https://other.example{}", call.url());
        redirect(StatusCode::MOVED_PERMANENTLY, &location)
    })
}

/// Returns how to continue with a request for one backup.
fn backup(site: &Site, call: &Call<'_>, id: &str) -> Decision {
    let method = &call.parts.method;
    if site.lacks_backups(call.spot) {
        return Decision::Answer(refusal(missing_folder(site, method)));
    }
    if site.has(Fault::RedirectTrailing) && !call.parts.uri.path().ends_with('/') {
        let location = format!("{}/backups/{id}/", site.base_url);
        return Decision::Answer(redirect(StatusCode::PERMANENT_REDIRECT, &location));
    }
    let reads = *method == Method::GET || *method == Method::HEAD;
    let is_upload = *method == Method::PUT;
    let exists = site.store.contains(id);
    let now = site.manner.tempo.now();
    if !is_upload && site.manner.late.is_locked(now, id, exists, reads) {
        return Decision::Answer(refusal(StatusCode::LOCKED));
    }
    if reads {
        return Decision::Answer(get::download(site, call, id));
    }
    if *method == Method::DELETE {
        return Decision::Answer(get::delete(site, call, id));
    }
    if !is_upload {
        return Decision::Answer(not_allowed("GET, HEAD, PUT, DELETE"));
    }
    let resets_above = site.resets_above();
    if resets_above.is_some_and(|limit| call.declared.is_some_and(|length| length > limit)) {
        return Decision::Close;
    }
    match put::refused(site, call, id) {
        Some(answer) => Decision::Answer(answer),
        None => Decision::Receive(id.to_owned()),
    }
}

/// Answers a request for anything except a backup.
fn anything_else(site: &Site, call: &Call<'_>) -> Answer {
    let method = &call.parts.method;
    match call.route {
        Route::Config | Route::ConfigFolder => config::answer(site, call),
        Route::Backups => listing::answer(site, call),
        Route::Login if site.has(Fault::MissingRedirectsToLogin) => page(
            StatusCode::OK,
            "Login – Example Cloud",
            "<form method=\"post\"></form>",
        ),
        Route::MalformedId if site.lacks_backups(call.spot) => {
            refusal(missing_folder(site, method))
        }
        _ if !is_known_method(method) => not_allowed("GET, HEAD, PUT, DELETE"),
        Route::MalformedId if site.manner.does(Habit::PlainFiles) => refusal(StatusCode::NOT_FOUND),
        Route::MalformedId | Route::Malformed if site.has(Fault::MalformedIdCrashes) => {
            refusal(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Route::MalformedId | Route::Malformed => refusal(StatusCode::BAD_REQUEST),
        _ => refusal(StatusCode::NOT_FOUND),
    }
}

fn missing_folder(site: &Site, method: &Method) -> StatusCode {
    if *method == Method::PUT {
        site.orphaned()
    } else {
        StatusCode::NOT_FOUND
    }
}

fn is_known_method(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::PUT | Method::DELETE
    )
}
