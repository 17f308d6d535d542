//! Who carries codes and notices: mail by SMTP, text messages by a gateway.

use crate::{
    config::{Config, set},
    values::Values,
};
use anyhow::{Context as _, ensure};
use chatlink_core::{
    identity::{SendersByKind, texts::TextLimits},
    locale::Country,
};
use chatlink_providers::{
    mail::MailSender,
    sms::{SmsGateway, SmsSender},
};
use std::{collections::BTreeSet, sync::Arc};

/// The carriers that are configured.
pub(crate) fn all(config: &Config) -> anyhow::Result<Arc<SendersByKind>> {
    let mut senders = SendersByKind::default();
    if let Some(mail) = &config.mail {
        let sender = MailSender::new(&mail.url, &mail.from).context("CHATLINK_SMTP_URL and CHATLINK_MAIL_FROM")?;
        senders = senders.email(Arc::new(sender));
    }
    if let Some(gateway) = &config.sms {
        senders = senders.mobile(Arc::new(SmsSender::new(gateway).context("CHATLINK_SMS_…")?));
    }
    Ok(Arc::new(senders))
}

/// The SMS gateway, tried out as far as that goes without sending.
pub(crate) fn sms(values: &Values) -> anyhow::Result<Option<SmsGateway>> {
    let Some(url) = &values.sms_url else {
        let rest = [
            &values.sms_method,
            &values.sms_headers,
            &values.sms_body,
            &values.sms_from,
            &values.sms_accepted,
            &values.sms_accepted_body,
        ];
        ensure!(rest.iter().all(|value| value.is_none()), "CHATLINK_SMS_… is set: say in CHATLINK_SMS_URL where to");
        return Ok(None);
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let gateway = SmsGateway {
        url: url.clone(),
        method: text(&values.sms_method),
        headers: headers(values.sms_headers.as_deref().unwrap_or_default())?,
        body: text(&values.sms_body),
        from: text(&values.sms_from),
        accepted: text(&values.sms_accepted),
        accepted_body: values.sms_accepted_body.clone(),
    };
    SmsSender::new(&gateway).context("CHATLINK_SMS_…")?;
    Ok(Some(gateway))
}

/// How many text messages go where; counted whether a gateway is configured or a mailbox stands for it.
pub(crate) fn text_limits(values: &Values, limits: &mut TextLimits) -> anyhow::Result<()> {
    set(&mut limits.country.an_hour, values.limit_sms_country_hour);
    set(&mut limits.country.a_day, values.limit_sms_country_day);
    set(&mut limits.prefix.an_hour, values.limit_sms_prefix_hour);
    set(&mut limits.prefix.a_day, values.limit_sms_prefix_day);
    set(&mut limits.least_proved, values.sms_least_proved);
    ensure!(limits.least_proved <= 100, "sms_least_proved: 100 percent is the most");
    limits.countries = values.sms_countries.as_deref().map(countries).transpose()?;
    Ok(())
}

/// `ES,US`.
fn countries(list: &str) -> anyhow::Result<BTreeSet<Country>> {
    let codes = list.split(',').map(str::trim).filter(|code| !code.is_empty());
    let parse = |code: &str| code.parse().with_context(|| format!("sms_countries: {code:?} is no country of ISO 3166"));
    let countries = codes.map(parse).collect::<anyhow::Result<BTreeSet<_>>>()?;
    ensure!(!countries.is_empty(), "sms_countries: no country is listed");
    Ok(countries)
}

/// `Name: value`, one a line.
fn headers(lines: &str) -> anyhow::Result<Vec<(String, String)>> {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let pair = |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    // The line may hold a secret: it is not quoted.
    lines.map(|line| pair(line).context("CHATLINK_SMS_HEADERS: one `Name: value` a line")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_a_line_each() {
        let read = headers("Authorization: Bearer a:b\n\n  Accept: application/json ").unwrap();
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        assert_eq!(read, [("Authorization", "Bearer a:b"), ("Accept", "application/json")].map(pair));
        let error = headers("hunter2").unwrap_err().to_string();
        assert!(error.contains("HEADERS") && !error.contains("hunter2"), "{error}");
    }
}
