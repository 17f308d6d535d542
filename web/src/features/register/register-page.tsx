import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "@/app/session";
import { AuthLayout } from "../auth/auth-layout";
import { CodeStep } from "../auth/code-step";
import { AccountForm } from "./account-form";
import { ContactForm } from "./contact-form";
import { useRegister } from "./use-register";

export function RegisterPage() {
	const { t } = useTranslation();
	const { step, ...model } = useRegister();
	const login = (
		<>
			{t("register.haveAccount")}{" "}
			<Link to="/login" className="font-semibold text-accent underline underline-offset-2">
				{t("login.action")}
			</Link>
		</>
	);
	if (step.name === "contact") {
		return (
			<AuthLayout title={t("register.title")} hint={t("register.hint")} footer={login}>
				<ContactForm busy={model.busy} error={model.error} onSubmit={model.start} />
			</AuthLayout>
		);
	}
	if (step.name === "code") {
		return (
			<AuthLayout title={t("code.title")} hint={t("code.sentTo", { contact: step.contact })} footer={login}>
				<CodeStep
					attempt={step.attempt}
					verify={api.registrations.verify}
					resend={api.registrations.resend}
					digits={6}
					onProved={(proof) => model.proved(step.attempt, proof)}
					onRestart={model.restart}
				/>
			</AuthLayout>
		);
	}
	return (
		<AuthLayout title={t("account.title")} hint={t("account.hint")}>
			<AccountForm
				busy={model.busy}
				error={model.error}
				onRestart={model.restart}
				onSubmit={(form) => model.complete(step.attempt, { ...form, proof: step.proof })}
			/>
		</AuthLayout>
	);
}
