import { CloudOff, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { asApiError } from "@/sdk";
import { Button } from "./button";
import { cx } from "./cx";

/** Nothing is here yet: says so, and what to do about it. */
export function Empty({
	icon: Icon,
	title,
	children,
	action,
	page,
}: {
	icon: LucideIcon;
	title: string;
	children?: ReactNode;
	action?: ReactNode;
	/** It is the whole page, and its title the page's heading. */
	page?: boolean;
}) {
	const Title = page ? "h1" : "h2";
	return (
		<div className="flex flex-1 flex-col items-center justify-center gap-2 p-8 text-center">
			<span className="mb-2 flex size-16 items-center justify-center rounded-l bg-accent-soft text-accent-ink">
				<Icon size={28} strokeWidth={1.75} aria-hidden="true" />
			</span>
			<Title className="text-lg">{title}</Title>
			{children && <p className="max-w-80 text-muted">{children}</p>}
			{action && <div className="mt-3">{action}</div>}
		</div>
	);
}

/** A load that failed, with the way to try again. */
export function Failed({ cause, onRetry }: { cause: unknown; onRetry: () => void }) {
	const { t } = useTranslation();
	const offline = asApiError(cause).status === 0;
	return (
		<div role="alert" className="flex flex-1 flex-col items-center justify-center gap-2 p-8 text-center">
			<CloudOff size={28} strokeWidth={1.75} className="mb-2 text-muted" aria-hidden="true" />
			<h2 className="text-lg">{offline ? t("state.offline") : t("state.failed")}</h2>
			<p className="max-w-80 text-muted">{offline ? t("state.offlineHint") : t("state.failedHint")}</p>
			<Button className="mt-3" onClick={onRetry}>
				{t("common.tryAgain")}
			</Button>
		</div>
	);
}

/** Quiet stand-ins for rows that are on their way. */
export function SkeletonRows({ count = 6 }: { count?: number }) {
	const { t } = useTranslation();
	return (
		<div role="status" aria-label={t("state.loading")} className="flex flex-col gap-1 p-2">
			{Array.from({ length: count }, (_, i) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: stand-ins have no identity.
				<div key={i} className="flex items-center gap-3 p-2">
					<span className="skeleton size-12 shrink-0 rounded-full" />
					<span className="flex flex-1 flex-col gap-2">
						<span className={cx("skeleton h-3 rounded-s", i % 2 ? "w-2/5" : "w-1/2")} />
						<span className="skeleton h-3 w-4/5 rounded-s" />
					</span>
				</div>
			))}
		</div>
	);
}

/** A line that says what went wrong with a form or an action. */
export function Alert({ children, tone = "danger" }: { children: ReactNode; tone?: "danger" | "info" }) {
	if (!children) return null;
	return (
		<div
			role={tone === "danger" ? "alert" : "status"}
			className={cx(
				"rounded-m px-4 py-3 text-sm",
				tone === "danger" ? "bg-danger-soft text-danger" : "bg-accent-soft text-accent-ink",
			)}
		>
			{children}
		</div>
	);
}

export function Chip({ children, strong }: { children: ReactNode; strong?: boolean }) {
	return (
		<span
			className={cx(
				"inline-flex items-center gap-1 rounded-full px-2.5 py-0.5 text-sm",
				strong ? "bg-accent-soft font-medium text-accent-ink" : "bg-sunken text-ink",
			)}
		>
			{children}
		</span>
	);
}
