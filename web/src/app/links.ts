import { useQuery } from "@tanstack/react-query";
import { canUsePasskeys } from "@/sdk";
import { isEmbedded } from "./session";

/**
 * What a deployment tells of itself before anybody is logged in. The host's own pages are links that people follow, so
 * anything but the web is left out.
 */
export interface Links {
	terms?: string;
	privacy?: string;
	/** The domain whose pages may use passkeys; none: no page may. */
	passkeyDomain?: string;
	/** Whether the links of messages have previews. */
	linkPreviews?: boolean;
}

/**
 * Read once; where nobody serves the file (a host of its own, a network that is down) there are no links. A page of
 * somebody else's, in which a widget stands, is not asked.
 */
export function useLinks(): Links {
	const { data } = useQuery({
		queryKey: ["links"],
		queryFn: fetchLinks,
		enabled: !isEmbedded(),
		staleTime: Number.POSITIVE_INFINITY,
		retry: false,
	});
	return data ?? {};
}

/** Whether passkeys can be added and used on this page, in this browser. */
export function usePasskeysHere(): boolean {
	return canUsePasskeys(useLinks().passkeyDomain);
}

async function fetchLinks(): Promise<Links> {
	const answer = await fetch("/app.json");
	return answer.ok ? linksOf(await answer.json()) : {};
}

export function linksOf(told: unknown): Links {
	const { terms_url, privacy_url, passkey_domain, link_previews } = (told ?? {}) as Record<string, unknown>;
	const passkeyDomain = typeof passkey_domain === "string" ? passkey_domain : undefined;
	return {
		terms: webPage(terms_url),
		privacy: webPage(privacy_url),
		passkeyDomain,
		linkPreviews: link_previews === true || undefined,
	};
}

const webPage = (url: unknown) => (typeof url === "string" && /^https?:\/\//.test(url) ? url : undefined);
