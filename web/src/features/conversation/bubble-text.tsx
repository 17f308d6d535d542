import { cx } from "@/ui/cx";
import type { Names } from "../mentions/named-text";
import { isEmojiOnly } from "./emoji";
import { Linkified } from "./linkify";

/** What was written, on its way and in the timeline alike: as text, with its links; a few emoji alone are shown large. */
export function BubbleText({ text, names }: { text: string; names?: Names }) {
	return (
		<p
			data-text=""
			className={cx("break-words whitespace-pre-wrap", isEmojiOnly(text) ? "text-2xl leading-10" : "inline")}
		>
			<Linkified text={text} names={names} />
		</p>
	);
}
