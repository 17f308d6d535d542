import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError, sayField } from "@/app/errors";
import { plainDigits } from "@/i18n/digits";
import type { ApiError } from "@/sdk";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Alert } from "@/ui/states";

export function ContactForm({
	busy,
	error,
	onSubmit,
}: {
	busy: boolean;
	error: ApiError | null;
	onSubmit: (contact: string) => void;
}) {
	const { t } = useTranslation();
	const [contact, setContact] = useState("");
	const [missed, setMissed] = useState(false);
	const atField =
		missed && !looksLikeContact(contact) ? t("register.contactInvalid") : sayField(t, error, "contact");
	function submit(event: FormEvent) {
		event.preventDefault();
		setMissed(true);
		if (looksLikeContact(contact)) onSubmit(contact.trim());
	}
	return (
		<form onSubmit={submit} className="flex flex-col gap-4" noValidate>
			{error && !sayField(t, error, "contact") && <Alert>{sayError(t, error)}</Alert>}
			<TextField
				label={t("register.contact")}
				hint={t("register.contactHint")}
				error={atField}
				value={contact}
				onChange={(e) => setContact(plainDigits(e.target.value))}
				latin
				name="contact"
				autoComplete="email"
				autoCapitalize="none"
				spellCheck={false}
				autoFocus
			/>
			<Button type="submit" look="primary" busy={busy}>
				{t("register.sendCode")}
			</Button>
		</form>
	);
}

/** A first look only: the server knows what an address or a number is. */
export function looksLikeContact(text: string): boolean {
	const contact = text.trim();
	return /^[^\s@]+@[^\s@]+$/.test(contact) || (/^\+[\d\s().-]{6,}$/.test(contact) && contact.length <= 20);
}
