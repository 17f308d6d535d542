import type { Attempt } from "@/sdk";
import { CodeForm } from "./code-form";
import { type CodeCalls, useCode } from "./use-code";

/** The step of a way that asks for the code of an attempt; `digits` and the calls tell the ways apart. */
export function CodeStep({
	attempt,
	digits,
	onRestart,
	...calls
}: CodeCalls & { attempt: Attempt; digits: number; onRestart: () => void }) {
	return <CodeForm model={useCode(attempt, calls)} digits={digits} onRestart={onRestart} />;
}
