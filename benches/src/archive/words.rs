//! What is said in the archive: a made language, a tenth of it Japanese characters, and a few words that are planted.
//!
//! Its 20,000 words are made of syllables, so that they share their characters as those of a natural language do; words,
//! syllables and characters are as skewed as in life (Zipf). Text is found by any part of it: a short word is found in
//! longer ones, too.

use std::collections::HashSet;

/// Questions of a kind: one that is not measured, and the others.
pub const ASKED: usize = 41;
const WORDS: usize = 20_000;
const CHARACTERS: usize = 2_000;
const SEED: u64 = 0x6368_6174;
/// Of a million messages so many have a certain rare word; a certain very rare one, or a certain phrase, has one.
const RARE: usize = 20;

/// From often to seldom, as all lists here.
const ONSETS: [&str; 26] = [
    "t", "n", "s", "r", "l", "d", "m", "k", "p", "b", "v", "h", "g", "f", "st", "tr", "ch", "w", "sh", "pr", "kl", "j",
    "y", "gr", "z", "th",
];
const VOWELS: [&str; 8] = ["a", "e", "i", "o", "u", "ai", "ou", "ea"];
const CODAS: [&str; 8] = ["", "n", "", "r", "s", "l", "", "m"];
/// Syllables of one word in a hundred, and of the planted ones.
const UNUSUAL: [&str; 8] = ["xuy", "quo", "zhy", "vyx", "iqa", "wuz", "jyq", "zvo"];
const HIRAGANA: std::ops::RangeInclusive<char> = '\u{3041}'..='\u{3093}';
const HAN: std::ops::RangeFrom<char> = '\u{4e00}'..;

/// `SplitMix64`: the same numbers on every run.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers that follow this one.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next one.
    pub const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.number()) * u128::from(end)) >> 64) as u64
    }

    /// One from 0 on and below 1.
    fn share(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Places from 0 on; the k-th of them has a share of 1/k.
#[derive(Clone, Debug)]
pub struct Zipf {
    up_to: Vec<f64>,
}

impl Zipf {
    /// So many places.
    #[must_use]
    pub fn of(places: usize) -> Self {
        let mut sum = 0.0;
        let up_to = (1..=places).map(|place| {
            sum += 1.0 / place as f64;
            sum
        });
        Self { up_to: up_to.collect() }
    }

    /// One of the places.
    pub fn draw(&self, random: &mut Random) -> usize {
        let point = random.share() * self.up_to.last().copied().unwrap_or_default();
        self.up_to.partition_point(|up_to| *up_to <= point).min(self.up_to.len().saturating_sub(1))
    }
}

/// Kinds of questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// About the 50th word.
    Common,
    /// About the 2,000th word.
    Middle,
    /// A word of 20 messages in a million.
    Rare,
    /// A word of one message in a million.
    VeryRare,
    /// Two middle words that stand together in one message in a million.
    Phrase,
    /// Two common words, each somewhere in the message.
    TwoCommon,
    /// Two Japanese characters that often stand together.
    Japanese,
    /// Two Japanese characters that are no rare ones and stand together in some messages of a million.
    JapaneseRare,
    /// A word of common syllables that nobody said.
    Never,
}

impl Kind {
    /// Each of them.
    pub const EACH: [Self; 9] = [
        Self::Common,
        Self::Middle,
        Self::Rare,
        Self::VeryRare,
        Self::Phrase,
        Self::TwoCommon,
        Self::Japanese,
        Self::JapaneseRare,
        Self::Never,
    ];

    /// In a few words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Common => "a common word",
            Self::Middle => "a middle word",
            Self::Rare => "a rare word",
            Self::VeryRare => "a very rare word",
            Self::Phrase => "a rare phrase",
            Self::TwoCommon => "two common words",
            Self::Japanese => "two characters, common",
            Self::JapaneseRare => "two characters, rare",
            Self::Never => "a word never said",
        }
    }

    /// Whether what is asked for fills pages.
    #[must_use]
    pub const fn is_common(self) -> bool {
        matches!(self, Self::Common | Self::TwoCommon | Self::Japanese)
    }
}

/// The language.
#[derive(Debug)]
pub struct Language {
    words: Vec<String>,
    word: Zipf,
    characters: Vec<char>,
    character: Zipf,
    rare: Vec<String>,
    very_rare: Vec<String>,
    phrases: Vec<String>,
    never: Vec<String>,
}

