import { Link } from "@tanstack/react-router";
import {
	AtSign,
	Ban,
	ChevronRight,
	Fingerprint,
	FolderDown,
	KeyRound,
	LogOut,
	type LucideIcon,
	MonitorSmartphone,
	ScrollText,
	ShieldCheck,
	UserRoundPen,
} from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { useLocale } from "@/app/hooks";
import { usePasskeysHere } from "@/app/links";
import { logout } from "@/app/session";
import type { Theme } from "@/app/theme";
import type { Locale } from "@/i18n";
import { LocaleOptions } from "@/i18n/locale-options";
import type { Settings } from "@/sdk";
import { Button } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { Page, Section } from "@/ui/page";
import { Failed, SkeletonRows } from "@/ui/states";
import { Switch } from "@/ui/switch";
import { toast } from "@/ui/toast";
import { LegalLinks } from "../auth/legal-links";
import { NotifySettings } from "../notifications/notify-settings";
import { useSettings } from "./use-settings";

const THEMES: Theme[] = ["system", "light", "dark"];
const PRIVACY = ["read_receipts", "typing", "online", "last_seen"] as const;
const FIND_ME = ["everyone", "nobody"] as const;
const WRITE_FIRST = ["everyone", "shared_language", "nobody"] as const;

export function SettingsPage() {
	const { t } = useTranslation();
	const locale = useLocale();
	const model = useSettings();
	const passkeysHere = usePasskeysHere();
	const { query } = model;
	return (
		<Page title={t("settings.title")}>
			<Section title={t("settings.look")}>
				<ThemeChoice value={model.theme} onChange={model.chooseTheme} />
				<div className="mt-4">
					<SelectField
						label={t("settings.language")}
						value={locale}
						onChange={(e) => model.chooseLocale(e.target.value as Locale)}
					>
						<LocaleOptions />
					</SelectField>
				</div>
			</Section>
			<Section title={t("settings.privacy")} hint={t("settings.privacyHint")}>
				{query.data ? (
					<Privacy settings={query.data} onChange={model.set} />
				) : query.isPending ? (
					<SkeletonRows count={2} />
				) : (
					<Failed cause={query.error} onRetry={() => void query.refetch()} />
				)}
			</Section>
			<Section title={t("notify.title")}>
				{query.data ? (
					<NotifySettings settings={query.data} onChange={model.set} />
				) : query.isPending ? (
					<SkeletonRows count={2} />
				) : (
					<Failed cause={query.error} onRetry={() => void query.refetch()} />
				)}
			</Section>
			<Section title={t("settings.account")}>
				<ul className="-mx-2 flex flex-col">
					<Row to="/settings/sessions" icon={MonitorSmartphone} label={t("sessions.title")} />
					<Row to="/settings/password" icon={KeyRound} label={t("password.change")} />
					<Row to="/settings/username" icon={UserRoundPen} label={t("username.change")} />
					<Row to="/settings/contacts" icon={AtSign} label={t("profile.contacts")} />
					<Row to="/settings/second-factor" icon={ShieldCheck} label={t("factor.title")} />
					{passkeysHere && <Row to="/settings/passkeys" icon={Fingerprint} label={t("passkeys.title")} />}
					<Row to="/settings/security-log" icon={ScrollText} label={t("log.title")} />
					<Row to="/settings/blocked" icon={Ban} label={t("block.list")} />
					<Row to="/settings/data" icon={FolderDown} label={t("data.title")} />
				</ul>
				<LogoutButton />
			</Section>
			<LegalLinks />
		</Page>
	);
}

function Privacy({
	settings,
	onChange,
}: {
	settings: Settings;
	onChange: (patch: Partial<Settings>) => void;
}) {
	const { t } = useTranslation();
	return (
		<>
			{PRIVACY.map((key) => (
				<Switch
					key={key}
					label={t(`settings.${key}`)}
					hint={t(`settings.${key}Hint`)}
					checked={settings[key]}
					onChange={(on) => onChange({ [key]: on })}
				/>
			))}
			<div className="mt-3 flex flex-col gap-4">
				<SelectField
					label={t("settings.find_me")}
					hint={t("settings.find_meHint")}
					value={settings.find_me}
					onChange={(e) => onChange({ find_me: e.target.value as Settings["find_me"] })}
				>
					{FIND_ME.map((who) => (
						<option key={who} value={who}>
							{t(`settings.who.${who}`)}
						</option>
					))}
				</SelectField>
				<SelectField
					label={t("settings.write_first")}
					hint={t("settings.write_firstHint")}
					value={settings.write_first}
					onChange={(e) => onChange({ write_first: e.target.value as Settings["write_first"] })}
				>
					{WRITE_FIRST.map((who) => (
						<option key={who} value={who}>
							{t(`settings.who.${who}`)}
						</option>
					))}
				</SelectField>
			</div>
		</>
	);
}

function ThemeChoice({ value, onChange }: { value: Theme; onChange: (theme: Theme) => void }) {
	const { t } = useTranslation();
	return (
		<fieldset>
			<legend className="mb-1 text-sm font-semibold">{t("settings.theme")}</legend>
			<div className="grid grid-cols-3 gap-1 rounded-m bg-sunken p-1">
				{THEMES.map((theme) => (
					<label
						key={theme}
						className="relative flex min-h-9 items-center justify-center rounded-s text-sm font-medium text-muted has-checked:bg-surface has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent"
					>
						<input
							type="radio"
							name="theme"
							className="absolute inset-0 cursor-pointer opacity-0"
							checked={value === theme}
							onChange={() => onChange(theme)}
						/>
						{t(`settings.themes.${theme}`)}
					</label>
				))}
			</div>
		</fieldset>
	);
}

function Row({ to, icon: Icon, label }: { to: string; icon: LucideIcon; label: string }) {
	return (
		<li>
			<Link to={to} className="flex min-h-12 items-center gap-3 rounded-m px-2 font-medium hover:bg-sunken">
				<Icon size={20} className="text-muted" aria-hidden="true" />
				<span className="flex-1">{label}</span>
				<ChevronRight size={18} className="text-muted rtl:-scale-x-100" aria-hidden="true" />
			</Link>
		</li>
	);
}

function LogoutButton() {
	const { t } = useTranslation();
	const [busy, setBusy] = useState(false);
	async function leave() {
		setBusy(true);
		await logout().catch((cause) => toast(sayError(t, cause)));
		setBusy(false);
	}
	return (
		<Button className="mt-3" busy={busy} onClick={() => void leave()}>
			<LogOut size={16} className="rtl:-scale-x-100" aria-hidden="true" />
			{t("settings.logout")}
		</Button>
	);
}
