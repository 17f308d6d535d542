import { WifiOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Spinner } from "@/ui/button";
import { useConnection, useSignedIn } from "./hooks";

const PATIENCE_MS = 800;

/** Says that the line is down, once it is worth saying, and offers to try at once. */
export function ConnectionBanner() {
	const { t } = useTranslation();
	const { engine } = useSignedIn();
	const { connection, everReady } = useConnection();
	const down = connection.kind !== "ready";
	const shown = useDelayed(down, everReady ? PATIENCE_MS : 4 * PATIENCE_MS);
	return (
		<div role="status">
			{shown && (
				<div className="flex min-h-10 items-center justify-center gap-3 bg-ink px-4 py-1 text-sm text-canvas">
					{connection.kind === "connecting" ? (
						<Spinner />
					) : (
						<WifiOff size={16} className="shrink-0" aria-hidden="true" />
					)}
					<span>{t("connection.lost")}</span>
					<button
						type="button"
						onClick={() => engine.nudge()}
						className="shrink-0 rounded-s px-2 py-1 font-semibold underline underline-offset-2"
					>
						{t("connection.now")}
					</button>
				</div>
			)}
		</div>
	);
}

function useDelayed(on: boolean, ms: number): boolean {
	const [delayed, setDelayed] = useState(false);
	useEffect(() => {
		if (!on) return setDelayed(false);
		const timer = setTimeout(() => setDelayed(true), ms);
		return () => clearTimeout(timer);
	}, [on, ms]);
	return on && delayed;
}
