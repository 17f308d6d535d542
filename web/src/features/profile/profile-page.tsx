import { Link } from "@tanstack/react-router";
import { AtSign, ChevronRight, Pencil, Phone, SpellCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/app/hooks";
import { buttonClass } from "@/ui/button";
import { Page, Section } from "@/ui/page";
import { ProfileCard } from "../people/profile-card";

/** One's own profile, and what only oneself sees. */
export function ProfilePage() {
	const { t } = useTranslation();
	const me = useMe();
	return (
		<Page
			title={t("profile.title")}
			actions={
				<Link to="/profile/edit" className={buttonClass("plain")}>
					<Pencil size={16} aria-hidden="true" />
					{t("profile.edit")}
				</Link>
			}
		>
			<ProfileCard person={me} />
			<Link
				to="/profile/corrections"
				className="mb-6 flex min-h-14 items-center gap-3 rounded-l border border-line bg-surface px-4 font-medium hover:bg-sunken md:px-6"
			>
				<SpellCheck size={20} className="text-accent" aria-hidden="true" />
				<span className="flex-1">{t("corrections.title")}</span>
				<ChevronRight size={18} className="text-muted rtl:-scale-x-100" aria-hidden="true" />
			</Link>
			<Section
				title={t("profile.contacts")}
				hint={t("profile.contactsHint")}
				actions={
					<Link to="/settings/contacts" className={buttonClass("plain")}>
						{t("contacts.title")}
					</Link>
				}
			>
				<ul className="flex flex-col gap-2">
					{me.contacts.map(({ kind, value }) => (
						<li key={value} className="flex items-center gap-3">
							{kind === "email" ? (
								<AtSign size={18} className="text-muted" aria-hidden="true" />
							) : (
								<Phone size={18} className="text-muted" aria-hidden="true" />
							)}
							<bdi dir="ltr" className="min-w-0 break-all">
								{value}
							</bdi>
						</li>
					))}
				</ul>
			</Section>
		</Page>
	);
}
