import { useQuery } from "@tanstack/react-query";

/** The host's own pages. They are links that people follow, so anything but the web is left out. */
export interface Links {
	terms?: string;
	privacy?: string;
}

/** Read once; where nobody serves the file (a host of its own, a network that is down) there are no links. */
export function useLinks(): Links {
	const { data } = useQuery({
		queryKey: ["links"],
		queryFn: fetchLinks,
		staleTime: Number.POSITIVE_INFINITY,
		retry: false,
	});
	return data ?? {};
}

async function fetchLinks(): Promise<Links> {
	const answer = await fetch("/app.json");
	return answer.ok ? linksOf(await answer.json()) : {};
}

export function linksOf(told: unknown): Links {
	const { terms_url, privacy_url } = (told ?? {}) as Record<string, unknown>;
	return { terms: webPage(terms_url), privacy: webPage(privacy_url) };
}

const webPage = (url: unknown) => (typeof url === "string" && /^https?:\/\//.test(url) ? url : undefined);
