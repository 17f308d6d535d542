import { useEffect, useState } from "react";
import { type ApiError, type Attempt, asApiError, type Proof } from "@/sdk";

export interface CodeModel {
	code: string;
	setCode: (code: string) => void;
	busy: boolean;
	error: ApiError | null;
	/** The attempt is over: only a new start helps. */
	gone: boolean;
	/** Seconds until a check is admitted again. */
	paused: number;
	/** Seconds until a new code may be asked for; `null` when there will be none. */
	resendIn: number | null;
	resent: boolean;
	submit: () => Promise<void>;
	resend: () => Promise<void>;
}

export interface CodeCalls {
	verify: (id: string, code: string) => Promise<Proof>;
	/** Absent where the server sends no second code. */
	resend?: (id: string) => Promise<Attempt>;
	onProved: (proof: string) => void;
}

/** The state of a page that asks for a code: tries, pauses, and the time until another may be sent. */
export function useCode(start: Attempt, { verify, resend, onProved }: CodeCalls): CodeModel {
	const [attempt, setAttempt] = useState(start);
	const [code, setCode] = useState("");
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const [pausedUntil, setPausedUntil] = useState(0);
	const [resent, setResent] = useState(false);
	const now = useNow();

	async function guard(work: () => Promise<void>) {
		setBusy(true);
		setError(null);
		try {
			await work();
		} catch (cause) {
			const failure = asApiError(cause);
			setError(failure);
			setCode("");
			if (failure.problem.retry_after) setPausedUntil(Date.now() + failure.problem.retry_after * 1000);
		} finally {
			setBusy(false);
		}
	}

	const gone = error?.status === 410 || error?.problem.tries_left === 0;
	const submit = () =>
		guard(async () => {
			setResent(false);
			onProved((await verify(attempt.id, code.replace(/\D/g, ""))).proof);
		});
	const again = () =>
		guard(async () => {
			if (!resend) return;
			setAttempt(await resend(attempt.id));
			setPausedUntil(0);
			setResent(true);
		});
	const resendIn = resend && attempt.resend_at ? secondsUntil(Date.parse(attempt.resend_at), now) : null;
	return {
		code,
		setCode,
		busy,
		error,
		gone,
		paused: secondsUntil(pausedUntil, now),
		resendIn,
		resent,
		submit,
		resend: again,
	};
}

const secondsUntil = (time: number, now: number) => Math.max(0, Math.ceil((time - now) / 1000));

function useNow(): number {
	const [now, setNow] = useState(Date.now);
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), 500);
		return () => clearInterval(timer);
	}, []);
	return now;
}
