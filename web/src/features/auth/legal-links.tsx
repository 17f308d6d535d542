import { useTranslation } from "react-i18next";
import { useLinks } from "@/app/links";

/** Terms and privacy, where the host has set them. They open beside the page, so that a half-filled form stays. */
export function LegalLinks() {
	const { t } = useTranslation();
	const { terms, privacy } = useLinks();
	if (!terms && !privacy) return null;
	return (
		<nav aria-label={t("legal.label")} className="flex flex-wrap justify-center gap-x-4">
			{terms && <Out href={terms}>{t("legal.terms")}</Out>}
			{privacy && <Out href={privacy}>{t("legal.privacy")}</Out>}
		</nav>
	);
}

function Out({ href, children }: { href: string; children: string }) {
	return (
		<a
			href={href}
			target="_blank"
			rel="noopener noreferrer"
			className="inline-flex min-h-10 items-center rounded-s text-sm text-muted underline underline-offset-2 hover:text-ink"
		>
			{children}
		</a>
	);
}
