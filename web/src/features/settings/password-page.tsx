import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError, sayField } from "@/app/errors";
import { useMe } from "@/app/hooks";
import { api } from "@/app/session";
import { asApiError } from "@/sdk";
import { Button } from "@/ui/button";
import { Page } from "@/ui/page";
import { Alert } from "@/ui/states";
import { toast } from "@/ui/toast";
import { PasswordField } from "../auth/password-field";

/** A new password, for the one who knows the old one. */
export function PasswordPage() {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const me = useMe();
	const [current, setCurrent] = useState("");
	const [fresh, setFresh] = useState("");
	const change = useMutation({
		mutationFn: () => api.me.changePassword(current, fresh),
		onSuccess: () => {
			toast(t("password.changed"));
			void navigate({ to: "/settings" });
		},
	});
	const { error } = change;
	const atFields = sayField(t, error, "password") ?? sayField(t, error, "new_password");
	function submit(event: FormEvent) {
		event.preventDefault();
		if (current && fresh && !change.isPending) change.mutate();
	}
	return (
		<Page title={t("password.change")} back="/settings">
			<form onSubmit={submit} noValidate className="flex flex-col gap-5">
				{error && !atFields && (
					<Alert>
						{asApiError(error).code === "login_wrong" ? t("error.password_wrong") : sayError(t, error)}
					</Alert>
				)}
				<p className="text-muted">{t("password.changeHint")}</p>
				<PasswordField
					label={t("password.current")}
					value={current}
					onChange={setCurrent}
					error={sayField(t, error, "password")}
				/>
				<PasswordField
					fresh
					label={t("password.new")}
					value={fresh}
					onChange={setFresh}
					error={sayField(t, error, "new_password")}
					own={[me.username, me.display_name]}
				/>
				<Button
					type="submit"
					look="primary"
					className="self-end"
					busy={change.isPending}
					disabled={!current || !fresh}
				>
					{t("password.change")}
				</Button>
			</form>
		</Page>
	);
}
