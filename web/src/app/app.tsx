import { CSPProvider } from "@base-ui/react/csp-provider";
import { DirectionProvider } from "@base-ui/react/direction-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { type AnyRouter, RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { directionOf } from "@/i18n";
import { ApiError } from "@/sdk";
import { Spinner } from "@/ui/button";
import { Failed } from "@/ui/states";
import { Toaster } from "@/ui/toast";
import { useLocale } from "./hooks";
import { queryClient } from "./queries";
import { restore, useSession } from "./session";

const RETRY_MS = 3_000;

/** The app with these pages. */
export function App({ router }: { router: AnyRouter }) {
	const kind = useSession((s) => s.session.kind);
	const direction = directionOf(useLocale());
	useEffect(() => void restore(), []);
	useEffect(() => {
		if (kind === "in" || kind === "out") void router.invalidate();
	}, [kind, router]);
	useEffect(() => {
		if (kind !== "unreachable") return;
		const timer = setInterval(() => void restore(), RETRY_MS);
		return () => clearInterval(timer);
	}, [kind]);
	if (kind === "starting") return <Splash />;
	if (kind === "unreachable") return <Unreachable />;
	return (
		<CSPProvider disableStyleElements>
			<QueryClientProvider client={queryClient}>
				<DirectionProvider direction={direction}>
					<RouterProvider router={router} />
					<Toaster />
				</DirectionProvider>
			</QueryClientProvider>
		</CSPProvider>
	);
}

function Splash() {
	const { t } = useTranslation();
	return (
		<main
			role="status"
			aria-label={t("state.loading")}
			className="flex h-full items-center justify-center text-muted"
		>
			<Spinner className="size-6" />
		</main>
	);
}

function Unreachable() {
	const cause = new ApiError({ title: "", status: 0, code: "network" });
	return (
		<main className="flex h-full">
			<Failed cause={cause} onRetry={() => void restore()} />
		</main>
	);
}
