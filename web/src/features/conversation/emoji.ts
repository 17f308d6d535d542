/** How a written sign begins that is an emoji: a picture, a flag, a keycap. */
const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[\d#*]\uFE0F?\u20E3)/u;
const MOST = 3;
const LONGEST = 60;

/** Whether a text is nothing but one to three emoji, which are shown large. */
export function isEmojiOnly(text: string): boolean {
	const bare = text.replace(/\s+/g, "");
	if (bare === "" || bare.length > LONGEST) return false;
	const signs = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(bare)];
	return signs.length <= MOST && signs.every(({ segment }) => EMOJI.test(segment));
}
