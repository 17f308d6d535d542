import { Plus, X } from "lucide-react";
import { type KeyboardEvent, useRef } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { sayField, sayRest } from "@/app/errors";
import { useLocale } from "@/app/hooks";
import { duration } from "@/i18n/time";
import type { Id } from "@/sdk";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, FieldGroup, SelectField } from "@/ui/field";
import { Alert } from "@/ui/states";
import { Switch } from "@/ui/switch";
import { useNewPoll } from "./use-new-poll";
import { MAX_OPTIONS, MIN_OPTIONS, OPTION_CHARS } from "./use-poll";

const HOUR = 3600;
const DAY = 24 * HOUR;
const LIVES = [HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY, 28 * DAY];

/** Asks the others of the conversation something. */
export function PollDialog({
	roomId,
	question,
	life,
	onClose,
	onDone,
}: {
	roomId: Id;
	/** What was written so far. */
	question: string;
	/** How many seconds it stays, as it was chosen for what is written. */
	life: number | null;
	onClose: () => void;
	onDone: () => void;
}) {
	const { t } = useTranslation();
	const locale = useLocale();
	const poll = useNewPoll(roomId, question, life);
	const { ask } = poll;
	function submit() {
		ask.mutate(undefined, {
			onSuccess: () => {
				onDone();
				onClose();
			},
		});
	}
	const rest = sayRest(t, ask.error, ["text"]);
	return (
		<Dialog
			open
			onClose={onClose}
			title={t("polls.title")}
			description={t("polls.hint")}
			actions={
				<>
					<Button onClick={onClose}>{t("common.cancel")}</Button>
					<Button look="primary" busy={ask.isPending} disabled={!poll.ready} onClick={submit}>
						{t("polls.ask")}
					</Button>
				</>
			}
		>
			{rest && <Alert>{rest}</Alert>}
			<Field label={t("polls.question")} error={sayField(t, ask.error, "text")}>
				{(props) => (
					<textarea
						{...props}
						dir="auto"
						rows={2}
						value={poll.question}
						onChange={(e) => poll.setQuestion(e.target.value)}
						className="control max-h-40 py-2"
					/>
				)}
			</Field>
			<Options poll={poll} />
			<Switch label={t("polls.multiple")} checked={poll.multiple} onChange={poll.setMultiple} />
			<SelectField
				label={t("polls.closes")}
				value={poll.closesIn ?? ""}
				onChange={(e) => poll.setClosesIn(e.target.value ? Number(e.target.value) : undefined)}
			>
				<option value="">{t("polls.byHand")}</option>
				{LIVES.map((seconds) => (
					<option key={seconds} value={seconds}>
						{t("polls.after", { time: duration(seconds, locale) })}
					</option>
				))}
			</SelectField>
			{life !== null && (
				<p className="text-sm text-muted">{t("timer.messageLine", { life: duration(life, locale) })}</p>
			)}
		</Dialog>
	);
}

/** What may be chosen. Enter goes on to the next one, and behind the last one makes another. */
function Options({ poll }: { poll: ReturnType<typeof useNewPoll> }) {
	const { t } = useTranslation();
	const list = useRef<HTMLOListElement>(null);
	const focus = (place: number) => list.current?.querySelectorAll("input")[place]?.focus();
	function more() {
		// At once, so that the next key is the first one of the new option.
		flushSync(poll.add);
		focus(poll.options.length);
	}
	function onKeyDown(event: KeyboardEvent, place: number) {
		if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
		event.preventDefault();
		if (place < poll.options.length - 1) focus(place + 1);
		else if (poll.options[place]?.text.trim()) more();
	}
	return (
		<FieldGroup legend={t("polls.options")} error={poll.repeated ? t("polls.repeated") : null}>
			<ol ref={list} className="flex flex-col gap-2">
				{poll.options.map(({ key, text }, place) => (
					<li key={key} className="flex items-center gap-1">
						<input
							aria-label={t("polls.option", { number: place + 1 })}
							placeholder={t("polls.option", { number: place + 1 })}
							dir="auto"
							enterKeyHint="next"
							maxLength={OPTION_CHARS}
							value={text}
							onChange={(e) => poll.write(key, e.target.value)}
							onKeyDown={(e) => onKeyDown(e, place)}
							className="control"
						/>
						{poll.options.length > MIN_OPTIONS && (
							<IconButton
								label={t("polls.remove", { number: place + 1 })}
								onClick={() => {
									flushSync(() => poll.remove(key));
									focus(Math.max(0, place - 1));
								}}
							>
								<X size={16} aria-hidden="true" />
							</IconButton>
						)}
					</li>
				))}
			</ol>
			{poll.options.length < MAX_OPTIONS && (
				<Button small look="quiet" className="self-start" onClick={more}>
					<Plus size={16} aria-hidden="true" />
					{t("polls.add")}
				</Button>
			)}
		</FieldGroup>
	);
}
