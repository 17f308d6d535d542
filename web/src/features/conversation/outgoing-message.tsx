import { CircleAlert, RotateCcw, Timer, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale, useSignedIn } from "@/app/hooks";
import { clock, duration } from "@/i18n/time";
import type { Outgoing } from "@/sdk";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Bubble, bubbleMeta, bubbleRow, bubbleWidth } from "./bubble";
import { BubbleText } from "./bubble-text";
import { Quote } from "./quote";
import { FateIcon } from "./ticks";

/** A message on its way: waiting, acknowledged but not yet in the timeline, or refused. */
export function OutgoingMessage({ message, first }: { message: Outgoing; first: boolean }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const failed = message.state === "failed";
	const time = clock(new Date(message.written_at).toISOString(), locale);
	return (
		<article
			data-fate={message.state}
			data-seq={message.ack?.seq}
			aria-label={t("message.label", { name: t("message.you"), time })}
			className={bubbleRow(true, first)}
		>
			<div className={cx(bubbleWidth, "items-end")}>
				<Bubble own first={first} failed={failed}>
					{message.reply_to && <Quote id={message.reply_to} />}
					<div dir="auto">
						<BubbleText text={message.text} />{" "}
						<p className={bubbleMeta}>
							{message.expires_in && (
								<span title={t("timer.messageLine", { life: duration(message.expires_in, locale) })}>
									<Timer size={12} aria-hidden="true" />
								</span>
							)}
							<time dir="auto">{time}</time>
							{!failed && <FateIcon fate={message.state === "sent" ? "sent" : "pending"} />}
						</p>
					</div>
				</Bubble>
				{failed && <Refused message={message} />}
			</div>
		</article>
	);
}

function Refused({ message }: { message: Outgoing }) {
	const { t } = useTranslation();
	const { engine } = useSignedIn();
	const reason = t(`sendError.${message.problem?.code}`, { defaultValue: t("sendError.other") });
	return (
		<div className="flex flex-wrap items-center justify-end gap-1 pt-1">
			<span role="alert" className="inline-flex items-center gap-1.5 text-sm font-medium text-danger">
				<CircleAlert size={15} aria-hidden="true" />
				{t("message.failed")} {reason}
			</span>
			<Button look="quiet" small onClick={() => engine.queue.retry(message.client_id)}>
				<RotateCcw size={14} aria-hidden="true" />
				{t("common.tryAgain")}
			</Button>
			<Button look="quiet" small onClick={() => engine.queue.discard(message.client_id)}>
				<Trash2 size={14} aria-hidden="true" />
				{t("message.discard")}
			</Button>
		</div>
	);
}
