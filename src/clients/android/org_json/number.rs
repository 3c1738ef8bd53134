//! How Java reads numbers, as far as `org.json` depends on it.
//!
//! Source: the API documentation of `Long.parseLong`, `Character.digit` and `Double.valueOf`;
//! executed on `OpenJDK` 17.

/// The characters of the Basic Multilingual Plane that mean zero; nine more digits follow each.
///
/// Source: output of `Character.digit` of `OpenJDK` 17.
const ZEROS: [u16; 37] = [
    0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6,
    0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80,
    0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
    0xff10,
];

/// The characters that mean ten in base 11 and higher; twenty-five more letters follow each.
///
/// Source: output of `Character.digit` of `OpenJDK` 17.
const LETTER_AS: [u16; 4] = [0x0041, 0x0061, 0xff21, 0xff41];

/// The exponent of the lowest bit of a subnormal double.
const LOWEST_EXPONENT: i64 = -1074;

/// The number of significant bits of a normal double.
const SIGNIFICANT_BITS: i64 = 53;

/// `Character.digit`: the value of a digit of any script, up to `radix`.
pub(super) fn digit(unit: u16, radix: u16) -> Option<u16> {
    // Nearly every digit is one of ASCII.
    if let Ok(ascii @ 0..=0x7f) = u8::try_from(unit) {
        let value = char::from(ascii).to_digit(radix.into())?;
        return u16::try_from(value).ok();
    }
    let within = |firsts: &[u16], count: u16| {
        let first = firsts
            .iter()
            .rev()
            .find(|first| **first <= unit && unit - **first < count)?;
        Some(unit - first)
    };
    let value = within(&ZEROS, 10).or_else(|| within(&LETTER_AS, 26).map(|letter| letter + 10))?;
    (value < radix).then_some(value)
}

/// `Long.parseLong`: an optional sign, then digits, without overflow.
pub(super) fn parse_long(units: &[u16], radix: u16) -> Option<i64> {
    let (negative, digits) = without_sign(units);
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_i64, |sum, unit| {
        let value = i64::from(digit(*unit, radix)?);
        let sum = sum.checked_mul(i64::from(radix))?;
        // Counts down, because the smallest number has no positive counterpart.
        if negative {
            sum.checked_sub(value)
        } else {
            sum.checked_add(value)
        }
    })
}

/// `Double.valueOf`: surrounding white space, a sign, `NaN` and `Infinity`, decimal and hexadecimal
/// forms, and a type letter `d` or `f` at the end.
pub(super) fn parse_double(units: &[u16]) -> Option<f64> {
    let (negative, unsigned) = without_sign(trimmed(units));
    let ascii: String = unsigned
        .iter()
        .map(|unit| {
            u8::try_from(*unit)
                .ok()
                .filter(u8::is_ascii)
                .map(char::from)
        })
        .collect::<Option<_>>()?;
    let magnitude = match ascii.as_str() {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        number => {
            let number = number.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(number);
            match number
                .strip_prefix("0x")
                .or_else(|| number.strip_prefix("0X"))
            {
                // The type letters are hexadecimal digits here, so one may only follow the
                // exponent.
                Some(hexadecimal) => parse_hexadecimal(hexadecimal)?,
                None => parse_decimal(number)?,
            }
        }
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// `String.trim`: everything up to the space counts as white space.
fn trimmed(units: &[u16]) -> &[u16] {
    let is_white = |unit: &u16| *unit <= u16::from(b' ');
    let Some(start) = units.iter().position(|unit| !is_white(unit)) else {
        return &[];
    };
    let end = units
        .iter()
        .rposition(|unit| !is_white(unit))
        .unwrap_or(start);
    &units[start..=end]
}

fn without_sign(units: &[u16]) -> (bool, &[u16]) {
    match units.split_first() {
        Some((sign, rest)) if *sign == u16::from(b'-') => (true, rest),
        Some((sign, rest)) if *sign == u16::from(b'+') => (false, rest),
        _ => (false, units),
    }
}

/// Reads digits, a point, more digits and an exponent. Rust reads and rounds them as Java does; the
/// caller has already handled signs and words, which Rust also accepts.
fn parse_decimal(text: &str) -> Option<f64> {
    let begins_well = text.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    if begins_well { text.parse().ok() } else { None }
}

/// Reads hexadecimal digits, perhaps with a point, then `p` and a decimal exponent of two.
fn parse_hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_hexadecimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_empty = whole.is_empty() && fraction.is_empty();
    if is_empty || !is_hexadecimal(whole) || !is_hexadecimal(fraction) {
        return None;
    }
    let (exponent_is_negative, magnitude) = match exponent.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] | rest => (false, rest),
    };
    if magnitude.is_empty() || !magnitude.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let magnitude = magnitude.iter().fold(0_i64, |sum, byte| {
        sum.saturating_mul(10)
            .saturating_add(i64::from(byte - b'0'))
    });
    // Far above the range of a double, and far below the point where sums overflow.
    let magnitude = magnitude.min(i64::MAX / 4);
    let exponent = if exponent_is_negative {
        -magnitude
    } else {
        magnitude
    };
    let (significand, shift) = significand_of(whole.bytes().chain(fraction.bytes()));
    let fraction_bits = i64::try_from(fraction.len()).ok()?.saturating_mul(4);
    Some(scaled(significand, exponent + shift - fraction_bits))
}

/// Returns the leading 61 to 64 bits of a sequence of hexadecimal digits, and the power of two that
/// was cut off. The lowest bit is set if a set bit was cut off, so that rounding still goes the
/// right way.
fn significand_of(digits: impl Iterator<Item = u8>) -> (u64, i64) {
    let mut significand = 0_u64;
    let mut shift = 0_i64;
    for byte in digits {
        let value = u64::from(char::from(byte).to_digit(16).unwrap_or(0));
        if significand >> 60 == 0 {
            significand = significand << 4 | value;
        } else {
            significand |= u64::from(value != 0);
            shift += 4;
        }
    }
    (significand, shift)
}

/// Returns `significand` times two to the power of `exponent`, rounded to the nearest double, half
/// to even.
fn scaled(significand: u64, exponent: i64) -> f64 {
    if significand == 0 {
        return 0.0;
    }
    let width = i64::from(64 - significand.leading_zeros());
    let top = exponent + width - 1;
    if top > 1023 {
        return f64::INFINITY;
    }
    // The exponent of the lowest bit that the result can hold.
    let lowest = (top - SIGNIFICANT_BITS + 1).max(LOWEST_EXPONENT);
    let drop = lowest - exponent;
    if drop > 64 {
        return 0.0;
    }
    // 64 spare bits on the right, so that no shift loses a bit before rounding.
    let wide = u128::from(significand) << 64;
    let places = u32::try_from(64 + drop).unwrap_or(0);
    let kept = wide.checked_shr(places).unwrap_or(0);
    let dropped = wide ^ kept.checked_shl(places).unwrap_or(0);
    let half = 1_u128 << (places - 1);
    let round_up = dropped > half || dropped == half && kept & 1 == 1;
    let rounded = u64::try_from(kept).unwrap_or(u64::MAX) + u64::from(round_up);
    // A carry out of the fraction runs into the exponent field, which is correct.
    let exponent_field = u64::try_from(lowest - LOWEST_EXPONENT).unwrap_or(0);
    f64::from_bits((exponent_field << 52) + rounded)
}
