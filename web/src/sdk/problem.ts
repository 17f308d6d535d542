import type { FieldError, Problem } from "./types";

/** A refused or failed call. `status` 0 means that no answer came at all. */
export class ApiError extends Error {
	readonly status: number;
	readonly problem: Problem;

	constructor(problem: Problem) {
		super(problem.title);
		this.name = "ApiError";
		this.status = problem.status;
		this.problem = problem;
	}

	get code(): string {
		return this.problem.code;
	}

	/** Worth trying again by itself: the wire or the server failed, the request was not judged. */
	get transient(): boolean {
		return isTransient(this.problem);
	}

	field(name: string): FieldError | undefined {
		return this.problem.errors?.find(
			(e) => e.field === name || e.field.startsWith(`${name}[`) || e.field.startsWith(`${name}.`),
		);
	}
}

export function isTransient(problem: Problem): boolean {
	const { status } = problem;
	return status === 0 || status === 408 || status === 425 || status === 429 || status >= 500;
}

export const unreachable = (): Problem => ({ title: "No connection", status: 0, code: "network" });

/** Reads a problem document, and makes one up for an answer that is none (a proxy's page, say). */
export function problemFrom(status: number, body: unknown, retryAfter?: string | null): Problem {
	const given = isRecord(body) ? body : {};
	const wait = Number(given.retry_after ?? retryAfter);
	return {
		title: typeof given.title === "string" ? given.title : `HTTP ${status}`,
		status,
		code: typeof given.code === "string" ? given.code : "unknown",
		detail: typeof given.detail === "string" ? given.detail : undefined,
		request_id: typeof given.request_id === "string" ? given.request_id : undefined,
		retry_after: Number.isFinite(wait) && wait > 0 ? wait : undefined,
		tries_left: typeof given.tries_left === "number" ? given.tries_left : undefined,
		errors: Array.isArray(given.errors) ? given.errors.filter(isFieldError) : undefined,
	};
}

export function asApiError(cause: unknown): ApiError {
	if (cause instanceof ApiError) return cause;
	return new ApiError({ title: "Unexpected failure", status: -1, code: "unknown", detail: String(cause) });
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFieldError(value: unknown): value is FieldError {
	return isRecord(value) && typeof value.field === "string" && typeof value.code === "string";
}
