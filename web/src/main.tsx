import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app";
import { router } from "./app/router";
import { startTheme } from "./app/theme";
import { startI18n } from "./i18n";
import "./styles/app.css";

startTheme();
await startI18n();
const root = document.getElementById("root");
if (root) {
	createRoot(root).render(
		<StrictMode>
			<App router={router} />
		</StrictMode>,
	);
}
