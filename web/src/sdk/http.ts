import createClient, { type Client } from "openapi-fetch";
import { ApiError, problemFrom, unreachable } from "./problem";
import type { paths } from "./schema";
import type { TokenSource } from "./token";

export interface HttpOptions {
	/** Where `/v1` is; the page's own origin when absent. */
	base?: string;
	/** Whose word proves the caller; the browser's cookie when absent. */
	token?: TokenSource;
	fetch?: (request: Request) => Promise<Response>;
	/** Told when a call that needs a session is answered 401. */
	onUnauthorized?: () => void;
	/** Told when the token belongs to another session than the cookie: somebody logged in anew in another tab. */
	onForeign?: () => void;
}

/** What openapi-fetch answers for a call. */
type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

const TIMEOUT_MS = 15_000;

/** A file of everything takes as long as it takes, within reason. */
const FILE_TIMEOUT_MS = 600_000;

/** A wrong password or second factor is a 401 too, and ends nothing. */
const PROOFS = new Set<string>(["login_wrong", "second_factor_required", "second_factor_wrong"]);

/** The typed calls of the API: adds what proves the caller, turns problems into `ApiError`. */
export class Http {
	/** Sent on every method but GET; `GET /me` and the login answers renew it. */
	csrf: string | null = null;
	readonly client: Client<paths>;

	constructor(private readonly options: HttpOptions = {}) {
		const baseUrl = options.base ?? globalThis.location?.origin;
		this.client = createClient<paths>({ baseUrl, cache: "no-store", fetch: (request) => this.send(request) });
	}

	/** The body of a call's answer; a refusal or a failure is thrown as `ApiError`. */
	async ask<T>(answer: Answer<T>): Promise<T> {
		const { data, error, response } = await answer.catch((cause) => {
			throw cause instanceof ApiError ? cause : new ApiError(problemFrom(0, undefined));
		});
		if (response.ok) return data as T;
		const problem = problemFrom(response.status, error, response.headers.get("retry-after"));
		if (response.status === 401 && !PROOFS.has(problem.code) && this.csrf) this.options.onUnauthorized?.();
		if (problem.code === "csrf_wrong") this.options.onForeign?.();
		throw new ApiError(problem);
	}

	/** A file of the API, by the address that an answer named. Files have versions, so the browser may keep them. */
	async file(path: string): Promise<Blob> {
		const base = this.options.base ?? globalThis.location?.origin;
		const response = await this.send(new Request(`${base}${path}`));
		if (!response.ok) throw new ApiError(problemFrom(response.status, undefined));
		return response.blob();
	}

	private async send(request: Request): Promise<Response> {
		const { token } = this.options;
		if (!token) return this.deliver(request);
		const again = request.clone();
		const used = await token.current();
		const response = await this.deliver(bearing(used, request));
		if (response.status !== 401) return response;
		token.refuse(used);
		const fresh = await token.current();
		return fresh === used ? response : this.deliver(bearing(fresh, again));
	}

	private async deliver(request: Request): Promise<Response> {
		if (this.csrf && request.method !== "GET") request.headers.set("x-csrf-token", this.csrf);
		const fetcher = this.options.fetch ?? fetch;
		const patience = isFile(request) ? FILE_TIMEOUT_MS : TIMEOUT_MS;
		let response: Response;
		try {
			response = await fetcher(new Request(request, { signal: AbortSignal.timeout(patience) }));
		} catch {
			throw new ApiError(unreachable());
		}
		this.csrf = response.headers.get("x-csrf-token") ?? this.csrf;
		return response;
	}
}

const isFile = (request: Request) =>
	request.url.endsWith("/v1/me/export") || /^text\//.test(request.headers.get("accept") ?? "");

function bearing(token: string, request: Request): Request {
	request.headers.set("authorization", `Bearer ${token}`);
	return request;
}
