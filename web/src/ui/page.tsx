import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

export interface PageProps {
	title: string;
	/** Where the arrow leads; none on a top page. */
	back?: string;
	actions?: ReactNode;
	children: ReactNode;
	/** Content as wide as the screen allows, for grids. */
	wide?: boolean;
}

/** A page of the app: heading (which takes the focus when the page opens), actions, scrolling content. */
export function Page({ title, back, actions, children, wide }: PageProps) {
	const { t } = useTranslation();
	const width = wide ? "max-w-6xl" : "max-w-2xl";
	return (
		<div className="flex h-full min-w-0 flex-1 flex-col">
			<header className="shrink-0 border-b border-line bg-surface">
				<div className={`mx-auto flex min-h-16 w-full items-center gap-2 px-4 md:px-8 ${width}`}>
					{back && (
						<Link
							to={back}
							aria-label={t("common.back")}
							className="-ms-2 rounded-m p-2 text-muted hover:bg-sunken hover:text-ink"
						>
							<ArrowLeft size={20} className="rtl:-scale-x-100" aria-hidden="true" />
						</Link>
					)}
					<PageHeading>{title}</PageHeading>
					{actions}
				</div>
			</header>
			<div className="min-h-0 flex-1 overflow-y-auto">
				<div className={`mx-auto flex min-h-full w-full flex-col px-4 py-6 md:px-8 ${width}`}>{children}</div>
			</div>
		</div>
	);
}

/** The page's h1. It takes the focus once, so that a screen reader says where one is now. */
export function PageHeading({ children, className }: { children: string; className?: string }) {
	const heading = useRef<HTMLHeadingElement>(null);
	useEffect(() => heading.current?.focus({ preventScroll: true }), []);
	return (
		<h1 ref={heading} tabIndex={-1} className={className ?? "min-w-0 flex-1 truncate text-lg"}>
			{children}
		</h1>
	);
}

/** A titled part of a page. */
export function Section({
	title,
	hint,
	children,
	actions,
}: {
	title: string;
	hint?: string;
	children: ReactNode;
	actions?: ReactNode;
}) {
	return (
		<section className="mb-6 rounded-l border border-line bg-surface p-4 md:p-6">
			<div className="mb-3 flex items-center gap-2">
				<h2 className="flex-1 text-base">{title}</h2>
				{actions}
			</div>
			{hint && <p className="-mt-2 mb-3 text-sm text-muted">{hint}</p>}
			{children}
		</section>
	);
}
