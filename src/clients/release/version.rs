//! Versions of the apps, as they are published and typed.

use crate::safe::Client;

/// A version of a client.
///
/// Before 5.0 Android's second number is a decimal fraction: 4.57 comes before 4.8.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Version([u32; 3]);

impl Version {
    /// Parses `6.4.2`, `5.3` or `4.831`; for Desktop `preview 14` or `preview-14`.
    pub fn parse(client: Client, text: &str) -> Option<Self> {
        let text = match client {
            Client::Desktop => text.strip_prefix("preview")?.trim_start_matches([' ', '-']),
            Client::Android | Client::Ios => text,
        };
        let mut numbers = [0; 3];
        let mut parts = text.split('.');
        for (number, part) in numbers.iter_mut().zip(&mut parts) {
            let digits =
                (1..=4).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_digit());
            *number = part.parse().ok().filter(|_| digits)?;
        }
        if parts.next().is_some() {
            return None;
        }
        if client == Client::Android && numbers[0] < 5 {
            let digits = text.split('.').nth(1).map_or(0, str::len);
            numbers[1] *= 10_u32.pow(4 - u32::try_from(digits).unwrap_or(4));
        }
        Some(Self(numbers))
    }

    /// Returns the version in `info.device` of Android: digits and points, followed by the letters
    /// of the flavour, `A` and `/`.
    ///
    /// Source: `clients.write.android-info`.
    pub fn of_android_device(device: &str) -> Option<Self> {
        let (version, _) = device.split_once('/')?;
        let version = version.strip_suffix('A')?;
        let end = version
            .find(|each: char| !(each.is_ascii_digit() || each == '.'))
            .unwrap_or(version.len());
        Self::parse(Client::Android, version[..end].trim_end_matches('.'))
    }
}
