import { expect, it } from "vitest";
import { isEmojiOnly } from "./emoji";

it("knows one to three emoji, whatever they are joined of", () => {
	for (const text of ["🙌", "👍🏽", "👩‍👩‍👧", "🇪🇸", "❤️ 😂", "1️⃣", "🙌🙌🙌"])
		expect(isEmojiOnly(text)).toBe(true);
	for (const text of ["", " ", "1", "#", "ok 👍", "🙌🙌🙌🙌", "¡!", "日本"])
		expect(isEmojiOnly(text)).toBe(false);
});
