//! A first sentence for somebody who does not know what to write: in a language that both have something
//! of, about what both like. Pure.

use super::{Profile, matching::Fit};
use crate::locale::Language;

/// A suggested first message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opener {
    /// What it is written in.
    pub language: Language,
    /// The words, with the other's name.
    pub text: String,
}

/// A sentence in a language, with and without a shared interest: `{name}`, `{interest}`.
struct Words {
    code: &'static str,
    plain: &'static str,
    shared: &'static str,
}

const WORDS: [Words; 12] = [
    Words {
        code: "en",
        plain: "Hi {name}! Shall we practise together?",
        shared: "Hi {name}! I see that you like {interest}, too. Shall we talk about it?",
    },
    Words {
        code: "es",
        plain: "¡Hola, {name}! ¿Practicamos juntos?",
        shared: "¡Hola, {name}! Veo que también te gusta esto: {interest}. ¿Hablamos de ello?",
    },
    Words {
        code: "de",
        plain: "Hallo {name}! Wollen wir zusammen üben?",
        shared: "Hallo {name}! Du magst auch {interest}, sehe ich. Wollen wir darüber reden?",
    },
    Words {
        code: "fr",
        plain: "Bonjour {name} ! On pratique ensemble ?",
        shared: "Bonjour {name} ! Je vois que tu aimes aussi ceci : {interest}. On en parle ?",
    },
    Words {
        code: "it",
        plain: "Ciao {name}! Ci esercitiamo insieme?",
        shared: "Ciao {name}! Vedo che anche a te piace questo: {interest}. Ne parliamo?",
    },
    Words {
        code: "pt",
        plain: "Olá, {name}! Vamos praticar juntos?",
        shared: "Olá, {name}! Vejo que você também gosta disto: {interest}. Vamos conversar sobre isso?",
    },
    Words {
        code: "ru",
        plain: "Привет, {name}! Попрактикуемся вместе?",
        shared: "Привет, {name}! Вижу, тебе тоже нравится вот это: {interest}. Поговорим об этом?",
    },
    Words {
        code: "ja",
        plain: "{name}さん、はじめまして！一緒に練習しませんか？",
        shared: "{name}さん、はじめまして！「{interest}」が好きなんですね。私もです。話してみませんか？",
    },
    Words {
        code: "zh",
        plain: "你好，{name}！我们一起练习好吗？",
        shared: "你好，{name}！我看到你也喜欢“{interest}”，我们聊聊好吗？",
    },
    Words {
        code: "ko",
        plain: "{name} 님, 안녕하세요! 같이 연습할까요?",
        shared: "{name} 님, 안녕하세요! 저도 ‘{interest}’ 좋아해요. 같이 이야기해 볼까요?",
    },
    Words {
        code: "ar",
        plain: "مرحبًا {name}! هل نتدرّب معًا؟",
        shared: "مرحبًا {name}! أرى أنك تحب هذا أيضًا: {interest}. هل نتحدث عنه؟",
    },
    Words {
        code: "tr",
        plain: "Merhaba {name}! Birlikte pratik yapalım mı?",
        shared: "Merhaba {name}! Senin de şunu sevdiğini görüyorum: {interest}. Konuşalım mı?",
    },
];

/// For a viewer to write to somebody: first in what the viewer learns and the other speaks, then in what the
/// other learns and the viewer speaks. `None`: in none of these languages do we have words.
pub(super) fn opener(viewer: &Profile, other: &Profile, fit: &Fit) -> Option<Opener> {
    let learnt = viewer.languages.learning.iter().map(|known| known.language);
    let learnt = learnt.filter(|language| other.languages.native.contains(language));
    let taught = other.languages.learning.iter().map(|known| known.language);
    let taught = taught.filter(|language| viewer.languages.native.contains(language));
    let mut known = learnt.chain(taught);
    let (language, words) = known.find_map(|language| {
        WORDS.iter().find(|words| words.code == language.as_str()).map(|words| (language, words))
    })?;
    let interest = fit.shared_interest();
    let sentence = if interest.is_some() { words.shared } else { words.plain };
    // Each place is filled once: what people call themselves may hold anything, braces too.
    let (head, rest) = sentence.split_once("{name}")?;
    let rest = interest.map_or_else(|| rest.to_owned(), |interest| rest.replacen("{interest}", interest, 1));
    Some(Opener { language, text: format!("{head}{}{rest}", other.display_name) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{
        Languages,
        matching::tests::{fit, somebody},
    };
    use chatlink_protocol::Timestamp;

    fn person(speaks: &str, learns: &str, name: &str, interests: &[&str]) -> Profile {
        Profile {
            display_name: name.to_owned(),
            languages: Languages::parse([speaks], [(learns, "B1")]).unwrap(),
            interests: interests.iter().map(|word| (*word).to_owned()).collect(),
            ..somebody()
        }
    }

    fn of(viewer: &Profile, other: &Profile) -> Option<(String, String)> {
        let found = opener(viewer, other, &fit(viewer, other, Timestamp::EPOCH))?;
        Some((found.language.to_string(), found.text))
    }

    #[test]
    fn it_is_written_in_what_one_learns_and_the_other_speaks() {
        let me = person("en", "es", "Me", &["chess"]);
        let expected = ("es".to_owned(), "¡Hola, Ana! ¿Practicamos juntos?".to_owned());
        assert_eq!(of(&me, &person("es", "en", "Ana", &[])), Some(expected));
        let taught = of(&me, &person("yue", "en", "Mei", &["chess"])).unwrap();
        assert_eq!(
            taught,
            ("en".to_owned(), "Hi Mei! I see that you like chess, too. Shall we talk about it?".to_owned())
        );
        assert_eq!(of(&person("fr", "yue", "Me", &[]), &person("yue", "fr", "Mei", &[])).unwrap().0, "fr");
        assert_eq!(of(&person("fr", "yue", "Me", &[]), &person("yue", "en", "Mei", &[])), None, "no words");
    }

    #[test]
    fn words_of_people_are_taken_as_they_are() {
        let me = person("en", "es", "Me", &["{name}"]);
        let text = of(&me, &person("es", "en", "{interest} {name}", &["{name}"])).unwrap().1;
        assert!(text.contains("{interest} {name}"), "{text}");
    }

    #[test]
    fn every_language_has_its_places_filled() {
        for words in &WORDS {
            assert!(words.code.parse::<Language>().is_ok(), "{}", words.code);
            assert_eq!(words.plain.matches('{').count(), 1, "{}", words.code);
            assert_eq!(words.shared.matches('{').count(), 2, "{}", words.code);
        }
    }
}
