import { CalendarClock, ChartBarBig, Check, Pencil, Plus, Reply, SendHorizontal, X } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Id } from "@/sdk";
import { IconButton } from "@/ui/button";
import { Menu, MenuItem } from "@/ui/menu";
import { NameList } from "../mentions/name-list";
import { PollDialog } from "../polls/poll-dialog";
import { ScheduleDialog } from "../scheduled/schedule-dialog";
import { LifeLine } from "../timer/life-line";
import { LifeMenu } from "../timer/life-menu";
import type { ComposerModel } from "./use-composer";

const WARN_BYTES = 2_000;

/** Where one writes. Enter sends, Shift and Enter begins a line, Escape gives up an answer or a change. */
export function Composer({ model, nameOf }: { model: ComposerModel; nameOf: (id: Id) => string }) {
	const { t } = useTranslation();
	const { text, mode, bytesLeft } = model;
	const { naming } = model;
	const listed = naming.people.length > 0;
	function onKeyDown(event: KeyboardEvent) {
		if (naming.onKey(event)) return;
		if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
			event.preventDefault();
			model.submit();
		} else if (event.key === "Escape" && mode.kind !== "write") {
			event.preventDefault();
			model.cancel();
		} else if (event.key === "ArrowUp" && text === "") {
			event.preventDefault();
			model.editLast();
		}
	}
	const tooLong = bytesLeft < 0;
	return (
		<form
			className="mx-auto w-full max-w-3xl shrink-0 px-2 pt-1 pb-[max(0.5rem,env(safe-area-inset-bottom))] md:px-4 md:pb-4"
			onSubmit={(event: FormEvent) => {
				event.preventDefault();
				model.submit();
			}}
		>
			<ModeLine model={model} nameOf={nameOf} />
			{mode.kind !== "edit" && model.life !== null && (
				<LifeLine life={model.life} onCancel={() => model.chooseLife(null)} />
			)}
			{listed && (
				<NameList id={naming.id} people={naming.people} chosen={naming.chosen} onPick={naming.pick} />
			)}
			<div className="flex items-end gap-1 rounded-l border border-edge bg-surface p-1 focus-within:border-accent focus-within:shadow-[0_0_0_3px_var(--accent-soft)]">
				{mode.kind === "write" && !model.thread && <More model={model} />}
				<textarea
					ref={model.input}
					rows={1}
					value={text}
					onChange={(e) => {
						model.change(e.target.value);
						naming.moved(e.target.selectionStart);
					}}
					onSelect={(e) => naming.moved(e.currentTarget.selectionStart)}
					onKeyDown={onKeyDown}
					aria-autocomplete="list"
					aria-controls={listed ? naming.id : undefined}
					aria-activedescendant={listed ? `${naming.id}-${naming.chosen}` : undefined}
					aria-label={model.thread ? t("threads.composer") : t("composer.label")}
					aria-invalid={tooLong || undefined}
					placeholder={model.thread ? t("threads.composer") : t("composer.placeholder")}
					dir="auto"
					enterKeyHint="send"
					className="field-sizing-content max-h-48 min-h-10 flex-1 resize-none bg-transparent px-3 py-2.5 outline-none"
				/>
				{mode.kind !== "edit" && (text.trim() || model.life !== null) && (
					<LifeMenu life={model.life} most={model.mostLife} onChoose={model.chooseLife} />
				)}
				{mode.kind !== "edit" && text.trim() && !tooLong && <Later model={model} />}
				<IconButton
					type="submit"
					label={mode.kind === "edit" ? t("composer.save") : t("composer.send")}
					disabled={!text.trim() || tooLong || model.busy}
					className="rounded-full bg-accent text-on-accent hover:bg-accent-strong hover:text-on-accent disabled:bg-transparent disabled:text-muted"
				>
					{mode.kind === "edit" ? (
						<Check size={20} aria-hidden="true" />
					) : (
						<SendHorizontal size={20} className="rtl:-scale-x-100" aria-hidden="true" />
					)}
				</IconButton>
			</div>
			{bytesLeft < WARN_BYTES && (
				<p
					role="status"
					className={tooLong ? "px-4 pt-1 text-sm font-medium text-danger" : "px-4 pt-1 text-sm text-muted"}
				>
					{tooLong ? t("composer.tooLong", { count: -bytesLeft }) : t("composer.left", { count: bytesLeft })}
				</p>
			)}
		</form>
	);
}

/** What else there is to send than words. */
function More({ model }: { model: ComposerModel }) {
	const { t } = useTranslation();
	const [question, setQuestion] = useState<string | null>(null);
	return (
		<>
			<Menu align="start" label={t("composer.more")} icon={<Plus size={20} aria-hidden="true" />}>
				<MenuItem icon={<ChartBarBig size={16} />} onSelect={() => setQuestion(model.question)}>
					{t("polls.new")}
				</MenuItem>
			</Menu>
			{question !== null && (
				<PollDialog
					roomId={model.roomId}
					question={question}
					life={model.life}
					onClose={() => setQuestion(null)}
					onDone={() => (question ? model.clear() : model.chooseLife(null))}
				/>
			)}
		</>
	);
}

/** Sends what is written at another time. */
function Later({ model }: { model: ComposerModel }) {
	const { t } = useTranslation();
	const [message, setMessage] = useState<ReturnType<ComposerModel["forLater"]> | null>(null);
	return (
		<>
			<IconButton label={t("scheduled.open")} onClick={() => setMessage(model.forLater())}>
				<CalendarClock size={19} aria-hidden="true" />
			</IconButton>
			{message && <ScheduleDialog message={message} onClose={() => setMessage(null)} onDone={model.clear} />}
		</>
	);
}

function ModeLine({ model, nameOf }: { model: ComposerModel; nameOf: (id: Id) => string }) {
	const { t } = useTranslation();
	const { mode } = model;
	if (mode.kind === "write") return null;
	const Icon = mode.kind === "edit" ? Pencil : Reply;
	return (
		<div className="flex items-center gap-3 px-3 pb-1">
			<Icon size={18} className="shrink-0 text-accent rtl:-scale-x-100" aria-hidden="true" />
			<div className="min-w-0 flex-1 border-s-2 border-accent ps-2 text-sm">
				<p className="font-semibold text-accent">
					{mode.kind === "edit"
						? t("composer.editing")
						: t("composer.replying", { name: nameOf(mode.item.sender_id) })}
				</p>
				<p className="truncate text-beside text-muted" dir="auto">
					{mode.item.body.text}
				</p>
			</div>
			<IconButton label={t("common.cancel")} onClick={model.cancel}>
				<X size={18} aria-hidden="true" />
			</IconButton>
		</div>
	);
}
