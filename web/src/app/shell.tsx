import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { Compass, type LucideIcon, MessageCircle, Settings, UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cx } from "@/ui/cx";
import { Brand } from "./brand";
import { ConnectionBanner } from "./connection-banner";
import { useRequestCount, useRooms } from "./hooks";
import { useSession } from "./session";
import { useLiveShell } from "./use-live-shell";

/** The frame around every page of a logged-in person: navigation, the connection's state, the page. */
export function Shell() {
	const kind = useSession((s) => s.session.kind);
	return kind === "in" ? <Frame /> : null;
}

function Frame() {
	const { t } = useTranslation();
	useLiveShell();
	const path = useRouterState({ select: (s) => s.location.pathname });
	const talking = /^\/rooms\/./.test(path);
	return (
		<div className="flex h-dvh flex-col md:flex-row">
			<a
				href="#page"
				className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:start-2 focus:z-60 focus:rounded-m focus:bg-ink focus:px-4 focus:py-2 focus:text-canvas"
			>
				{t("nav.skip")}
			</a>
			<Navigation hidden={talking} />
			<div className="order-1 flex min-h-0 min-w-0 flex-1 flex-col md:order-2">
				<ConnectionBanner />
				<main id="page" className="flex min-h-0 flex-1">
					<Outlet />
				</main>
			</div>
		</div>
	);
}

/** A rail at the side; on small screens a bar below, which steps aside while one talks. */
function Navigation({ hidden }: { hidden: boolean }) {
	const { t } = useTranslation();
	const { badge } = useRooms();
	const waiting = useRequestCount();
	return (
		<nav
			aria-label={t("nav.main")}
			className={cx(
				"order-2 shrink-0 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:order-1 md:flex md:w-22 md:flex-col md:border-t-0 md:border-e md:py-4",
				hidden && "hidden",
			)}
		>
			<Link to="/rooms" aria-label="ChatLink" className="mx-auto mb-4 hidden rounded-m md:block">
				<Brand />
			</Link>
			<ul className="flex md:flex-col md:gap-1 md:px-2">
				<Tab to="/rooms" icon={MessageCircle} label={t("nav.chats")} count={badge + waiting} />
				<Tab to="/matches" icon={Compass} label={t("nav.partners")} />
				<Tab to="/profile" icon={UserRound} label={t("nav.profile")} />
				<Tab to="/settings" icon={Settings} label={t("nav.settings")} />
			</ul>
		</nav>
	);
}

function Tab({
	to,
	icon: Icon,
	label,
	count = 0,
}: {
	to: string;
	icon: LucideIcon;
	label: string;
	count?: number;
}) {
	const { t } = useTranslation();
	return (
		<li className="flex-1">
			<Link
				to={to}
				className="flex min-h-14 flex-col items-center justify-center gap-0.5 rounded-m text-xs font-medium text-muted hover:text-ink data-[status=active]:text-accent md:min-h-16 md:hover:bg-sunken md:data-[status=active]:bg-accent-soft md:data-[status=active]:text-accent-ink"
			>
				<span className="relative">
					<Icon size={22} strokeWidth={1.9} aria-hidden="true" />
					{count > 0 && (
						<span
							aria-hidden="true"
							className="absolute -top-1.5 -end-3 min-w-4.5 rounded-full bg-accent px-1 text-center text-xs font-bold text-on-accent"
						>
							{count > 99 ? "99+" : count}
						</span>
					)}
				</span>
				{label}
				{count > 0 && <span className="sr-only">{t("nav.unread", { count })}</span>}
			</Link>
		</li>
	);
}
