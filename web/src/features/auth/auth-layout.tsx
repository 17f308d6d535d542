import { Globe } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Brand } from "@/app/brand";
import { useLocale } from "@/app/hooks";
import { type Locale, setLocale } from "@/i18n";
import { LocaleOptions } from "@/i18n/locale-options";
import { PageHeading } from "@/ui/page";
import { toast } from "@/ui/toast";
import { LegalLinks } from "./legal-links";

const GREETINGS = [
	"Hello",
	"Hola",
	"Bonjour",
	"Olá",
	"Ciao",
	"Hallo",
	"Merhaba",
	"Привет",
	"Γεια σου",
	"Xin chào",
	"Cześć",
	"Hej",
];

/** The frame of the pages before the login: a greeting wall beside the form, on wide screens. */
export function AuthLayout({
	title,
	hint,
	children,
	footer,
}: {
	title: string;
	hint?: ReactNode;
	children: ReactNode;
	footer?: ReactNode;
}) {
	const { t } = useTranslation();
	const visit = useVisit(title);
	return (
		<div className="flex h-dvh overflow-y-auto">
			<aside
				aria-hidden="true"
				className="sticky top-0 hidden h-dvh w-[44%] max-w-2xl flex-col justify-between overflow-hidden bg-accent-soft p-12 text-accent-ink lg:flex"
			>
				<div className="flex items-center gap-3 text-lg font-semibold">
					<Brand />
					ChatLink
				</div>
				<div className="flex flex-wrap items-end gap-3">
					{GREETINGS.map((word, i) => (
						<span
							key={word}
							className={`rounded-l px-5 py-2.5 text-xl font-semibold ${i % 3 === 0 ? "bg-accent text-on-accent rounded-es-s" : "bg-surface text-ink rounded-ee-s"}`}
						>
							{word}
						</span>
					))}
				</div>
				<p className="max-w-md text-2xl font-semibold tracking-tight text-balance">{t("auth.promise")}</p>
			</aside>
			<main className="flex min-h-full flex-1 flex-col items-center px-4 py-8 sm:py-16">
				<div className="my-auto flex w-full max-w-md flex-col gap-6 pb-8">
					<div className="lg:hidden">
						<Brand className="size-12" />
					</div>
					<div className="flex flex-col gap-2">
						<PageHeading key={visit} className="text-2xl">
							{title}
						</PageHeading>
						{hint && <p className="text-muted">{hint}</p>}
					</div>
					{children}
					{footer && <div className="border-t border-line pt-4 text-muted">{footer}</div>}
				</div>
				<div className="flex flex-wrap items-center justify-center gap-x-4">
					<LanguageChoice />
					<LegalLinks />
				</div>
			</main>
		</div>
	);
}

/** The page's language, for whoever does not read the one it came in. */
function LanguageChoice() {
	const { t } = useTranslation();
	const locale = useLocale();
	return (
		<div className="relative">
			<Globe
				size={16}
				aria-hidden="true"
				className="pointer-events-none absolute start-3 top-1/2 -translate-y-1/2 text-muted"
			/>
			<select
				aria-label={t("settings.language")}
				value={locale}
				onChange={(e) =>
					void setLocale(e.target.value as Locale).catch(() => toast(t("settings.languageFailed")))
				}
				className="chevron min-h-10 rounded-m bg-transparent ps-9 text-sm text-muted hover:bg-sunken hover:text-ink"
			>
				<LocaleOptions />
			</select>
		</div>
	);
}

/** Counts the steps of a page by their titles, so that each new heading takes the focus; another language is no step. */
function useVisit(title: string): number {
	const locale = useLocale();
	const [seen, setSeen] = useState({ title, locale, visit: 0 });
	if (seen.title === title && seen.locale === locale) return seen.visit;
	const visit = seen.locale === locale ? seen.visit + 1 : seen.visit;
	setSeen({ title, locale, visit });
	return visit;
}
