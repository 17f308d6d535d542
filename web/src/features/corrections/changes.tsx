import { useTranslation } from "react-i18next";
import { pieces, type Span } from "@/sdk";

/**
 * A text with what was changed in it: struck out and underlined, so that no colour has to be seen, and said in words to
 * those who listen.
 */
export function Changes({ original, spans }: { original: string; spans: readonly Span[] }) {
	const { t } = useTranslation();
	return (
		<p dir="auto" data-text="" data-changes="" className="break-words whitespace-pre-wrap">
			{pieces(original, spans).map(({ kind, text }, i) => {
				// biome-ignore lint/suspicious/noArrayIndexKey: pieces are known by their place alone.
				if (kind === "kept") return <span key={i}>{text}</span>;
				const Tag = kind === "out" ? "del" : "ins";
				const look =
					kind === "out"
						? "me-0.5 text-danger line-through decoration-2"
						: "font-semibold text-accent underline decoration-2 underline-offset-4";
				return (
					// biome-ignore lint/suspicious/noArrayIndexKey: as above.
					<Tag key={i} className={look}>
						<span className="sr-only">{kind === "out" ? t("corrections.out") : t("corrections.in")} </span>
						{text}
						<span className="sr-only"> {t("corrections.end")} </span>
					</Tag>
				);
			})}
		</p>
	);
}
