import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { useSignedIn } from "@/app/hooks";
import { type Brief, type Id, type Item, placeOf, type Room, uuidv7 } from "@/sdk";
import { toast } from "@/ui/toast";
import { EVERYONE, mayNameAll, namingOf } from "../mentions/mentions";
import { useNaming } from "../mentions/use-naming";
import { useDraft } from "./use-draft";
import { useMessageActs } from "./use-message-acts";
import { useAnswered } from "./use-quoted";

export type Mode = { kind: "write" } | { kind: "reply"; item: Item } | { kind: "edit"; item: Item };

const encoder = new TextEncoder();

/**
 * Writing: a new message, an answer, or a change of one's own; the draft outlives the page. In the main timeline, or in a
 * thread. `aside`: the focus is wanted elsewhere.
 */
export function useComposer(
	room: Room,
	people: readonly Brief[],
	{ thread, aside = false }: { thread?: Id; aside?: boolean } = {},
) {
	const { t } = useTranslation();
	const { engine, me } = useSignedIn();
	const limit = useStore(engine.store, (s) => s.textBytes);
	const { text: draft, answers, set: setDraft } = useDraft(room.id, thread);
	const [text, setText] = useState(draft);
	const [edited, setEdited] = useState<Item | null>(null);
	const answered = useAnswered(placeOf(room.id, thread), room.id, answers);
	const mode = modeOf(edited, answered.item);
	/** What is answered goes with the words, also before it is known here what it says. */
	const reply_to = mode.kind === "reply" || answered.pending ? answers : undefined;
	/** How many seconds the message will stay; `null`: as the conversation has it. */
	const [life, setLife] = useState<number | null>(null);
	const input = useRef<HTMLTextAreaElement>(null);
	const { edit } = useMessageActs(room.id);
	const bytesLeft = limit - encoder.encode(text).length;

	// Another device went on with it: what was not touched here since follows.
	const followed = useRef(draft);
	useEffect(() => {
		if (followed.current !== draft && mode.kind !== "edit" && text === followed.current) setText(draft);
		followed.current = draft;
	}, [draft, mode.kind, text]);

	const takesFocus = useRef(!aside);
	useEffect(() => {
		if (takesFocus.current && matchMedia("(pointer: fine)").matches)
			input.current?.focus({ preventScroll: true });
	}, []);

	function change(next: string) {
		setText(next);
		if (mode.kind === "edit") return;
		setDraft(next, answers);
		if (next.trim() && !thread) engine.presence.typingHere(room.id);
	}

	const others = people.filter((p) => p.id !== me.id);
	const everyone = { id: EVERYONE, username: EVERYONE, display_name: t("mentions.everyone") };
	const nameable = mayNameAll(room) ? [everyone, ...others] : others;
	// Whom a message names is said when it is sent, and not by a change of it.
	const naming = useNaming(mode.kind === "edit" ? [] : nameable, text, change, input);

	function begin(next: Mode) {
		const words = mode.kind === "edit" ? draft : text;
		setEdited(next.kind === "edit" ? next.item : null);
		setText(next.kind === "edit" ? (next.item.body.text ?? "") : words);
		if (next.kind === "reply") setDraft(words, next.item.id);
		// Who gives up a change goes on with what was there before it.
		if (next.kind === "write" && mode.kind !== "edit") setDraft(words);
		requestAnimationFrame(() => input.current?.focus());
	}

	function submit() {
		const words = text.trim();
		if (!words || bytesLeft < 0) return;
		if (mode.kind === "edit") {
			const { item } = mode;
			if (words === item.body.text) return begin({ kind: "write" });
			return edit.mutate({ id: item.id, text: words }, { onSuccess: () => begin({ kind: "write" }) });
		}
		const naming = namingOf(words, people, mayNameAll(room));
		const taken = engine.queue.enqueue(room.id, words, reply_to, naming, life ?? undefined, thread);
		if (!taken) return toast(t("composer.full"));
		clear();
	}

	/** Asks what is written as a poll; it goes once that is sent. */
	const question = mode.kind === "write" ? text.trim() : "";

	/** What is written, for later; it stays here until it is kept. */
	function forLater() {
		const words = text.trim();
		const { mentions, all } = namingOf(words, people, mayNameAll(room));
		return {
			client_id: uuidv7(),
			room_id: room.id,
			text: words,
			reply_to,
			mentions,
			mentions_all: all,
			expires_in: life ?? undefined,
			thread,
		};
	}

	function clear() {
		setText("");
		setDraft("");
		setLife(null);
		setEdited(null);
	}

	/** Arrow up in an empty field takes the last own message up again. */
	function editLast() {
		// Before he is accepted nobody changes what he said first.
		if (room.pending?.by_me) return;
		const items = engine.timelines.store.getState()[placeOf(room.id, thread)]?.items ?? [];
		const last = items.findLast(
			(i) => i.sender_id === me.id && i.kind === "message" && !i.redacted && !i.body.poll,
		);
		if (last) begin({ kind: "edit", item: last });
	}

	return {
		text,
		change,
		mode,
		begin,
		cancel: () => begin({ kind: "write" }),
		submit,
		life,
		mostLife: room.expires_in,
		chooseLife: (next: number | null) => {
			setLife(next);
			requestAnimationFrame(() => input.current?.focus());
		},
		forLater,
		question,
		roomId: room.id,
		thread,
		clear,
		editLast,
		input,
		naming,
		bytesLeft,
		busy: edit.isPending,
	};
}

/** A message that is gone is not answered any more. */
function modeOf(edited: Item | null, answered: Item | undefined): Mode {
	if (edited) return { kind: "edit", item: edited };
	return answered && !answered.redacted ? { kind: "reply", item: answered } : { kind: "write" };
}

export type ComposerModel = ReturnType<typeof useComposer>;
