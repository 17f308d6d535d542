import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError, sayField, sayRest } from "@/app/errors";
import { api } from "@/app/session";
import type { ApiError } from "@/sdk";
import { Button, buttonClass } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Alert } from "@/ui/states";
import { AuthLayout } from "../auth/auth-layout";
import { CodeStep } from "../auth/code-step";
import { PasswordField } from "../auth/password-field";
import { FactorField, sayFactor } from "../security/factor-field";
import { useReset } from "./use-reset";

/** A forgotten password: who, the code that was sent, a new password. Ends on the login page, never logged in. */
export function ResetPage() {
	const { t } = useTranslation();
	const { step, ...model } = useReset();
	const back = (
		<Link to="/login" className="font-semibold text-accent underline underline-offset-2">
			{t("reset.backToLogin")}
		</Link>
	);
	if (step.name === "login") {
		return (
			<AuthLayout title={t("reset.title")} hint={t("reset.hint")} footer={back}>
				<LoginForm busy={model.busy} error={model.error} onSubmit={model.start} />
			</AuthLayout>
		);
	}
	if (step.name === "code") {
		return (
			<AuthLayout title={t("code.title")} hint={t("reset.sent")} footer={back}>
				<CodeStep
					attempt={step.attempt}
					verify={api.resets.verify}
					digits={8}
					onProved={(proof) => model.proved(step.attempt, proof)}
					onRestart={model.restart}
				/>
			</AuthLayout>
		);
	}
	if (step.name === "password") {
		return (
			<AuthLayout title={t("reset.newTitle")} hint={t("reset.newHint")}>
				<NewPassword
					busy={model.busy}
					error={model.error}
					onRestart={model.restart}
					onSubmit={(password, factor) => model.complete(step.attempt, step.proof, password, factor)}
				/>
			</AuthLayout>
		);
	}
	return (
		<AuthLayout title={t("reset.doneTitle")} hint={t("reset.done")}>
			<Link to="/login" className={buttonClass("primary", false, true)}>
				{t("login.action")}
			</Link>
		</AuthLayout>
	);
}

function LoginForm({
	busy,
	error,
	onSubmit,
}: {
	busy: boolean;
	error: ApiError | null;
	onSubmit: (login: string) => void;
}) {
	const { t } = useTranslation();
	const [login, setLogin] = useState("");
	return (
		<form
			noValidate
			className="flex flex-col gap-4"
			onSubmit={(event: FormEvent) => {
				event.preventDefault();
				if (login.trim() && !busy) onSubmit(login.trim());
			}}
		>
			{error && <Alert>{sayError(t, error)}</Alert>}
			<TextField
				label={t("login.login")}
				value={login}
				onChange={(e) => setLogin(e.target.value)}
				latin
				autoComplete="username"
				autoCapitalize="none"
				spellCheck={false}
				autoFocus
			/>
			<Button type="submit" look="primary" busy={busy} disabled={!login.trim()}>
				{t("register.sendCode")}
			</Button>
		</form>
	);
}

interface NewPasswordProps {
	busy: boolean;
	error: ApiError | null;
	onSubmit: (password: string, factor?: string) => void;
	onRestart: () => void;
}

function NewPassword({ busy, error, onSubmit, onRestart }: NewPasswordProps) {
	const { t } = useTranslation();
	const [password, setPassword] = useState("");
	const [factor, setFactor] = useState("");
	const [asked, setAsked] = useState(false);
	if (!asked && error?.code === "second_factor_required") setAsked(true);
	const atFactor = sayFactor(t, error);
	const general =
		error?.code === "second_factor_required" || atFactor ? null : sayRest(t, error, ["password"]);
	const ready = password !== "" && (!asked || factor.trim() !== "");
	return (
		<form
			noValidate
			className="flex flex-col gap-4"
			onSubmit={(event: FormEvent) => {
				event.preventDefault();
				if (ready && !busy) onSubmit(password, asked ? factor.trim() : undefined);
			}}
		>
			{general && <Alert>{general}</Alert>}
			{error?.status === 410 && <Button onClick={onRestart}>{t("code.startAgain")}</Button>}
			<PasswordField
				fresh
				label={t("password.new")}
				value={password}
				onChange={setPassword}
				error={sayField(t, error, "password")}
			/>
			{asked && <FactorField value={factor} onChange={setFactor} error={atFactor} autoFocus />}
			<Button type="submit" look="primary" busy={busy} disabled={!ready}>
				{t("reset.save")}
			</Button>
		</form>
	);
}
