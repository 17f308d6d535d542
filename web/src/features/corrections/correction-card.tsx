import { Check, CircleDashed, SpellCheck, Undo2, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Correction } from "@/sdk";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Chip } from "@/ui/states";
import { Changes } from "./changes";
import type { Answer } from "./use-corrections";

const ICONS = { open: CircleDashed, accepted: Check, declined: X } as const;

/** A correction: who proposes what, why, and what became of it. */
export function CorrectionCard({
	correction,
	head,
	stale,
	may,
	busy,
	onAnswer,
	tabIndex,
}: {
	correction: Correction;
	/** Who, or who and when. */
	head: ReactNode;
	/** The message was edited since. */
	stale: boolean;
	/** What the reader may do to it. */
	may: readonly Answer[];
	busy: Answer | null;
	onAnswer: (answer: Answer) => void;
	tabIndex?: number;
}) {
	const { t } = useTranslation();
	const { words, state } = correction;
	const declined = state === "declined";
	const open = may.filter(
		(answer) =>
			!(answer === "accept" && state === "accepted") && !(answer === "decline" && state === "declined"),
	);
	return (
		<div
			data-correction={state}
			className={cx(
				"flex min-w-0 flex-col gap-1.5 rounded-m border border-line bg-surface p-3",
				state === "open"
					? "border-s-4 border-s-edge"
					: declined
						? "border-dashed"
						: "border-s-4 border-s-accent",
			)}
		>
			<div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted">
				<SpellCheck size={16} className="shrink-0 text-accent" aria-hidden="true" />
				<span className="min-w-0 flex-1 basis-24">{head}</span>
				{words.kind && <Chip>{t(`corrections.kinds.${words.kind}`, { defaultValue: words.kind })}</Chip>}
			</div>
			<Changes original={words.original} spans={words.spans} />
			{words.note && (
				<p dir="auto" data-text="" className="text-sm break-words whitespace-pre-wrap text-muted">
					{words.note}
				</p>
			)}
			{stale && <p className="text-sm text-muted italic">{t("corrections.stale")}</p>}
			<div className="flex flex-wrap items-center gap-2">
				<State state={state} />
				{open.map((answer) => (
					<Button
						key={answer}
						small
						look={answer === "accept" ? "primary" : answer === "withdraw" ? "quiet" : "plain"}
						busy={busy === answer}
						tabIndex={tabIndex}
						onClick={() => onAnswer(answer)}
					>
						{answer === "withdraw" && <Undo2 size={14} className="rtl:-scale-x-100" aria-hidden="true" />}
						{t(`corrections.${answer}`)}
					</Button>
				))}
			</div>
		</div>
	);
}

function State({ state }: { state: string }) {
	const { t } = useTranslation();
	const Icon = ICONS[state as keyof typeof ICONS] ?? CircleDashed;
	return (
		<span
			className={cx(
				"me-auto inline-flex items-center gap-1 text-sm font-medium",
				state === "accepted" ? "text-accent" : "text-muted",
			)}
		>
			<Icon size={15} aria-hidden="true" />
			{t(`corrections.states.${state}`, { defaultValue: state })}
		</span>
	);
}
