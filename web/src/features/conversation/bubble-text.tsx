import { cx } from "@/ui/cx";
import { isEmojiOnly } from "./emoji";
import { Linkified } from "./linkify";

/** What was written, on its way and in the timeline alike: as text, with its links; a few emoji alone are shown large. */
export function BubbleText({ text }: { text: string }) {
	return (
		<p
			data-text=""
			className={cx("break-words whitespace-pre-wrap", isEmojiOnly(text) ? "text-2xl leading-10" : "inline")}
		>
			<Linkified text={text} />
		</p>
	);
}
