import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { keptInvitation } from "@/app/invitation";
import { usePasskeysHere } from "@/app/links";
import { useSession } from "@/app/session";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Alert } from "@/ui/states";
import { AuthLayout } from "../auth/auth-layout";
import { PasswordField } from "../auth/password-field";
import { FactorField, sayFactor } from "../security/factor-field";
import { PasskeyButton } from "./passkey-button";
import { useLogin } from "./use-login";
import { usePasskeyLogin } from "./use-passkey-login";

export function LoginPage() {
	const { t } = useTranslation();
	const model = useLogin();
	const passkey = usePasskeyLogin();
	const passkeysHere = usePasskeysHere();
	const error = passkey.error ?? model.error;
	const session = useSession((s) => s.session);
	useReturn(session.kind === "in");
	// The button is never grey: a browser that fills the form in may keep what it filled from the page until one acts.
	const [missed, setMissed] = useState(false);
	const lacking = (value: string) => (missed && value.trim() === "" && !error ? t("field.required") : null);
	const ended = session.kind === "out" && session.ended;
	const deleted = session.kind === "out" && session.deleted;
	function submit(event: FormEvent) {
		event.preventDefault();
		setMissed(true);
		passkey.forget();
		if (model.ready && !model.busy) void model.submit();
	}
	if (model.asked) return <FactorStep model={model} />;
	const register = (
		<>
			{t("login.noAccount")}{" "}
			<Link to="/register" className="font-semibold text-accent underline underline-offset-2">
				{t("register.action")}
			</Link>
		</>
	);
	return (
		<AuthLayout title={t("login.title")} hint={t("login.hint")} footer={register}>
			<form onSubmit={submit} className="flex flex-col gap-4" noValidate>
				{error ? (
					<Alert>{sayError(t, error)}</Alert>
				) : deleted ? (
					<Alert tone="info">{t("login.deleted")}</Alert>
				) : ended ? (
					<Alert tone="info">{t("login.ended")}</Alert>
				) : (
					keptInvitation() && <Alert tone="info">{t("join.logIn")}</Alert>
				)}
				<TextField
					label={t("login.login")}
					value={model.login}
					onChange={(e) => model.setLogin(e.target.value)}
					error={lacking(model.login)}
					latin
					autoComplete="username"
					autoCapitalize="none"
					spellCheck={false}
					autoFocus
				/>
				<PasswordField
					label={t("password.label")}
					value={model.password}
					onChange={model.setPassword}
					error={lacking(model.password)}
				/>
				<Button type="submit" look="primary" busy={model.busy}>
					{t("login.action")}
				</Button>
				{passkeysHere && <PasskeyButton model={passkey} busy={model.busy} />}
				<Link
					to="/reset"
					className="self-center text-sm font-medium text-accent underline underline-offset-2"
				>
					{t("login.forgot")}
				</Link>
			</form>
		</AuthLayout>
	);
}

/** After the login one goes where one wanted to. */
function useReturn(signedIn: boolean): void {
	const { next } = useSearch({ from: "/outside/login" });
	const navigate = useNavigate();
	useEffect(() => {
		if (signedIn) void navigate({ to: next ?? "/rooms", replace: true });
	}, [signedIn, next, navigate]);
}

/** The password was right, and the account asks for more. */
function FactorStep({ model }: { model: ReturnType<typeof useLogin> }) {
	const { t } = useTranslation();
	const atField = sayFactor(t, model.error);
	function submit(event: FormEvent) {
		event.preventDefault();
		if (model.ready && !model.busy) void model.submit();
	}
	return (
		<AuthLayout title={t("factor.loginTitle")} hint={t("factor.loginHint")}>
			<form onSubmit={submit} className="flex flex-col gap-4" noValidate>
				{model.error && !atField && <Alert>{sayError(t, model.error)}</Alert>}
				<FactorField value={model.factor} onChange={model.setFactor} error={atField} autoFocus />
				<Button type="submit" look="primary" busy={model.busy} disabled={!model.ready}>
					{t("login.action")}
				</Button>
				<Button look="quiet" onClick={model.restart}>
					{t("common.back")}
				</Button>
			</form>
		</AuthLayout>
	);
}
