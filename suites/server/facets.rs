//! As whom, and over which version of HTTP, a check runs.

use crate::safe::Client;
use crate::wire::{Facet, Http};

pub(super) const WHOLE: &[Facet] = &[Facet::Whole];
pub(super) const MOBILE: &[Facet] = &[Facet::As(Client::Android), Facet::As(Client::Ios)];
pub(super) const MOBILE_BY_HTTP: &[Facet] = &[
    Facet::Over(Client::Android, Http::One),
    Facet::Over(Client::Android, Http::Two),
    Facet::Over(Client::Ios, Http::One),
    Facet::Over(Client::Ios, Http::Two),
];
pub(super) const ANDROID_BY_HTTP_1: &[Facet] = &[Facet::Over(Client::Android, Http::One)];
pub(super) const DESKTOP_BY_HTTP: &[Facet] = &[
    Facet::Over(Client::Desktop, Http::One),
    Facet::Over(Client::Desktop, Http::Two),
];
