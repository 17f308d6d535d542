import { useTranslation } from "react-i18next";
import type { Id } from "@/sdk";
import { useTypists } from "./use-typists";

/** Who types, in a line that is always there, so that nothing jumps. */
export function TypingLine({ roomId, nameOf }: { roomId: Id; nameOf: (id: Id) => string }) {
	const { t } = useTranslation();
	const typists = useTypists(roomId);
	const [first, second] = typists.map(nameOf);
	const words =
		typists.length === 0
			? ""
			: typists.length === 1
				? t("conversation.typing", { name: first })
				: typists.length === 2
					? t("conversation.typingTwo", { first, second })
					: t("conversation.typingMany");
	return (
		<p
			role="status"
			className="mx-auto flex h-6 w-full max-w-3xl shrink-0 items-center gap-2 px-6 text-sm text-muted"
		>
			{words && (
				<>
					<span aria-hidden="true" className="flex gap-0.5">
						{["0ms", "150ms", "300ms"].map((delay) => (
							<span
								key={delay}
								className="size-1.5 animate-[dot_1.2s_ease-in-out_infinite] rounded-full bg-accent"
								style={{ animationDelay: delay }}
							/>
						))}
					</span>
					{words}
				</>
			)}
		</p>
	);
}
