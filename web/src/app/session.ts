import i18next from "i18next";
import { create } from "zustand";
import { announce, clearShown, withdraw, withdrawOwn } from "@/features/notifications/announce";
import { asLocale, hasChosenLocale, setLocale } from "@/i18n";
import {
	type Api,
	ApiError,
	asApiError,
	createApi,
	Engine,
	Http,
	type Me,
	type OwnerProof,
	type TokenSource,
} from "@/sdk";
import { bindLive } from "./live";
import { keys, queryClient } from "./queries";
import { currentTheme, setTheme } from "./theme";

export type Session =
	| { kind: "starting" }
	| { kind: "unreachable" }
	| { kind: "out"; ended: boolean; deleted?: boolean }
	| { kind: "in"; me: Me; engine: Engine };

/** Says that a cookie is probably there, so that a first visit asks nothing that would be refused. */
const HINT = "chatlink.session";

/** Where `/v1` is, and what proves who calls. */
interface Endpoint {
	base: string;
	/** Of a host page; absent: the browser's cookie. */
	token?: TokenSource;
}

let endpoint: Endpoint = { base: location.origin };
/** Whether the pages stand in a host's page, whose people log in there alone. */
export const isEmbedded = () => endpoint.token !== undefined;

let http = httpOf(endpoint);
export let api: Api = createApi(http);
export const useSession = create<{ session: Session }>(() => ({ session: { kind: "starting" } }));

/** From now on all calls go there, as whoever the token says: what was here before ends. */
export function connectTo(other: Endpoint): void {
	leave(false);
	endpoint = other;
	http = httpOf(endpoint);
	api = createApi(http);
	enter({ kind: "starting" });
}

/** Finds out whether the browser's cookie still opens a session, or a host's token begins one. */
export async function restore(): Promise<void> {
	if (!endpoint.token && !read()) return enter({ kind: "out", ended: false });
	try {
		join(await api.me.show());
	} catch (cause) {
		if (asApiError(cause).status === 401) leave(true);
		else enter({ kind: "unreachable" });
	}
}

/** After a completed registration: the account speaks the language of the page it was made on. */
export async function beginNew(): Promise<void> {
	await enterApp();
	void api.me.updateSettings({ locale: i18next.language, theme: currentTheme() }).catch(() => {});
}

/** After a login: what was chosen on other devices holds here too, unless something was chosen here. */
export async function begin(): Promise<void> {
	await enterApp();
	const settings = await api.me.settings().catch(() => null);
	if (!settings) return;
	queryClient.setQueryData(keys.settings, settings);
	if (currentTheme() === "system") setTheme(settings.theme);
	const locale = asLocale(settings.locale);
	if (locale && !hasChosenLocale()) await setLocale(locale).catch(() => {});
}

/** The cookie is there; should the server be away right now, the page waits for it and goes on by itself. */
async function enterApp(): Promise<void> {
	write(true);
	await restore();
}

/** Deletes the account, and ends everything here with it. */
export async function deleteAccount(proof: OwnerProof, redact: boolean): Promise<void> {
	const { session } = useSession.getState();
	const engine = session.kind === "in" ? session.engine : undefined;
	// As at a logout: the line that the server will cut is no session that somebody else ended.
	engine?.disconnect();
	try {
		await api.me.remove(proof, redact);
	} catch (cause) {
		engine?.start();
		throw cause;
	}
	leave(false);
	enter({ kind: "out", ended: false, deleted: true });
}

export async function logout(): Promise<void> {
	const { session } = useSession.getState();
	const engine = session.kind === "in" ? session.engine : undefined;
	// The server will cut the line; that must not look like a session that somebody else ended.
	engine?.disconnect();
	try {
		await api.sessions.logout();
	} catch (cause) {
		if (!(cause instanceof ApiError) || cause.status !== 401) {
			engine?.start();
			throw cause;
		}
	}
	leave(false);
}

/** Ends the session on this page. `ended`: not by the person's own wish here and now. */
export function leave(ended: boolean): void {
	const { session } = useSession.getState();
	if (session.kind === "out") return;
	if (session.kind === "in") session.engine.stop();
	if (!endpoint.token) write(false);
	http.csrf = null;
	queryClient.clear();
	clearShown();
	enter({ kind: "out", ended });
}

function join(me: Me): void {
	const { session } = useSession.getState();
	if (session.kind === "in") session.engine.stop();
	queryClient.setQueryData(["me"], me);
	const live = bindLive(queryClient, me.id, () => void checkSession());
	const engine = new Engine({
		api,
		me: me.id,
		// The list is asked for beside the socket, so that it shows before the line stands.
		url: () => `${endpoint.base.replace(/^http/, "ws")}/v1/ws?rooms=0`,
		token: endpoint.token,
		storage: localStorage,
		...live,
		onEvent: (event) => {
			live.onEvent(event);
			withdraw(event);
			// Inside another's page, being told is that page's to decide.
			if (!endpoint.token) void announce(event, me.id, { client: queryClient, api });
		},
		onUserEvent: (event) => {
			live.onUserEvent(event);
			withdrawOwn(event);
		},
	});
	engine.start();
	enter({ kind: "in", me, engine });
}

let checking: Promise<Me | null> | null = null;

/**
 * The line or a token was refused. A 401 means that the session is over; the call itself then ends it. Another person means
 * that somebody logged in in another tab: this page becomes theirs.
 */
async function checkSession(): Promise<void> {
	checking ??= api.me.show().catch(() => null);
	const me = await checking;
	checking = null;
	const { session } = useSession.getState();
	if (!me || session.kind !== "in" || session.me.id === me.id) return;
	queryClient.clear();
	clearShown();
	join(me);
}

function httpOf({ base, token }: Endpoint): Http {
	return new Http({ base, token, onUnauthorized: () => leave(true), onForeign: () => void checkSession() });
}

function enter(session: Session): void {
	useSession.setState({ session });
}

function read(): boolean {
	try {
		return localStorage.getItem(HINT) === "1";
	} catch {
		return false;
	}
}

function write(on: boolean): void {
	try {
		if (on) localStorage.setItem(HINT, "1");
		else localStorage.removeItem(HINT);
	} catch {
		// Without storage one logs in at each visit.
	}
}