impl Language {
    /// The same every time.
    #[must_use]
    pub fn made() -> Self {
        let (mut random, syllables) = (Random::new(SEED), Syllables::made());
        let words = vocabulary(&syllables, &mut random);
        // With spaces between them: what is looked for has none, and stands in one of them or nowhere.
        let mut said = words.join(" ");
        let rare = unsaid(&mut said, || syllables.planted(&mut random));
        let very_rare = unsaid(&mut said, || syllables.planted(&mut random));
        let never = unsaid(&mut said, || syllables.word(3, &mut random));
        let phrases = words[3_000..].chunks_exact(2).take(ASKED).map(|pair| pair.join(" ")).collect();
        let characters = HIRAGANA.chain(HAN).take(CHARACTERS).collect();
        let (word, character) = (Zipf::of(WORDS), Zipf::of(CHARACTERS));
        Self { words, word, characters, character, rare, very_rare, phrases, never }
    }

    /// A message: 3 to 14 words, or one time in ten 8 to 30 Japanese characters; seldom with something planted at its end.
    pub fn text(&self, random: &mut Random) -> String {
        let planted = self.planted(random.below(1_000_000) as usize);
        let mut text = if random.below(10) == 0 { self.japanese(random) } else { self.latin(random) };
        if let Some(planted) = planted {
            text.push(' ');
            text.push_str(planted);
        }
        text
    }

    /// What is asked for: different questions of that kind, the first of them not to be measured.
    #[must_use]
    pub fn questions(&self, kind: Kind) -> Vec<String> {
        (0..ASKED).map(|n| self.question(kind, n)).collect()
    }

    fn question(&self, kind: Kind, n: usize) -> String {
        let characters = |one: usize, other: usize| String::from_iter([self.characters[one], self.characters[other]]);
        match kind {
            Kind::Common => self.words[29 + n].clone(),
            Kind::Middle => self.words[1_859 + 7 * n].clone(),
            Kind::Rare => self.rare[n].clone(),
            Kind::VeryRare => self.very_rare[n].clone(),
            Kind::Phrase => self.phrases[n].clone(),
            Kind::TwoCommon => format!("{} {}", self.words[29 + n], self.words[79 + 2 * n]),
            Kind::Japanese => characters(1 + n % 7, n / 7),
            Kind::JapaneseRare => characters(90 + n, 150 - n),
            Kind::Never => self.never[n].clone(),
        }
    }

    fn latin(&self, random: &mut Random) -> String {
        let mut text = String::with_capacity(96);
        for turn in 0..3 + random.below(12) {
            if turn > 0 {
                text.push(' ');
            }
            text.push_str(&self.words[self.word.draw(random)]);
        }
        text
    }

    fn japanese(&self, random: &mut Random) -> String {
        (0..8 + random.below(23)).map(|_| self.characters[self.character.draw(random)]).collect()
    }

    /// What a number below a million plants; most nothing.
    fn planted(&self, number: usize) -> Option<&String> {
        let after = |planted: usize| number.checked_sub(planted * ASKED);
        let rare = self.rare.get(number / RARE);
        rare.or_else(|| self.very_rare.get(after(RARE)?)).or_else(|| self.phrases.get(after(RARE + 1)?))
    }
}

/// What words are made of.
struct Syllables {
    onset: Zipf,
    vowel: Zipf,
    coda: Zipf,
}

impl Syllables {
    fn made() -> Self {
        Self { onset: Zipf::of(ONSETS.len()), vowel: Zipf::of(VOWELS.len()), coda: Zipf::of(CODAS.len()) }
    }

    fn word(&self, syllables: usize, random: &mut Random) -> String {
        let mut word = String::with_capacity(16);
        for _ in 0..syllables {
            word.push_str(ONSETS[self.onset.draw(random)]);
            word.push_str(VOWELS[self.vowel.draw(random)]);
            word.push_str(CODAS[self.coda.draw(random)]);
        }
        word
    }

    /// An unusual syllable between two usual ones.
    fn planted(&self, random: &mut Random) -> String {
        let (first, last) = (self.word(1, random), self.word(1, random));
        first + unusual(random) + &last
    }
}

fn unusual(random: &mut Random) -> &'static str {
    UNUSUAL[random.below(UNUSUAL.len() as u64) as usize]
}

/// The words, each once; those that are often said are short.
fn vocabulary(syllables: &Syllables, random: &mut Random) -> Vec<String> {
    let (mut words, mut known) = (Vec::with_capacity(WORDS), HashSet::new());
    while words.len() < WORDS {
        let length = match words.len() {
            0..20 => 1,
            20..400 => 2,
            400..8_000 => 3,
            _ => 4,
        };
        let mut word = syllables.word(length, random);
        if words.len() % 100 == 99 {
            word.push_str(unusual(random));
        }
        if known.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

/// Words that are no part of what is said so far. They are from now on.
fn unsaid(said: &mut String, mut make: impl FnMut() -> String) -> Vec<String> {
    let mut new = Vec::with_capacity(ASKED);
    while new.len() < ASKED {
        let word = make();
        if !said.contains(&word) {
            said.push(' ');
            said.push_str(&word);
            new.push(word);
        }
    }
    new
}
