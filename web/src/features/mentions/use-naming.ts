import { type KeyboardEvent, type RefObject, useId, useState } from "react";
import type { Brief } from "@/sdk";
import { begunName, fitting } from "./mentions";

/** Completes `@name` while one writes: the arrows choose, Enter and Tab take, Escape leaves it. */
export function useNaming(
	people: readonly Brief[],
	text: string,
	change: (text: string) => void,
	input: RefObject<HTMLTextAreaElement | null>,
) {
	const id = useId();
	const [cursor, setCursor] = useState(0);
	const [chosen, setChosen] = useState(0);
	const [left, setLeft] = useState<string | null>(null);
	const begun = begunName(text, cursor);
	const open = begun !== null && left !== `${begun.at}` && people.length > 0;
	const found = open ? fitting(people, begun.word) : [];
	const at = Math.min(chosen, Math.max(found.length - 1, 0));

	function pick(person: Brief) {
		if (!begun) return;
		const before = `${text.slice(0, begun.at)}@${person.username} `;
		change(before + text.slice(cursor).replace(/^\s/, ""));
		setChosen(0);
		requestAnimationFrame(() => {
			input.current?.setSelectionRange(before.length, before.length);
			setCursor(before.length);
		});
	}

	/** Answers whether the key was for the list. */
	function onKey(event: KeyboardEvent): boolean {
		if (!found.length || event.nativeEvent.isComposing) return false;
		const person = found[at];
		if (event.key === "ArrowDown") setChosen((at + 1) % found.length);
		else if (event.key === "ArrowUp") setChosen((at + found.length - 1) % found.length);
		else if ((event.key === "Enter" || event.key === "Tab") && person) pick(person);
		else if (event.key === "Escape") setLeft(begun ? `${begun.at}` : null);
		else return false;
		event.preventDefault();
		return true;
	}

	return {
		id,
		people: found,
		chosen: at,
		pick,
		onKey,
		moved: (to: number) => {
			setCursor(to);
			if (begunName(text, to) === null) setLeft(null);
		},
	};
}
