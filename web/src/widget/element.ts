import { createElement, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { App } from "@/app/app";
import { connectTo } from "@/app/session";
import { asLocale, directionOf, startInside } from "@/i18n";
import { TokenSource } from "@/sdk";
import { PictureContext } from "@/ui/picture";
import { PortalContext } from "@/ui/portal";
import { createPages } from "./pages";
import { useFetched } from "./pictures";
import { dress } from "./style";

type GetToken = () => Promise<string>;

/**
 * `<chatlink-widget>`: the conversations of a host page's person, one on a page.
 *
 * - `base-url`: where the engine is mounted (`/chat`).
 * - `locale`: the language, a BCP 47 tag; the browser's when absent.
 * - `theme`: `light`, `dark`, or as the device does.
 * - `getToken`: asked for a token of the host whenever one is needed; nothing begins before it is set.
 */
export class ChatLinkWidget extends HTMLElement {
	static readonly observedAttributes = ["base-url", "locale", "theme"];
	private ask: GetToken | null = null;
	private view: { root: Root; frame: HTMLElement } | null = null;
	private readonly dark = matchMedia("(prefers-color-scheme: dark)");
	private readonly paint = () => {
		const theme = this.getAttribute("theme");
		const dark = theme === "dark" || (theme !== "light" && this.dark.matches);
		if (this.view) this.view.frame.dataset.theme = dark ? "dark" : "light";
	};

	constructor() {
		super();
		// A page may have set it before this script was there.
		const early = Object.getOwnPropertyDescriptor(this, "getToken")?.value as GetToken | undefined;
		if (early) {
			delete (this as { getToken?: GetToken | null }).getToken;
			this.ask = early;
		}
	}

	get getToken(): GetToken | null {
		return this.ask;
	}

	set getToken(ask: GetToken | null) {
		this.ask = ask;
		this.begin();
	}

	connectedCallback(): void {
		this.dark.addEventListener("change", this.paint);
		this.begin();
	}

	disconnectedCallback(): void {
		this.dark.removeEventListener("change", this.paint);
		this.end();
	}

	attributeChangedCallback(name: string, before: string | null, now: string | null): void {
		if (before === now || !this.view) return;
		if (name === "theme") this.paint();
		else this.begin();
	}

	/** Begins anew with what is set now. */
	private begin(): void {
		this.end();
		const { ask } = this;
		if (!this.isConnected || !ask) return;
		const base = new URL(this.getAttribute("base-url") ?? "", location.href).href.replace(/\/+$/, "");
		connectTo({ base, token: new TokenSource(async () => ask()) });
		void this.show();
	}

	private async show(): Promise<void> {
		const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
		dress(shadow);
		const [host, frame, portal] = [box("chatlink"), box("chatlink-frame"), box("chatlink-portal")];
		host.append(frame, portal);
		shadow.replaceChildren(host);
		const root = createRoot(frame);
		this.view = { root, frame: host };
		this.paint();
		const locale = asLocale(this.getAttribute("locale"));
		await startInside(locale);
		if (this.view?.root !== root) return;
		host.lang = locale ?? "";
		host.dir = directionOf(locale ?? "en");
		const app = createElement(App, { router: createPages() });
		const pictured = createElement(PictureContext, { value: useFetched }, app);
		root.render(createElement(StrictMode, null, createElement(PortalContext, { value: portal }, pictured)));
	}

	private end(): void {
		const view = this.view;
		if (!view) return;
		this.view = null;
		view.root.unmount();
		connectTo({ base: location.origin });
	}
}

function box(className: string): HTMLElement {
	return Object.assign(document.createElement("div"), { className });
}

if (!customElements.get("chatlink-widget")) customElements.define("chatlink-widget", ChatLinkWidget);
