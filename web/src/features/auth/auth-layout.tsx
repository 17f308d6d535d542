import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Brand } from "@/app/brand";
import { PageHeading } from "@/ui/page";

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
							className={`rounded-l px-5 py-2.5 text-xl font-semibold ${i % 3 === 0 ? "bg-accent text-on-accent rounded-bl-s" : "bg-surface text-ink rounded-br-s"}`}
						>
							{word}
						</span>
					))}
				</div>
				<p className="max-w-md text-2xl font-semibold tracking-tight text-balance">{t("auth.promise")}</p>
			</aside>
			<main className="flex min-h-full flex-1 flex-col items-center px-4 py-8 sm:py-16">
				<div className="my-auto flex w-full max-w-md flex-col gap-6">
					<div className="lg:hidden">
						<Brand className="size-12" />
					</div>
					<div className="flex flex-col gap-2">
						<PageHeading key={title} className="text-2xl">
							{title}
						</PageHeading>
						{hint && <p className="text-muted">{hint}</p>}
					</div>
					{children}
					{footer && <div className="border-t border-line pt-4 text-muted">{footer}</div>}
				</div>
			</main>
		</div>
	);
}
