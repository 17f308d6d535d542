import { useQuery } from "@tanstack/react-query";
import { useLinks } from "@/app/links";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { pieces } from "../conversation/linkify";

const HOUR_MS = 3_600_000;

/** What the page behind a message's first link says of itself, where the deployment shows that. The server fetches it. */
export function LinkPreview({ text }: { text: string }) {
	const { linkPreviews } = useLinks();
	const link = linkPreviews ? pieces(text).find((piece) => "href" in piece) : undefined;
	const href = link && "href" in link ? link.href : "";
	const { data } = useQuery({
		queryKey: keys.preview(href),
		queryFn: () => api.timeline.preview(href),
		enabled: href !== "",
		staleTime: HOUR_MS,
		// Where many pages are being fetched, a little later.
		retry: 2,
	});
	if (!data) return null;
	return (
		<a
			href={href}
			target="_blank"
			rel="noopener noreferrer"
			data-preview=""
			className="mt-2 mb-1 flex flex-col gap-0.5 rounded-s border-s-2 border-accent bg-sunken px-3 py-2 text-sm text-ink"
		>
			{/* Where it leads is ours to say, and comes first; whose it is, the page's. */}
			<span className="truncate text-muted">
				<bdi>{new URL(href).hostname}</bdi>
				{data.site && (
					<>
						{" · "}
						<bdi>{data.site}</bdi>
					</>
				)}
			</span>
			<span className="line-clamp-2 font-semibold" dir="auto">
				{data.title}
			</span>
			{data.description && (
				<span className="line-clamp-3 text-muted" dir="auto">
					{data.description}
				</span>
			)}
		</a>
	);
}
